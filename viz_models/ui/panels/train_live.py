"""Watch runs while they train: their curves, how far they are, and the buttons that end them."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from viz_models.digits import memory
from viz_models.figures import train_curves
from viz_models.records import ENDED, Experiment, Run
from viz_models.records.curves import Along, CurveView, Examples, Metric
from viz_models.ui import frame, runs
from viz_models.ui.controls import chips, control, select
from viz_models.ui.panels import norm_common as common
from viz_models.ui.watch import Watched, relabeled, watch

HEIGHT = 330  # px at normal type size
TICK_S = 1.0
WAITING_TICK_S = 2.0  # while all wait in the queue
METRICS: dict[str, Metric] = {
    "loss": "loss",
    "accuracy": "accuracy",
    "gradient norm": "gradient norm",
    "learning rate": "learning rate",
}
EXAMPLES: dict[str, Examples] = {
    "training and validation": "both",
    "validation": "validation",
    "training": "training",
}
ALONG: dict[str, Along] = {"step": "step", "sample": "sample", "second": "second"}
SMOOTHING = {"not smoothed": 0.0, "smoothed": 0.7, "very smooth": 0.93}
CHIP: dict[str, tuple[str, str]] = {  # of each state: color, icon
    "queued": ("gray", "schedule"),
    "starting": ("blue", "hourglass_top"),
    "running": ("blue", "play_arrow"),
    "paused": ("yellow", "pause"),
    "finished": ("green", "check"),
    "failed": ("red", "error"),
    "cancelled": ("gray", "block"),
    "timed_out": ("red", "timer_off"),
    "diverged": ("red", "trending_up"),
    "lost": ("red", "close"),
}


def live(experiment_id: str, *, height: int = HEIGHT) -> None:
    """Curves, progress and buttons of one experiment; they move by themselves while it runs.

    The whole page is drawn anew whenever one of the runs changes its state, so that what stands
    beside (a verdict, a table) follows. Draw it once a page: its controls live in the URL.

    Args:
        experiment_id: As in the URL; one line says so if there is no such experiment.
        height: Of the chart, in px at normal type size.
    """
    watched = watch(experiment_id)
    found = watched.look()
    if found is None:
        st.warning(watched.trouble or runs.NO_SUCH_RUN)
        return
    chart((experiment_id,), height=height)
    if runs.is_mine(found):
        _buttons(found)


@st.fragment
def chart(ids: Sequence[str], *, height: int = HEIGHT) -> None:
    """How to look at them, and the curves of all these experiments in one chart.

    Args:
        ids: Experiments that exist.
        height: Of the chart, in px at normal type size.
    """
    view = controls()
    watched = [watch(id) for id in ids]
    for each in watched:
        each.look()
    st.session_state[_SEEN] = _states(watched)
    every = None
    if any(each.active for each in watched):
        every = TICK_S if any(_moves(each) for each in watched) else WAITING_TICK_S
    st.fragment(partial(_tick, tuple(ids), view, frame.px(height)), run_every=every)()


_SEEN = "forward_pass.states"


def _states(watched: Sequence[Watched]) -> list[tuple[str, ...]]:
    return [tuple(r.state for r in w.experiment.runs) if w.experiment else () for w in watched]


def _moves(watched: Watched) -> bool:
    found = watched.experiment.runs if watched.experiment else ()
    return any(run.state in ("starting", "running") for run in found)


def _tick(ids: tuple[str, ...], view: CurveView, height: int) -> None:
    """What is drawn again once a second: one chart, one line."""
    watched = [watch(id) for id in ids]
    for each in watched:
        each.look()
    if _states(watched) != st.session_state.get(_SEEN):
        st.rerun()
    look = common.look()
    st.echarts_chart(
        option(watched, view, dark=look["dark"], scale=look["scale"]),
        height=height,
        theme=None,
        key="curves",
        alt=f"{view.metric} of the runs, {train_curves.AXIS[view.along]} along the bottom",
    )
    for each in watched if len(watched) == 1 else ():
        if each.experiment:
            share, said = status(each)
            st.progress(share, text=said)


def controls() -> CurveView:
    """One row: what the chart shows, and along what."""
    with common.row():
        along = chips(
            "Along", {name: f"by {name}" for name in ALONG}, key="along", default="sample"
        )
        metric = select("Metric", METRICS, "metric", 140)
        of = select("Examples", EXAMPLES, "of", 200)
        smoothing = select("Smoothing", SMOOTHING, "smooth", 140)
        log = control(st.toggle, "log", key="log", help="Logarithmic vertical axis")
    return CurveView(
        metric=metric,
        examples=of,
        along=ALONG[along],
        log=log,
        smoothing=smoothing,
    )


def option(
    watched: Sequence[Watched], view: CurveView, *, dark: bool, scale: float
) -> dict[str, object]:
    """The chart of all these; of one experiment it is put together once for all who watch it."""
    make = partial(_option, watched, view, dark, scale)
    if len(watched) == 1:
        return watched[0].made(("option", view, dark, scale), make)
    return make()


def _option(
    watched: Sequence[Watched], view: CurveView, dark: bool, scale: float
) -> dict[str, object]:
    curves, labels = [], []
    for each in watched:
        if each.experiment:
            curves += relabeled(each.drawn(), len(labels))
            labels += arm_labels(each.experiment, alone=len(watched) == 1)
    return train_curves.curves(curves, labels, view, dark=dark, scale=scale)


def arm_labels(experiment: Experiment, *, alone: bool = True) -> list[str]:
    """What the arms are called in a chart; among other experiments the name goes first."""
    arms = [arm.label for arm in experiment.spec.arms]
    if alone:
        return arms
    return [f"{experiment.name[:24]} {label}".strip() for label in arms]


def run_label(experiment: Experiment, run: Run) -> str:
    """What a run is called among its experiment's: "batch 64 seed 3"."""
    return f"{experiment.spec.arms[run.arm].label} seed {run.spec.seed}".strip()


def chip(state: str) -> str:
    """A state as Markdown: an icon and a word on a colored ground."""
    color, icon = CHIP[state]
    return f":{color}-badge[:material/{icon}: {state.replace('_', ' ')}]"


def status(watched: Watched) -> tuple[float, str]:
    """(share of the whole that is done, one line about it)."""
    found = watched.experiment
    if found is None or not found.runs:
        return 0.0, ""
    total = sum(1.0 if r.state in ENDED else r.share for r in found.runs) / len(found.runs)
    parts = [_going(watched, run) for run in found.runs if run.state == "running"][:1]
    parts += [] if parts else [_still(found)]
    if len(found.runs) > 1:
        ended = sum(r.state in ENDED for r in found.runs)
        parts.append(f"{ended} of {len(found.runs)} runs done")
    if watched.active and (left := _left(found, total)) is not None:
        parts.append(f"{left} left")
    if watched.trouble:
        parts.append(f"not read anew: {watched.trouble}")
    return min(1.0, max(0.0, total)), " · ".join(filter(None, parts))


def _going(watched: Watched, run: Run) -> str:
    curve = watched.curves[run.id]
    speed = curve.samples_per_second()
    parts = [f"**{run_label(watched.experiment, run)}** {100 * run.share:.0f} %"]  # type: ignore[arg-type]
    parts += [f"{speed:,.0f} samples/s"] if speed else []
    parts += [run.device] if run.device else []
    parts += [memory(curve.last.memory)] if curve.last and curve.last.memory else []
    return " · ".join(parts)


def _still(found: Experiment) -> str:
    """What is said where nothing runs: the first that waits, or how all ended."""
    for run in found.runs:
        if run.state == "queued":
            wait = "" if run.wait_s is None else f", starts in about {_seconds(run.wait_s)}"
            place = f"place {run.place} in the queue" if run.place else "in the queue"
            return f"{chip('queued')} {place}{wait}"
        if run.state in ("starting", "paused"):
            return f"{chip(run.state)} {run.reason}".strip()
    worst = next((r for r in found.runs if r.state != "finished"), found.runs[-1])
    return f"{chip(worst.state)} {worst.reason}".strip()


def _left(found: Experiment, total: float) -> str | None:
    started = [r.started for r in found.runs if r.started]
    moving = any(r.state == "running" for r in found.runs)
    if not started or not moving or total < 0.02:
        return None
    return _seconds((time.time() - min(started)) * (1 - total) / total)


def _seconds(seconds: float) -> str:
    if seconds >= 100:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def _buttons(found: Experiment) -> None:
    """What may be done to it now."""
    states = {run.state for run in found.runs}
    moving = bool(states & {"queued", "starting", "running"})
    offers: list[tuple[bool, str, str, Callable[[str], None], str]] = [
        (moving, "Pause", "pause", runs.pause, "Keep a checkpoint, and go on later from there"),
        (moving, "Stop and keep", "stop", runs.stop, "End it now, with what was learned so far"),
        (moving or "paused" in states, "Cancel", "close", runs.cancel, "End it now"),
        (
            not moving and bool(states & {"paused", "cancelled", "lost", "failed", "timed_out"}),
            "Resume",
            "play_arrow",
            runs.resume,
            "Go on from the last checkpoint",
        ),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for offered, label, icon, do, why in offers:
            if offered:
                st.button(
                    label,
                    key=f"do_{label.partition(' ')[0].lower()}",
                    icon=f":material/{icon}:",
                    help=why,
                    on_click=attempt,
                    args=(do, found.id),
                )


def attempt(do: Callable[[str], None], id: str) -> None:
    """Do it; a refusal is one line on the page, never a traceback."""
    try:
        do(id)
    except (ValueError, OSError) as error:
        st.toast(str(error), icon=":material/warning:")
    watch(id).forget()
