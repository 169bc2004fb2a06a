"""The stage of the flow page: controls, question, and the network as a diagram."""

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.analysis.flow import cells
from viz_models.figures import pixels
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.recordings import flow as recordings
from viz_models.records import (
    Cell,
    ModelRef,
    Step,
    Trace,
    TraceSpec,
)
from viz_models.records.flow.inputs import Built
from viz_models.ui.instruments import flow
from viz_models.ui.kit import lesson, photos, state, words
from viz_models.ui.kit.controls import control, select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow import guess as flow_guess
from viz_models.ui.panels.flow import names as flow_names
from viz_models.ui.panels.flow import run as flow_run
from viz_models.ui.panels.flow import switches as flow_switches
from viz_models.ui.panels.flow import words as flow_words
from viz_models.ui.panels.flow import zoo as flow_zoo
from viz_models.ui.results.flow import tensor_flow as results

HEIGHT = 296  # px at normal type size
# What a select box shows is also what the URL says, so it must read well in both.
SEEDS = {
    N_("random, seed {n}").format(n=seed): ModelRef(seed=seed) for seed in range(flow_zoo.SEEDS)
}
_LARGE = 128  # px
NO_TINT = N_("no tint")
TINTS = {  # label -> field of a Step, unit; milliseconds are measured
    N_("multiply-adds"): ("macs", ""),
    N_("parameters"): ("parameters", ""),
    N_("memory"): ("bytes", "B"),
    N_("milliseconds"): ("", "ms"),
}
ORDERS = {N_("by channel"): "channel", N_("by mean"): "mean"}


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What the controls ask for."""

    chosen: photos.Chosen
    model: ModelRef
    tint: str
    order: str  # of the maps: "channel" or "mean"
    guessing: bool  # shapes are guessed before they are shown

    def view(self) -> "View":
        """Compute it, or look it up; nothing that holds it should live longer than a run."""
        off = flow_switches.chosen(results.steps(self.model))
        spec = TraceSpec(image=self.chosen.photo.ref, model=self.model, off=off)
        trace = results.trace(spec, self.chosen.prepared)
        step = chosen_step(trace.steps)
        default = _first_cell(trace, step)
        return View(
            chosen=self.chosen,
            trace=trace,
            tint=self.tint,
            order=self.order,
            guessing=self.guessing,
            step=step,
            cell=_chosen_cell(step) or default,
            default_cell=default,
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class View:
    """What the flow page looks at, with all that the reader chose."""

    chosen: photos.Chosen
    trace: Trace
    tint: str
    order: str
    guessing: bool
    step: Step  # chosen on the diagram
    cell: Cell  # chosen on the maps
    default_cell: Cell  # where nothing was chosen

    @property
    def spec(self) -> TraceSpec:
        """The forward pass on screen."""
        return self.trace.spec


def _chosen_cell(step: Step) -> Cell | None:
    """Return the value that the reader chose, if this step has it."""
    text = state.choice("cell", "", lambda t: cells.parse(t, step.output_shape) is not None)
    return cells.parse(text, step.output_shape)


def _first_cell(trace: Trace, step: Step) -> Cell:
    """Return the most striking value, at the same place as long as the shape stays the same."""
    while step.inputs:
        before = trace.steps[trace.index(step.inputs[0])]
        if before.output_shape != step.output_shape:
            break
        step = before
    return cells.striking(trace.value(step.name))


def chosen_step(steps: tuple[Step, ...]) -> Step:
    """Return the step chosen on the diagram, or the photo, with which the page opens."""
    by_name = {s.name: s for s in steps}
    return by_name[state.choice("step", steps[0].name, by_name.__contains__)]


def asked(run: flow_run.Explored | None, build: Built | None) -> ModelRef:
    """Return the network that the URL names.

    A trained run's, one from the builder, or torchvision's.
    """
    if run is not None:
        return run.model
    return flow_zoo.asked() if build is None else ModelRef(build=build)


def question(where: DeltaGenerator, text: dict[str, str], model: ModelRef) -> None:
    """Draw the question that the chosen step answers."""
    known = recordings.load()  # so that ResNet18's steps need no torch
    recorded = known.spec.model.architecture == model.architecture
    steps = known.steps if recorded else results.steps(model)
    step = chosen_step(steps)
    section = text[flow_words.kind(step, steps)]
    asked = flow_words.question(section, flow_words.static_facts(step))
    if st.query_params.get("guess") == "true" and not flow_guess.guessed(step):
        asked = _("What shape comes out of {name}?").format(
            name=step.name
        )  # the usual question would give it away
    where.title(asked)


def controls(build: Built | None, run: flow_run.Explored | None = None) -> Wanted | None:
    """One row of chips; None while the network is refused or its weights are not here.

    Args:
        build: A network from the builder, instead of ResNet18.
        run: A trained run, with weights and examples of its own.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if run is None:
            chosen, model = _photo_and_model(build)
        else:
            chosen, model = flow_run.choose(run), run.model
        tint = select(_("Tint of the boxes"), {t: t for t in (NO_TINT, *TINTS)}, "tint", 118)
        order = select(_("Order of the maps"), ORDERS, "sort", 112)
        guessing = control(
            st.toggle,
            _("shape quiz"),
            key="guess",
            help=_("Guess the shape of each step before it is shown"),
        )
    return Wanted(chosen, model, tint, order, guessing) if flow_zoo.ready(model) else None


def _photo_and_model(
    build: Built | None,
) -> tuple[photos.Chosen, ModelRef]:
    if build is None:
        place = st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
        )
        model = flow_zoo.choose()
        own_way = model if model.name != flow_zoo.OPENING else None
        with place:
            return photos.choose(model.side, own_way), model
    chosen = photos.choose(ModelRef(build=build).side)
    return chosen, replace(select(_("Weights"), SEEDS, "weights", 148), build=build)


def answer(where: DeltaGenerator, view: View, text: dict[str, str]) -> None:
    """One line of answer, with what was measured on this photo."""
    step = view.step
    height, width = view.chosen.photo.original_size
    what = _("The {name} photo").format(name=_(view.spec.image.name))
    if view.spec.model.trained:
        what = words.sentence(numbered(view.spec.image.name))
    facts = flow_words.facts(step, view.trace) | {
        "photo": _("{what}, {width}×{height} pixels,").format(what=what, width=width, height=height)
    }
    if view.guessing and not flow_guess.guessed(step):
        where.caption(
            _("Guess first: what goes in, and how the operation is set, is all you need.")
        )
        return
    if view.guessing and step.op == "input":
        steps = view.trace.steps
        done = len(steps) - 1 - len(flow_guess.unsaid(steps))
        where.caption(text["Quiz"].format(done=done, count=len(steps) - 1))
        return
    section = text[flow_words.section(step, view.trace)]
    lesson.say(where, flow_words.answer(section, facts))


def diagram(view: View) -> None:
    """Draw the network to scale, with a map of this photo on every face."""
    dark = is_dark()
    unsaid = flow_guess.unsaid(view.trace.steps) if view.guessing else frozenset()
    token = (view.spec, view.tint, dark, unsaid)
    picture = results.of_trace(
        view.trace,
        ("picture", *token),
        lambda: flow.diagram(
            view.trace.steps,
            _faces(view, dark),
            luts(dark),
            _labels(view),
            _tint(view),
            unsaid,
            _around(view.trace.steps),
        ),
        lambda p: sum(a.nbytes for a in p[1]),
    )
    flow.flow(
        picture,
        key="flow",
        height=HEIGHT,
        start=state.held("step", token, view.step.name),
        default=view.trace.steps[0].name,
        on_change=state.listen("flow", "step", "step"),
    )


def _around(steps: tuple[Step, ...]) -> tuple[str, str]:
    """Return what the legend calls lines beside the straight one; in time they are no skips."""
    in_time = any(step.in_time for step in steps)
    return (_("carried past"), _("read, or a gate beside")) if in_time else flow.AROUND


def _labels(view: View) -> dict[str, str]:
    """Return what the boxes are called; a block whose branch is off says so."""
    called = flow_names.labels(view.trace.steps)
    for name in view.spec.off.branches:
        group = view.trace.steps[view.trace.index(name)].group
        called[group] = _("{called} off").format(called=called[group])
    return called


def _faces(view: View, dark: bool) -> dict[str, flow.Face]:
    side = flow_names.face_side(view.trace.steps)
    faces = {
        s.name: flow.Face(pixels.face(flow_names.channels_first(s, v), side), pixels.scheme(v))
        for s, v in zip(view.trace.steps, view.trace.values, strict=True)
    }
    stride = photo_stride(view)
    return faces | {"input": flow.Face(view.chosen.prepared.cropped[::stride, ::stride], "photo")}


def photo_stride(view: View) -> int:
    """Return 2 for a large photo, of which every second row and column is shown, else 1."""
    side = view.spec.model.side
    return 2 if side >= _LARGE and side % 2 == 0 else 1


def _tint(view: View) -> flow.Tint | None:
    if view.tint == NO_TINT:
        return None
    field, unit = TINTS[view.tint]
    if field:
        amounts = [float(getattr(s, field)) for s in view.trace.steps]
    else:
        amounts = results.milliseconds(view.spec, view.chosen.prepared).tolist()
    names = (s.name for s in view.trace.steps)
    return flow.Tint(_(view.tint), unit, dict(zip(names, amounts, strict=True)))
