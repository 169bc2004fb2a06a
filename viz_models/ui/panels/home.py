"""The home page: a recorded forward pass to walk at once, and the questions to go on with."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from viz_models.figures import pixels
from viz_models.places import PAGES
from viz_models.recordings import axes as recordings_axes
from viz_models.recordings import flow as recordings
from viz_models.recordings import home as recordings_home
from viz_models.records import Provenance
from viz_models.ui.instruments import flow
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import state
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow.names import labels
from viz_models.ui.panels.train import verdict as train_verdict
from viz_models.ui.results.train import train as results

FIRST = "input"  # nothing unfolded: the whole network at a glance
LIT = 3  # the channel whose values batch norm pools
HEADS = 2  # of the translator, on screen
CARD = "hidden-layers"  # whose first two networks are shown
Words = Mapping[str, str]  # section of the page's prose -> text
Links = Mapping[str, str]  # section with a question -> page that answers it, or card


def hero(page: str) -> None:
    """The diagram from a recording, so that nobody waits for torch, and the way to the page."""
    recorded = recordings.load()
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


def flow_questions(text: Words, page: str) -> None:
    """Each question is a link to the step that answers it."""
    _head(text, "Follow a photo through ResNet18")
    for step in recordings.load().steps:
        if step.name in text:
            _question(page, text[step.name], step=step.name)


def build_questions(text: Words, pages: Links) -> None:
    """Which channels see which, in a network of groups."""
    recorded = recordings_home.load()
    pictures = (
        (recorded.apart, f"{recorded.groups} groups"),
        (recorded.shuffled, "shuffled"),
    )
    groups = [
        Tiles(
            name=title,
            values=matrix[None],
            title=title,
            limits=(0.0, float(matrix.max())),
            hatched=matrix == 0,
            size=92,
        )
        for matrix, title in pictures
    ]
    _thumbnail(text, "Build", groups, pages, said(recorded.provenance))


def norm_questions(text: Words, pages: Links) -> None:
    """A batch of photos in the network, one channel lit, and the lessons that follow."""
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
    _thumbnail(text, "Normalize", [grid], pages, said(recorded.provenance))


def attend_questions(text: Words, pages: Links) -> None:
    """Which word a translator looks at while it writes another, head by head."""
    recorded = recordings_home.load()
    groups = [
        Tiles(
            name=f"head {i}",
            values=weights[None],
            limits=(0.0, 1.0),
            row_labels=recorded.queries if i == 0 else (),
            column_labels=recorded.keys,
            size=88,
        )
        for i, weights in enumerate(recorded.weights[:HEADS])
    ]
    _thumbnail(text, "Attend", groups, pages, said(recorded.provenance))


def train_questions(text: Words, page: str, cards: Links) -> None:
    """Which digits two trained networks take for which, and the questions that training answers."""
    kept, card = results.recorded(CARD), results.cards()[CARD]
    groups = train_verdict.matrices(kept.outcomes, card.experiment.arms, (0, 1), size=92)
    _head(text, "Train")
    picture, *links = st.columns([1.2, 1, 1], gap="small")
    with picture:
        _picture("Train", groups, said(kept.provenance))
    half = -(-len(cards) // 2)
    for i, (name, title) in enumerate(cards.items()):
        with links[i // half]:
            _question(page, text[name], card=title)


def _head(text: Words, title: str) -> None:
    st.subheader(title)
    st.caption(text[title])


def _thumbnail(text: Words, title: str, groups: Sequence[Tiles], pages: Links, origin: str) -> None:
    """Real output at the left, the questions at the right."""
    _head(text, title)
    picture, links = st.columns([1, 1.35], gap="small")
    with picture:
        _picture(title, groups, origin)
    with links:
        for name, page in pages.items():
            _question(page, text[name])


def _picture(title: str, groups: Sequence[Tiles], origin: str) -> None:
    tiles(groups, key=f"thumbnail_{title}", luts=luts(is_dark()), height=150)
    st.caption(origin)


def _question(page: str, asked: str, **params: str) -> None:
    st.page_link(PAGES / page, label=asked, query_params=params, icon=":material/help:")


def said(made: Provenance) -> str:
    """Where a recorded picture comes from, in one line."""
    parts = (made.kind, made.device, made.versions, made.date)
    return " · ".join(part for part in parts if part)
