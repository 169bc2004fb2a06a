"""What one can explore here, in which order, and all questions that the site answers."""

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.panels.home import cards, find
from viz_models.ui.panels.home.stops import Stop, draw_stops

FLOW, TRAIN = "flow/tensor_flow.py", "train/train.py"
STEPS = ("input", "layer1.0.conv1", "bn1", "maxpool", "layer1.1.add", "layer2.0.add")
BUILD = {
    "build": "build/builder.py",
    "compare": "build/compare.py",
    "window": "build/window.py",
    "surface": "build/surface.py",
}
NORMALIZE = {
    "normalize": "normalization/axes.py",
    "batch-size": "normalization/batch_size.py",
    "train-eval": "normalization/train_eval.py",
    "sentences": "normalization/sentences.py",
    "norm-training": "normalization/training.py",
}
ATTEND = {
    "attend": "attention/scores.py",
    "positions": "attention/positions.py",
    "heads": "attention/heads.py",
    "sharing": "attention/sharing.py",
    "scale": "attention/scale.py",
    "decode": "attention/decode.py",
    "attention-cost": "attention/cost.py",
    "patches": "attention/patches.py",
}
SEQUENCE = {"bleu": "sequence/bleu.py"}
OTHERS = {"flow": FLOW, "runs": "train/runs.py"}
STOPS = (
    Stop(FLOW, 2, {"step": "input"}),
    Stop(FLOW, 3, {"step": "layer1.0.conv1"}),
    Stop(FLOW, 3, {"step": "layer1.1.add"}),
    Stop(FLOW, 3, {"step": "conv1", "guess": "true"}),
    Stop("normalization/axes.py", 3),
    Stop("attention/scores.py", 3),
    Stop(TRAIN, 3, {"card": "Hidden layers"}),
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    flow, train = find.of_steps(FLOW, STEPS), find.of_cards(TRAIN)
    build, normalize, attend, sequence = (
        find.of_pages(files) for files in (BUILD, NORMALIZE, ATTEND, SEQUENCE)
    )
    title, _, caption = text[""].partition("\n")
    with st.container(gap="xsmall"):
        st.title(title)
        st.caption(caption.strip())
        every = (*flow, *build, *normalize, *attend, *sequence, *train, *find.of_pages(OTHERS))
        find.draw_search(text, every)
        draw_stops(text, STOPS)
        cards.draw_hero(FLOW)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        cards.draw_flow_questions(text, flow)
    with right.container(border=True, height="stretch"):
        cards.draw_build_questions(text, build)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        cards.draw_norm_questions(text, normalize)
    with right.container(border=True, height="stretch"):
        cards.draw_attend_questions(text, attend)
    with st.container(border=True):
        cards.draw_sequence_questions(text, sequence)
    with st.container(border=True):
        cards.draw_train_questions(text, train)


main()
