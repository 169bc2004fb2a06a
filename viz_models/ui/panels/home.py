"""The home page: a recorded forward pass to walk at once, and the questions that it answers."""

from pathlib import Path

import streamlit as st

from viz_models import recordings
from viz_models.ui import state
from viz_models.ui.instruments import flow
from viz_models.ui.panels.flow_stage import is_dark, labels, luts

FIRST = "input"  # nothing unfolded: the whole network at a glance
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
    where = recorded.provenance
    st.caption(
        f"{where.kind} · {where.device} · seed {where.seed} · {where.versions} · {where.date}"
    )
    st.page_link(
        PAGES / page,
        label="Open this step with all its numbers",
        icon=":material/arrow_forward:",
        query_params={"step": chosen or FIRST},
    )


def questions(text: dict[str, str], page: str) -> None:
    """Each question is a link to the step that answers it."""
    steps = {s.name for s in recordings.load("flow").steps}
    for start, column in enumerate(st.columns(3, gap="small")):
        for name in [n for n in text if n in steps][start::3]:
            with column.container(border=True):
                st.page_link(
                    PAGES / page,
                    label=text[name],
                    query_params={"step": name},
                    icon=":material/help:",
                )
