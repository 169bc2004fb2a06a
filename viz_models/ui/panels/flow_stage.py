"""The stage of the flow page: controls, question, and the network as a diagram."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.analysis import cells
from viz_models.figures import pixels, theme
from viz_models.records import Cell, ModelRef, Step, Trace, TraceSpec
from viz_models.ui import photos, results, state
from viz_models.ui.controls import control
from viz_models.ui.instruments import flow
from viz_models.ui.panels import flow_words

DEFAULT_STEP = "layer2.0.add"
TINTS = {
    "none": "none",
    "macs": "multiply-adds",
    "parameters": "parameters",
    "bytes": "memory",
    "ms": "ms",
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the flow page looks at."""

    chosen: photos.Chosen
    trace: Trace
    tint: str

    @property
    def spec(self) -> TraceSpec:
        """The forward pass on screen."""
        return self.trace.spec

    def step(self) -> Step:
        """The step chosen on the diagram, or the one the page opens with."""
        names = {s.name for s in self.trace.steps}
        name = state.choice("step", DEFAULT_STEP, names.__contains__)
        return self.trace.steps[self.trace.index(name)]

    def cell(self) -> Cell:
        """The value chosen on the maps, or the step's most striking one."""
        step = self.step()
        text = state.choice("cell", "", lambda t: cells.parse(t, step.output_shape) is not None)
        return cells.parse(text, step.output_shape) or self.default_cell()

    def default_cell(self) -> Cell:
        """Where to look first in the chosen step."""
        return cells.striking(self.trace.value(self.step().name))


def controls() -> View:
    """One row of chips; what they ask for is computed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = photos.choose()
        st.caption("Weights: random, seed", width="content")
        seed = control(
            st.number_input, "Seed", 0, 9999, 0, key="seed", label_visibility="collapsed", width=110
        )
        st.caption("Tint", width="content")
        tint = control(
            st.selectbox,
            "Tint",
            list(TINTS),
            format_func=TINTS.__getitem__,
            key="tint",
            label_visibility="collapsed",
            width=150,
        )
    spec = TraceSpec(image=chosen.photo.ref, model=ModelRef(seed=seed))
    return View(chosen, results.trace(spec, chosen.prepared), tint)


def headline(view: View, text: dict[str, str]) -> None:
    """The question of the chosen step and its answer in one line."""
    step = view.step()
    photo = shape_of_photo(view)
    words = flow_words.facts(step, view.trace, view.chosen.prepared, photo)
    question, answer = flow_words.question_and_answer(
        text[flow_words.kind(step, view.trace)], words
    )
    st.title(question)
    st.caption(answer)


def shape_of_photo(view: View) -> str:
    """The photo in a few words: its name and its size in pixels."""
    height, width = view.chosen.photo.original_size
    return f"The {view.spec.image.name} photo, {width}×{height} pixels,"


def diagram(view: View) -> None:
    """The network, drawn to scale, with a map of this photo on every face."""
    dark = is_dark()
    picture = results.of_trace(
        view.trace,
        ("picture", view.tint, dark),
        lambda: flow.diagram(
            view.trace.steps, _faces(view, dark), luts(dark), labels(view.trace.steps), _tint(view)
        ),
        lambda p: sum(a.nbytes for a in p[1]),
    )
    flow.flow(
        picture,
        key="flow",
        start=state.held("step", (view.spec, view.tint, dark), view.step().name),
        default=DEFAULT_STEP,
        on_change=state.listen("flow", "step", "step"),
    )


def _faces(view: View, dark: bool) -> dict[str, flow.Face]:
    faces = {
        s.name: flow.Face(pixels.face(v), pixels.scheme(v))
        for s, v in zip(view.trace.steps, view.trace.values, strict=True)
    }
    return faces | {"input": flow.Face(view.chosen.prepared.cropped[::2, ::2], "photo")}


def is_dark() -> bool:
    """Whether the reader sees the dark theme."""
    return st.context.theme.type == "dark"


def luts(dark: bool) -> dict[str, np.ndarray]:
    """The lookup tables of the instruments."""
    return {name: theme.lut(name, dark=dark) for name in ("sequential", "diverging")}


def labels(steps: tuple[Step, ...]) -> dict[str, str]:
    """What the boxes are called: "block 2.0" for the group "layer2.0"."""
    return {s.group: s.group.replace("layer", "block ") for s in steps}


def _tint(view: View) -> flow.Tint | None:
    if view.tint == "none":
        return None
    if view.tint == "ms":
        amounts = results.milliseconds(view.spec, view.chosen.prepared)
        return flow.Tint(
            "time here", "ms", dict(zip(_names(view), map(float, amounts), strict=True))
        )
    unit = "bytes" if view.tint == "bytes" else ""
    amounts = [float(getattr(s, view.tint)) for s in view.trace.steps]
    return flow.Tint(TINTS[view.tint], unit, dict(zip(_names(view), amounts, strict=True)))


def _names(view: View) -> list[str]:
    return [s.name for s in view.trace.steps]
