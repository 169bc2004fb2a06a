"""The stage of the builder: the network as a diagram, and the controls of the race below it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.figures import pixels
from viz_models.figures.build import builder_race
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import RaceLoss, RaceView, RnnSpec, reads_tokens
from viz_models.records.build.builder_walk import Painted, Walk
from viz_models.ui.instruments import flow
from viz_models.ui.kit import state
from viz_models.ui.kit.controls import select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.build.builder_controls import Asked, draw_network_row
from viz_models.ui.results.build import builder as results

HEIGHT = 200  # px
ROOM = 9  # px of the race's axis before its first and after its last block
VIEWS: dict[str, RaceView] = {
    "‖∂L/∂h‖": "gradient",
    "‖∂L/∂W‖": "weights",
    N_("activation scale"): "activation",
}
LOSSES: dict[str, RaceLoss] = {
    N_("cross entropy"): N_("cross entropy"),
    N_("sum of squares"): N_("sum of squares"),
}
FACES: dict[str, Painted] = {
    N_("faces: activation"): "activation",
    N_("faces: gradient"): "gradient",
}
LINES = {N_("all lines"): False, N_("only mine"): True}
SEEDS = {N_("1 seed"): (0,), N_("5 seeds"): (0, 1, 2, 3, 4)}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class View:
    """What the reader chose: the network, the part of it, and what the race measures."""

    asked: Asked
    walk: Walk
    chosen: str  # the part chosen on the diagram
    measure: RaceView
    loss: RaceLoss
    seeds: tuple[int, ...]
    alone: bool  # draw the reader's own line only

    @property
    def small(self) -> bool:
        """Whether the network can be built; of others there are only shapes and a price."""
        return self.asked.refusal is None

    @property
    def blocks(self) -> tuple[str, ...]:
        """The network's blocks in order."""
        return self.walk.names[2:-1]

    @property
    def block(self) -> int:
        """The chosen block, 0-based; the nearest one where input, stem or head is chosen."""
        at = self.walk.names.index(self.chosen) - 2
        return min(max(at, 0), len(self.blocks) - 1)


def network_controls(asked: Asked) -> Painted:
    """Draw the row that chooses the network; return what is painted on it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        draw_network_row(asked)
        return select(_("Faces"), FACES, "faces", 166)


def race_controls(asked: Asked, painted: Painted) -> View:
    """Draw the row above the race; return all that the page shows.

    A network that is too large to be built runs no race, so there is nothing to choose.
    """
    if asked.refusal is not None:
        walk = results.outline(asked.spec)
        return _view(asked, walk, "gradient", "cross entropy", (0,), alone=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(_("**Gradient race**"), width="content")
        measure = select(_("What is measured"), VIEWS, "race", 126)
        loss = select(_("Loss"), LOSSES, "loss", 136)
        seeds = select(_("Seeds"), SEEDS, "seeds", 92, default="5 seeds")
        alone = select(_("Lines"), LINES, "lines", 102)
    return _view(asked, results.walk(asked.spec, painted), measure, loss, seeds, alone=alone)


def _view(
    asked: Asked,
    walk: Walk,
    measure: RaceView,
    loss: RaceLoss,
    seeds: tuple[int, ...],
    *,
    alone: bool,
) -> View:
    return View(
        asked=asked,
        walk=walk,
        chosen=state.choice("part", first_choice(walk), walk.names.__contains__),
        measure=measure,
        loss=loss,
        seeds=seeds,
        alone=alone,
    )


def first_choice(walk: Walk) -> str:
    """Return the block that the page opens with: past the middle, where all lines have parted."""
    blocks = walk.names[2:-1]
    return blocks[3 * len(blocks) // 5]


def draw_diagram(view: View) -> None:
    """Draw every block to scale, with what the photo became painted on it."""
    dark = is_dark()
    token = (view.walk.spec, dark)
    faces = {
        name: flow.Face(pixels.face(_maps(value)), pixels.scheme(value))
        for name, value in zip(view.walk.names, view.walk.values, strict=False)
    }  # a network that was not built has no values
    recurrent = isinstance(view.walk.spec.network, RnnSpec)
    faces["input"] = flow.Face(results.photo()[::4, ::4], "photo")
    flow.flow(
        flow.diagram(
            view.walk.steps,
            faces,
            luts(dark),
            labels(view.walk),
            around=(_("read at this step"), "") if recurrent else flow.AROUND,
        ),
        key="built",
        height=HEIGHT,
        even=_beside(view.measure),
        param="part",
        start=state.held("part", token, view.chosen),
        default=first_choice(view.walk),
        on_change=state.listen("built", "step", "part"),
    )


def _maps(value: np.ndarray) -> np.ndarray:
    """Return maps as they are, and tokens (T, C) as one map."""
    return value[None] if value.ndim == 2 else value


def _beside(measure: RaceView) -> tuple[int, int]:
    """Return the room left and right of the axis, which the race below shares."""
    left, right = builder_race.LABELS + ROOM, builder_race.TICKS + ROOM
    return (right, left) if measure == "activation" else (left, right)


def labels(walk: Walk) -> dict[str, str]:
    """Return what the diagram calls each part; blocks count from 1, as in the race."""
    numbers = {name: str(i) for i, name in enumerate(walk.names[2:-1], start=1)}
    stem, spec = _("stem"), walk.spec.network
    if isinstance(spec, RnnSpec):
        stem = _("embed") if reads_tokens(spec) else _("rows")
    return {"input": _("photo"), "stem": stem, **numbers, "head": _("head")}
