"""The stage of the builder: the network as a diagram, and the gradient race on the same axis."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.figures import pixels
from viz_models.figures.build import builder_race as build_race
from viz_models.records import Op, RaceLoss, RaceView, Step
from viz_models.records.build.builder_walk import Painted, Walk
from viz_models.ui.instruments import flow
from viz_models.ui.kit import state
from viz_models.ui.kit.controls import select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.build.builder_controls import Asked, network_row
from viz_models.ui.results.build import builder as results

HEIGHT = 200  # px
ROOM = 9  # px of the race's axis before its first and after its last block
VIEWS: dict[str, RaceView] = {
    "‖∂L/∂h‖": "gradient",
    "‖∂L/∂W‖": "weights",
    "activation scale": "activation",
}
LOSSES: dict[str, RaceLoss] = {
    "cross entropy": "cross entropy",
    "sum of squares": "sum of squares",
}
FACES: dict[str, Painted] = {"faces: activation": "activation", "faces: gradient": "gradient"}
LINES = {"all lines": False, "only mine": True}
SEEDS = {"1 seed": (0,), "5 seeds": (0, 1, 2, 3, 4)}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class View:
    """What the builder looks at."""

    asked: Asked
    walk: Walk
    measure: RaceView
    loss: RaceLoss
    seeds: tuple[int, ...]
    alone: bool  # the reader's own line only

    @property
    def small(self) -> bool:
        """Whether it could be built; of others there are only shapes and a price."""
        return self.asked.refusal is None

    @property
    def blocks(self) -> tuple[str, ...]:
        """The network's blocks in order."""
        return self.walk.names[2:-1]

    @property
    def chosen(self) -> str:
        """The part chosen on the diagram."""
        return state.choice("part", self.default, self.walk.names.__contains__)

    @property
    def default(self) -> str:
        """A block past the middle, where all lines have parted."""
        return self.blocks[3 * len(self.blocks) // 5]

    @property
    def block(self) -> int:
        """The chosen block, 0-based; the nearest one where input, stem or head is chosen."""
        at = self.walk.names.index(self.chosen) - 2
        return min(max(at, 0), len(self.blocks) - 1)


def controls(asked: Asked) -> Painted:
    """One row: which network, and what is painted on it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        network_row(asked)
        return select("Faces", FACES, "faces", 166)


def race_controls(asked: Asked, kept: Painted) -> View:
    """What the race measures, in the row of its title."""
    title = "**Gradient race**" if asked.refusal is None else "**Not built**"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(title, width="content")
        measure = select("What is measured", VIEWS, "race", 126)
        loss = select("Loss", LOSSES, "loss", 136)
        seeds = select("Seeds", SEEDS, "seeds", 92, default="5 seeds")
        alone = select("Lines", LINES, "lines", 102)
    small = asked.refusal is None
    return View(
        asked=asked,
        walk=results.walk(asked.spec, kept) if small else results.outline(asked.spec),
        measure=measure,
        loss=loss,
        seeds=seeds,
        alone=alone,
    )


def diagram(view: View) -> None:
    """Every block to scale, with what the photo became painted on it."""
    dark = is_dark()
    token = (view.walk.spec, dark)
    steps = summary(view.walk)
    faces = {
        name: flow.Face(pixels.face(_maps(value)), pixels.scheme(value))
        for name, value in zip(view.walk.names, view.walk.values, strict=False)
    }  # a network that was not built has no values
    faces["input"] = flow.Face(results.photo()[::4, ::4], "photo")
    flow.flow(
        flow.diagram(steps, faces, luts(dark), labels(view.walk)),
        key="built",
        height=HEIGHT,
        even=_beside(view.measure),
        param="part",
        start=state.held("part", token, view.chosen),
        default=view.default,
        on_change=state.listen("built", "step", "part"),
    )


def _maps(value: np.ndarray) -> np.ndarray:
    """Tokens (T, C) are one map."""
    return value[None] if value.ndim == 2 else value


def _beside(measure: RaceView) -> tuple[int, int]:
    """Room beside the axis, which the race below shares."""
    left, right = build_race.LABELS + ROOM, build_race.TICKS + ROOM
    return (right, left) if measure == "activation" else (left, right)


def summary(walk: Walk) -> tuple[Step, ...]:
    """One step a block; a block with a skip reads its input twice."""
    steps: list[Step] = []
    for i, name in enumerate(walk.names):
        before = () if i == 0 else (walk.names[i - 1],)
        op: Op = "input" if i == 0 else "other"
        steps.append(
            Step(
                name=name,
                op=op,
                group=name,
                inputs=before * (2 if walk.skips[i] else 1),
                output_shape=walk.shapes[i],
                parameters=walk.parameters[i],
            )
        )
    return tuple(steps)


def labels(walk: Walk) -> dict[str, str]:
    """Blocks are numbered from 1, as the race numbers them."""
    numbers = {name: str(i) for i, name in enumerate(walk.names[2:-1], start=1)}
    return {"input": "photo", "stem": "stem", **numbers, "head": "head"}
