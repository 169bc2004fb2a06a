"""The frame around every lesson, and the one list of all lessons."""

from pathlib import Path

import streamlit as st

from viz_models.ui.kit import frame, state

HERE = Path(__file__).parent
CHAPTERS = {
    "": [
        st.Page(HERE / "home/home.py", title="Explore", url_path="home", default=True),
        st.Page(HERE / "flow/tensor_flow.py", title="Flow", url_path="flow"),
    ],
    "Build": [
        st.Page(HERE / "build/builder.py", title="Build a network", url_path="build"),
        st.Page(HERE / "build/compare.py", title="A | B", url_path="compare"),
        st.Page(HERE / "build/window.py", title="Three 3×3 or one 7×7", url_path="window"),
        st.Page(HERE / "build/surface.py", title="Loss surface", url_path="surface"),
    ],
    "Normalize": [
        st.Page(HERE / "normalization/axes.py", title="Who shares a mean", url_path="normalize"),
        st.Page(HERE / "normalization/batch_size.py", title="Batch size", url_path="batch-size"),
        st.Page(
            HERE / "normalization/train_eval.py", title="Train and eval", url_path="train-eval"
        ),
        st.Page(HERE / "normalization/sentences.py", title="Sentences", url_path="sentences"),
        st.Page(HERE / "normalization/training.py", title="Training", url_path="norm-training"),
    ],
    "Attend": [
        st.Page(HERE / "attention/scores.py", title="Scores and masks", url_path="attend"),
        st.Page(HERE / "attention/positions.py", title="Word order", url_path="positions"),
        st.Page(HERE / "attention/heads.py", title="Heads", url_path="heads"),
        st.Page(HERE / "attention/sharing.py", title="Sharing K and V", url_path="sharing"),
        st.Page(HERE / "attention/scale.py", title="Why divide by √d_k", url_path="scale"),
        st.Page(HERE / "attention/decode.py", title="Word by word", url_path="decode"),
        st.Page(HERE / "attention/cost.py", title="Cost", url_path="attention-cost"),
        st.Page(HERE / "attention/patches.py", title="Images", url_path="patches"),
    ],
    "Train": [
        st.Page(HERE / "train/train.py", title="Train", url_path="train"),
        st.Page(HERE / "train/runs.py", title="Runs", url_path="runs"),
    ],
}

st.set_page_config(page_title="Forward Pass", page_icon=HERE / "favicon.svg", layout="wide")
st.logo(HERE / "logo.svg", size="large", link=None)
frame.style()
page = st.navigation(CHAPTERS, position="top")
state.enter(page.url_path)
page.run()
frame.neighbors([p for chapter in CHAPTERS.values() for p in chapter], page)
frame.bar()
