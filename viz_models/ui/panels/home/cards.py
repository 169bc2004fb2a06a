"""The home page: a recorded forward pass to walk at once, and a card for every chapter."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from viz_models.figures import pixels
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.recordings import axes as recordings_axes
from viz_models.recordings import flow as recordings
from viz_models.recordings import home as recordings_home
from viz_models.ui.instruments import flow
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame, lesson, lessons, state
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow.names import labels
from viz_models.ui.panels.home.find import Entry, draw_link
from viz_models.ui.panels.train import outcomes as train_outcomes
from viz_models.ui.results.train import train as results

FIRST = "input"  # nothing unfolded: the whole network at a glance
LIT = 3  # the channel whose values batch norm pools
HEADS = 2  # of the translator, on screen
FEW = 4  # words of a chapter that are seen at once
CARD = "hidden-layers"  # whose first two networks are shown
Words = Mapping[str, str]  # section of the page's prose -> text
Entries = Sequence[Entry]


def draw_hero(page: str) -> None:
    """Draw the diagram from a recording, so that nobody waits for torch, and a link to the page."""
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
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        frame.page_link(
            PAGES / page,
            label=_("Open this step with all its numbers"),
            icon=":material/arrow_forward:",
            query_params={"step": chosen or FIRST},
        )
        st.caption(lesson.badge(recorded.provenance), width="content")


def draw_flow_questions(text: Words, entries: Entries) -> None:
    """Draw the questions about ResNet18; each is a link to the step that answers it."""
    _draw_head(text, N_("Flow"))
    for entry in entries:
        draw_link(entry)
    _draw_words(text, ["flow"])


def draw_build_questions(text: Words, entries: Entries) -> None:
    """Draw the questions about networks, and which channels see which in a network of groups."""
    recorded = recordings_home.load()
    pictures = (
        (recorded.apart, _("{n} groups").format(n=recorded.groups)),
        (recorded.shuffled, _("shuffled")),
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
    _draw_thumbnail(text, "Build", groups, entries, lesson.badge(recorded.provenance))


def draw_norm_questions(text: Words, entries: Entries) -> None:
    """Draw the questions about norms, and a batch of photos with one channel lit."""
    recorded = recordings_axes.load()
    n, c, h, w = recorded.values.shape
    lit = np.zeros((n, c, 1, 1), bool)
    lit[:, LIT] = True
    flat = recorded.values.reshape(-1, h, w)
    grid = Tiles(
        name=_("a batch"),
        values=flat,
        scheme="diverging",
        limits=pixels.robust_limits(flat),
        grid=(n, c),
        lit=lit.reshape(-1, 1, 1),
        row_photos=recorded.photos,
    )
    _draw_thumbnail(text, "Normalize", [grid], entries, lesson.badge(recorded.provenance))


def draw_attend_questions(text: Words, entries: Entries) -> None:
    """Draw the questions about attention, and where two heads of a translator look."""
    recorded = recordings_home.load()
    groups = [
        Tiles(
            name=_("head {i}").format(i=i),
            values=weights[None],
            limits=(0.0, 1.0),
            row_labels=recorded.queries if i == 0 else (),
            column_labels=recorded.keys,
            size=88,
        )
        for i, weights in enumerate(recorded.weights[:HEADS])
    ]
    _draw_thumbnail(text, "Attend", groups, entries, lesson.badge(recorded.provenance))


def draw_questions(text: Words, chapter: str, entries: Entries) -> None:
    """Draw the questions of a chapter without a picture."""
    _draw_head(text, chapter)
    for entry in entries:
        draw_link(entry)
    _draw_words(text, [entry.path for entry in entries])


def draw_train_questions(text: Words, entries: Entries) -> None:
    """Draw the question cards, and which digits two trained networks take for which."""
    kept, card = results.recorded(CARD), results.cards()[CARD]
    groups = train_outcomes.matrices(kept.outcomes, card.experiment.arms, (0, 1), size=92)
    _draw_head(text, "Train")
    picture, *links = st.columns([1.2, 1, 1], gap="small")
    with picture:
        _draw_picture("Train", groups, lesson.badge(kept.provenance))
    half = -(-len(entries) // 2)
    for i, entry in enumerate(entries):
        with links[i // half]:
            draw_link(entry)
    _draw_words(text, list(dict.fromkeys([*(entry.path for entry in entries), "runs"])))


def _draw_head(text: Words, title: str) -> None:
    st.subheader(_(title))
    st.caption(text[title])


def _draw_thumbnail(
    text: Words, title: str, groups: Sequence[Tiles], entries: Entries, origin: str
) -> None:
    """Draw real output at the left, the questions at the right, and the chapter's words below."""
    _draw_head(text, title)
    picture, links = st.columns([1, 1.35], gap="small")
    with picture:
        _draw_picture(title, groups, origin)
    with links:
        for entry in entries:
            draw_link(entry)
    _draw_words(text, [entry.path for entry in entries])


def _draw_words(text: Words, paths: Sequence[str]) -> None:
    """Draw the terms that a chapter is about; the search finds each of them."""
    about = lessons.index()
    found = dict.fromkeys(word for path in paths for word in about[path].words)
    first = ", ".join(list(found)[:FEW])
    with st.expander(text["Words"].format(words=first)):
        st.caption(", ".join(found))


def _draw_picture(title: str, groups: Sequence[Tiles], origin: str) -> None:
    tiles(groups, key=f"thumbnail_{title}", luts=luts(is_dark()), height=150)
    st.caption(origin)
