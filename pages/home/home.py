"""What one can explore here, and the questions it answers."""

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.panels import home

FLOW = "flow/tensor_flow.py"
BUILD = {
    "explode": "build/builder.py",
    "two networks": "build/compare.py",
    "windows": "build/window.py",
    "surface": "build/surface.py",
}
NORMALIZE = {
    "who shares": "normalization/axes.py",
    "batch size": "normalization/batch_size.py",
    "train and eval": "normalization/train_eval.py",
    "sentences": "normalization/sentences.py",
    "training": "normalization/training.py",
}
ATTEND = {
    "scores": "attention/scores.py",
    "positions": "attention/positions.py",
    "heads": "attention/heads.py",
    "sharing": "attention/sharing.py",
    "scale": "attention/scale.py",
    "decode": "attention/decode.py",
    "cost": "attention/cost.py",
    "patches": "attention/patches.py",
}
TRAIN = "train/train.py"
CARDS = {
    "batch": "Batch 64 or 640",
    "depth": "Depth",
    "growth": "Identity blocks",
    "norm and rate": "Norm and rate",
    "permuted": "Permuted pixels",
    "hidden layers": "Hidden layers",
    "rows": "MLP, RNN or CNN",
    "optimizers": "Optimizers",
}


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    title, _, caption = text[""].partition("\n")
    with st.container(gap="xsmall"):
        st.title(title)
        st.caption(caption.strip())
        home.hero(FLOW)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        home.flow_questions(text, FLOW)
    with right.container(border=True, height="stretch"):
        home.build_questions(text, BUILD)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        home.norm_questions(text, NORMALIZE)
    with right.container(border=True, height="stretch"):
        home.attend_questions(text, ATTEND)
    with st.container(border=True):
        home.train_questions(text, TRAIN, CARDS)


main()
