"""The home page: a recorded forward pass to walk at once, and the questions to go on with."""

from pathlib import Path

import numpy as np
import streamlit as st

from viz_models import recordings, recordings_axes
from viz_models.figures import pixels
from viz_models.records import Provenance
from viz_models.ui import state
from viz_models.ui.instruments import flow
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.panels.flow_stage import is_dark, labels, luts

FIRST = "input"  # nothing unfolded: the whole network at a glance
LIT = 3  # the channel whose values batch norm pools
PAGES = Path(__file__).resolve().parents[3] / "pages"


def hero(page: str) -> None:
    """The diagram from a recording, so that nobody waits for torch, and the way to the page."""
    recorded = recordings.load("flow")
    faces = {n: flow.Face(a, recorded.schemes[n]) for n, a in recorded.faces.items()}
    picture = flow.diagram(recorded.steps, faces, luts(is_dark()), labels(recorded.steps), None)
    flow.flow(
        picture,
        key="hero",
        start=state.held("hero", is_dark(), FIRST),
        default=FIRST,
        param="hero",
    )
    chosen = state.reported("hero", "step")
    st.page_link(
        PAGES / page,
        label="Open this step with all its numbers",
        icon=":material/arrow_forward:",
        query_params={"step": chosen or FIRST},
    )
    st.caption(said(recorded.provenance))


def flow_questions(text: dict[str, str], page: str) -> None:
    """Each question is a link to the step that answers it."""
    st.subheader("Follow a photo through ResNet18")
    st.caption(text["Follow a photo through ResNet18"])
    for step in recordings.load("flow").steps:
        if step.name in text:
            _question(page, text[step.name], step=step.name)


def norm_questions(text: dict[str, str], pages: dict[str, str]) -> None:
    """A batch of photos in the network, one channel lit, and the lessons that follow."""
    st.subheader("Normalize")
    st.caption(text["Normalize"])
    picture, links = st.columns([1.1, 1], gap="small")
    recorded = recordings_axes.load()
    n, c, h, w = recorded.values.shape
    lit = np.zeros((n, c, 1, 1), bool)
    lit[:, LIT] = True
    flat = recorded.values.reshape(-1, h, w)
    grid = Tiles(
        name="a batch",
        values=flat,
        scheme="diverging",
        limits=pixels.robust_limits(flat),
        grid=(n, c),
        lit=lit.reshape(-1, 1, 1),
        row_photos=recorded.photos,
    )
    with picture:
        tiles([grid], key="norm_thumbnail", luts=luts(is_dark()), height=220)
        st.caption(said(recorded.provenance))
    with links:
        for name, page in pages.items():
            _question(page, text[name])


def _question(page: str, asked: str, **params: str) -> None:
    st.page_link(PAGES / page, label=asked, query_params=params, icon=":material/help:")


def said(made: Provenance) -> str:
    """Where a recorded picture comes from, in one line."""
    return f"{made.kind} · {made.device} · seed {made.seed} · {made.versions} · {made.date}"
