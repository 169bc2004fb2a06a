"""The frame around every lesson, and the one list of all lessons."""

from pathlib import Path

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.guides import kept, panel, place
from viz_models.ui.kit import frame, lessons, speech, state

HERE = Path(__file__).parent
LESSONS = {  # chapter -> file of each page, and its path in the URL
    "": [
        ("home/home.py", "home"),
        ("flow/tensor_flow.py", "flow"),
        ("flow/yours.py", "yours"),
        ("home/my_lesson.py", "my-lesson"),
    ],
    N_("Build"): [
        ("build/builder.py", "build"),
        ("build/compare.py", "compare"),
        ("build/window.py", "window"),
        ("build/surface.py", "surface"),
    ],
    N_("Normalize"): [
        ("normalization/axes.py", "normalize"),
        ("normalization/batch_size.py", "batch-size"),
        ("normalization/train_eval.py", "train-eval"),
        ("normalization/sentences.py", "sentences"),
        ("normalization/training.py", "norm-training"),
    ],
    N_("Attend"): [
        ("attention/scores.py", "attend"),
        ("attention/positions.py", "positions"),
        ("attention/heads.py", "heads"),
        ("attention/sharing.py", "sharing"),
        ("attention/scale.py", "scale"),
        ("attention/decode.py", "decode"),
        ("attention/cost.py", "attention-cost"),
        ("attention/patches.py", "patches"),
    ],
    N_("Sequence"): [
        ("sequence/memory.py", "memory"),
        ("sequence/gates.py", "gates"),
        ("sequence/translators.py", "bottleneck"),
        ("sequence/masked_words.py", "masked-words"),
        ("sequence/new_task.py", "new-task"),
        ("sequence/bleu.py", "bleu"),
    ],
    N_("Vision"): [
        ("vision/architectures.py", "architectures"),
        ("vision/inception.py", "inception"),
        ("vision/dense_memory.py", "dense-memory"),
        ("vision/fast.py", "fast"),
        ("vision/detector.py", "boxes"),
        ("vision/captions.py", "captions"),
        ("vision/squeeze.py", "squeeze"),
    ],
    N_("Train"): [
        ("train/train.py", "train"),
        ("train/optimizers.py", "descend"),
        ("train/broken.py", "broken"),
        ("train/gan.py", "gan"),
        ("train/workers.py", "workers"),
        ("train/sweep.py", "sweep"),
        ("train/regularization.py", "regularize"),
        ("train/freezing.py", "freeze"),
        ("train/runs.py", "runs"),
    ],
    N_("Class"): [("classroom/room.py", "class")],
}
NOT_IN_THE_MENU = {"my-lesson"}  # the home page leads there
speech.begin()
ABOUT = lessons.index()
CHAPTERS = {
    _(chapter): [
        frame.listed(HERE / file, ABOUT[path].name, path, visible=path not in NOT_IN_THE_MENU)
        for file, path in listed
    ]
    for chapter, listed in LESSONS.items()
}

st.set_page_config(page_title="Forward Pass", page_icon=HERE / "favicon.svg", layout="wide")
st.logo(HERE / "logo.svg", size="large", link=None)
frame.style()
page = st.navigation(CHAPTERS, position="top")
state.enter(page.url_path, anew=place.enter())
about = ABOUT[page.url_path or "home"]
frame.bar(about.name, about.about, place.said(), kept.texts(), kept.heard)
if page.url_path:
    frame.place(next(name for name, pages in CHAPTERS.items() if page in pages), about.name)
panel.draw(page.url_path or "home")
page.run()
listed = [p for chapter in CHAPTERS.values() for p in chapter]
frame.neighbors([p for p in listed if p is page or p.url_path not in NOT_IN_THE_MENU], page)
frame.drawn()
