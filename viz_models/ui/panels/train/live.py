"""Watch runs while they train: their curves, how far they are, and the buttons that end them."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from viz_models import language
from viz_models.figures.train import curves as train_curves
from viz_models.figures.train import curves_axes as train_axes
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records import ENDED, RunSpec
from viz_models.records.train.curves import Along, CurveView, Examples, Metric, RunCurve
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import chips, control, control_row, select
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train.buttons import draw_buttons
from viz_models.ui.panels.train.progress import outdated, status
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import Watched, relabeled, watch

HEIGHT = 330  # px at normal type size
TICK_S = 1.0
LONGEST_LABEL = 26  # letters
PAGE_S = 6.0  # between two drawings of the page because of one run among several
WAITING_TICK_S = 2.0  # while all wait in the queue
METRICS: dict[str, Metric] = {
    N_("loss"): "loss",
    N_("accuracy"): "accuracy",
    N_("gradient norm"): "gradient norm",
    N_("learning rate"): "learning rate",
}
EXAMPLES: dict[str, Examples] = {
    N_("training + test"): "both",
    N_("test"): "validation",
    N_("training"): "training",
}
ALONG = {
    "step": N_("by step"),
    "sample": N_("by sample"),
    "second": N_("by second"),
}
SMOOTHING = {N_("raw"): 0.0, N_("smooth"): 0.7, N_("smoother"): 0.93}


def draw_live(experiment_id: str, draw: Callable[[Sequence[str]], None] | None = None) -> None:
    """Draw curves, progress and buttons of one experiment; they move while it runs.

    The whole page is drawn anew when all have ended, when they pause or go on, and within some
    seconds when one of several has ended, so that what stands beside (a verdict, a table) follows.
    Draw it once a page: its controls live in the URL.

    Args:
        experiment_id: As in the URL; one line says so if there is no such experiment.
        draw: Draws what moves, given the experiment's id in a list; without it, `draw_chart`.
    """
    watched = watch(experiment_id)
    found = watched.look()
    if found is None:
        st.warning(numbered(watched.trouble) or runs.no_such_run())
        return
    (draw or draw_chart)((experiment_id,))
    if runs.is_mine(found):
        draw_buttons(found)


@st.fragment
def draw_chart(ids: Sequence[str], *, height: int = HEIGHT) -> None:
    """Draw the controls of the chart, and the curves of all these experiments in it.

    Args:
        ids: Experiments that exist.
        height: Of the chart, in px at normal type size.
    """
    view = draw_controls()
    follow(ids, partial(_tick, view=view, height=frame.px(height)))


def follow(ids: Sequence[str], draw: Callable[[list[Watched]], None]) -> None:
    """Draw what changes while runs go on: now, and once a second until all have ended.

    The whole page is drawn anew as `draw_live` says.

    Args:
        ids: Experiments that exist.
        draw: Draws them, as they stand at the moment.
    """
    watched = [watch(id) for id in ids]
    for each in watched:
        each.look()
    st.session_state[_SEEN] = (*_standing(watched), time.monotonic())
    every = None
    if any(each.active for each in watched):
        every = TICK_S if any(_moves(each) for each in watched) else WAITING_TICK_S
    st.fragment(partial(_followed, tuple(ids), draw), run_every=every)()


def _followed(ids: tuple[str, ...], draw: Callable[[list[Watched]], None]) -> None:
    watched = [watch(id) for id in ids]
    for each in watched:
        each.look()
    if _is_news(watched):
        st.rerun()
    draw(watched)


_SEEN = "forward_pass.states"


def _standing(watched: Sequence[Watched]) -> tuple[object, int]:
    """Return (what the buttons depend on, how many runs have ended)."""
    states = [r.state for w in watched if w.experiment for r in w.experiment.runs]
    ended = sum(state in ENDED for state in states)
    moving = any(state not in ENDED and state != "paused" for state in states)
    return (len(states), ended == len(states), moving, "paused" in states), ended


def _is_news(watched: Sequence[Watched]) -> bool:
    """Whether the page should be drawn anew.

    At once when the buttons change; a run that ended among many waits a while for the next one:
    sixty tabs would otherwise draw a whole page for each.
    """
    standing, ended, since = st.session_state.get(_SEEN, (None, 0, 0.0))
    now, count = _standing(watched)
    return now != standing or (count != ended and time.monotonic() - since >= PAGE_S)


def _moves(watched: Watched) -> bool:
    found = watched.experiment.runs if watched.experiment else ()
    return any(run.state in ("starting", "running") for run in found)


def _tick(watched: list[Watched], view: CurveView, height: int) -> None:
    """Draw again what changes once a second: one chart, one line."""
    look = figure_look()
    st.echarts_chart(
        option(watched, view, dark=look["dark"], scale=look["scale"]),
        height=height,
        theme=None,
        key="curves",
        alt=_("{metric} of the runs, {axis} along the bottom").format(
            metric=_(view.metric), axis=_(train_axes.AXIS[view.along])
        ),
    )
    if len(watched) == 1:
        draw_progress(watched[0])
    elif stale := next((each for each in watched if each.trouble), None):
        draw_progress(stale)


def draw_progress(watched: Watched) -> None:
    """Draw how far an experiment is, and how it stands; one line where nobody can know."""
    if watched.experiment and watched.trouble:
        st.error(outdated(watched), icon=":material/hard_drive:")
    elif watched.experiment:
        share, said = status(watched)
        st.progress(share, text=said)


def draw_controls() -> CurveView:
    """Draw the row of controls; return what the chart shows, and along what."""
    with control_row():
        along = chips(_("Along"), ALONG, key="along", default="sample")
        metric = select(_("Metric"), METRICS, "metric", 112)
        of = select(_("Examples"), EXAMPLES, "split", 152)
        smoothing = select(_("Smoothing"), SMOOTHING, "smooth", 92)
        log = control(st.toggle, _("log"), key="log")
    return CurveView(
        metric=metric,
        examples=of,
        along=along,  # type: ignore[arg-type]
        log=log,
        smoothing=smoothing,
    )


def option(
    watched: Sequence[Watched], view: CurveView, *, dark: bool, scale: float
) -> dict[str, object]:
    """Return the chart of all these.

    Of one experiment it is put together once for all who watch it.
    """
    make = partial(_option, watched, view, dark, scale)
    if len(watched) == 1:
        return watched[0].made(("option", view, dark, scale, language.current()), make)
    return make()


def _option(
    watched: Sequence[Watched], view: CurveView, dark: bool, scale: float
) -> dict[str, object]:
    curves: list[RunCurve] = []
    labels = arm_labels(watched)
    offset = 0
    for each in watched:
        if each.experiment:
            curves += relabeled(each.drawn(), offset)
            offset += len(each.experiment.spec.arms)
    end = _end(watched, view.along)
    return train_curves.curves(curves, labels, view, end=end, dark=dark, scale=scale)


def _end(watched: Sequence[Watched], along: Along) -> float | None:
    """Where the longest of the runs will end, as far as its budget says so: the axis stands still.

    None once all have ended: then the curves say it.
    """
    if not any(each.active for each in watched):
        return None
    ends = [_budget(run.spec, along) for w in watched if w.experiment for run in w.experiment.runs]
    return None if None in ends else max((e for e in ends if e is not None), default=None)


def _budget(spec: RunSpec, along: Along) -> float | None:
    amount, unit, size = spec.budget.amount, spec.budget.unit, spec.batch_size
    known: dict[tuple[Along, str], float] = {
        ("sample", "samples"): amount,
        ("step", "samples"): amount / size,
        ("sample", "steps"): amount * size,
        ("step", "steps"): amount,
        ("second", "seconds"): amount,
    }
    return known.get((along, unit))


def arm_labels(watched: Sequence[Watched]) -> list[str]:
    """Return what all arms are called in one chart.

    The experiment's name goes before one that is taken.

    Args:
        watched: In the order of the chart.
    """
    pairs = [(w.experiment, arm) for w in watched if w.experiment for arm in w.experiment.spec.arms]
    counts = Counter(arm.label for _, arm in pairs)
    found = []
    for experiment, arm in pairs:
        label = numbered(arm.label)
        if len(watched) > 1 and (not label or counts[label] > 1):
            label = f"{_short(experiment.name)} {label}".strip()
        found.append(_short(label, LONGEST_LABEL))
    return found


def _short(text: str, most: int = 16) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
