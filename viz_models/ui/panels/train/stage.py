"""The curves of a question card, recorded or live, and the button that starts the real run."""

import uuid
from dataclasses import replace
from functools import partial

import streamlit as st

from viz_models.figures.train import curves as train_curves
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records.train.cards import Shown
from viz_models.records.train.curves import CurveView
from viz_models.records.train.experiments import ExperimentSpec
from viz_models.ui.kit import frame, lesson, words
from viz_models.ui.kit.controls import chips, control, control_row
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import live as train_live
from viz_models.ui.panels.train.data_folder import draw_folder
from viz_models.ui.panels.train.view import View
from viz_models.ui.results.train import data as data_results
from viz_models.ui.results.train import runs
from viz_models.ui.results.train import train as results

BEGINNING = 0.25  # share of a recorded run that is shown before the prediction
HEIGHT = 420  # px
_CLICK = "forward_pass.train.click."
_TROUBLE = "forward_pass.train.trouble"
_SHOWN: dict[Shown, str] = {
    "test loss": N_("Test loss"),
    "training loss": N_("Training loss"),
    "test accuracy": N_("Test accuracy"),
}
SHOWS: dict[Shown, CurveView] = {
    N_("test loss"): CurveView(metric="loss", examples="validation"),
    N_("training loss"): CurveView(metric="loss", examples="training"),
    N_("test accuracy"): CurveView(metric="accuracy", examples="validation"),
}


def draw_stage(now: View) -> None:
    """Draw the curves: live, or recorded, of which only the beginning shows before a prediction."""
    with st.container(border=True):
        if now.experiment is not None:
            train_live.draw_live(now.experiment.id, partial(train_live.draw_chart, height=HEIGHT))
        else:
            _draw_recorded(now)
        _draw_start_row(now)


def _draw_recorded(now: View) -> None:
    share = 1.0 if now.revealed else BEGINNING
    with control_row():
        st.markdown(f"**{_(_SHOWN[now.card.shows])}**", width="content")
        along = chips(_("Along"), train_live.ALONG, key="along", default="sample")
        log = control(st.toggle, _("log"), key="log", help=_("Logarithmic vertical axis"))
    shown = replace(SHOWS[now.card.shows], along=along, log=log)  # type: ignore[arg-type]
    labels = [numbered(arm.label) for arm in now.card.experiment.arms]
    st.echarts_chart(
        train_curves.curves(results.curves(now.outcomes, share), labels, shown, **figure_look()),
        height=frame.px(HEIGHT),
        theme=None,
        key="recorded",
        alt=_("{shows} of the recorded runs").format(shows=_(now.card.shows)),
    )
    said = _("{badge} · seconds are {clock}").format(
        badge=lesson.badge(now.provenance), clock=now.clock
    )
    part = "" if now.revealed else _("This is only the beginning of the curves. · ")
    st.caption(part + said)


def _draw_start_row(now: View) -> None:
    """Draw what starts the real runs, starts them again, or goes back to the recorded ones."""
    spec, trouble = _with_folder(results.cards()[now.card.id].experiment)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if now.experiment is None or now.ended:
            label = _("Run it here") if now.experiment is None else _("Run it again")
            draw_start(label, spec, disabled=bool(trouble))
        if now.experiment is not None:
            st.button(_("Recorded runs"), key="back", on_click=runs.open_)
        st.caption(cost(now))
    if trouble:
        st.warning(words.plain(trouble), icon=":material/folder_open:")
    draw_refusal()


def _with_folder(spec: ExperimentSpec) -> tuple[ExperimentSpec, str]:
    """Ask where the files are, of data that may be in a folder; return what stands in the way."""
    first = spec.arms[0].run.data
    if not data_results.is_idx(first):
        return spec, ""
    with st.popover(_("Where the images are"), icon=":material/folder_open:"):
        data, trouble = draw_folder(first)
    if not data.folder:
        return spec, trouble
    arms = tuple(
        replace(arm, run=replace(arm.run, data=replace(arm.run.data, folder=data.folder)))
        for arm in spec.arms
    )
    return replace(spec, arms=arms), trouble or data_results.trouble(data)


def cost(now: View) -> str:
    """Return how many runs a card has, and what they took when they were recorded."""
    recorded = results.recorded(now.card.id)
    steps = sum(o.seconds for o in recorded.outcomes)
    data = data_results.data_title(now.card.experiment.arms[0].run.data)
    return _(
        "{count} runs on {data}. When they were recorded, their "
        "training steps took {steps:.1f} s of processor time in all; with tests and looks inside "
        "{cpu_seconds:.1f} s."
    ).format(count=len(recorded.outcomes), data=data, steps=steps, cpu_seconds=recorded.cpu_seconds)


def draw_start(label: str, spec: ExperimentSpec, *, disabled: bool = False) -> None:
    """Draw the button that starts an experiment, once for each time that it is seen.

    Args:
        label: On the button.
        spec: What to run.
        disabled: Where it would be refused.
    """
    open_now = st.query_params.get("run", "")
    if st.session_state.get(_CLICK, ("",))[0] != (spec, open_now):
        st.session_state[_CLICK] = ((spec, open_now), uuid.uuid4().hex)
    st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        key="start",
        disabled=disabled,
        on_click=_start,
        args=(spec, st.session_state[_CLICK][1]),
    )


def _start(spec: ExperimentSpec, click: str) -> None:
    """Start an experiment; a double click carries the same `click` twice and starts one."""
    try:
        runs.open_(runs.start(spec, click).id)
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE] = str(error)


def draw_refusal() -> None:
    """Draw why the last press of the button started nothing."""
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.error(words.plain(trouble), icon=":material/block:")
