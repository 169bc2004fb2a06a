"""Say how far runs are: a badge for each state, the share that is done, the time that is left."""

import time
from collections import Counter
from collections.abc import Sequence

from viz_models.digits import memory
from viz_models.language import gettext as _
from viz_models.language import numbered
from viz_models.records import ENDED, Experiment, Run
from viz_models.records.train.runs import STATE_NAMES
from viz_models.ui.kit.words import plain
from viz_models.ui.results.train.watch import Watched

BADGE: dict[str, tuple[str, str]] = {  # state -> color, icon
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


def run_label(experiment: Experiment, run: Run) -> str:
    """Return the name of a run within its experiment: "batch 64 seed 3"."""
    label = numbered(experiment.spec.arms[run.arm].label)
    seed = _("seed {seed}").format(seed=run.spec.seed)
    return f"{label} {seed}".strip()


def badge(state: str, count: int = 0) -> str:
    """Return a state as a Markdown badge, with a count where one is given."""
    color, icon = BADGE[state]
    words = f"{count or ''} {_(STATE_NAMES[state])}".strip()
    return f":{color}-badge[:material/{icon}: {words}]"


def badges(found: Experiment) -> str:
    """Return one badge for each state that its runs are in; with counts if it has several runs."""
    counts = Counter(run.state for run in found.runs)
    several = len(found.runs) > 1
    return " ".join(badge(state, count if several else 0) for state, count in counts.items())


def status(watched: Watched) -> tuple[float, str]:
    """Return the share of the training that was done, and one line that describes the runs.

    The share does not depend on how runs ended: a run that was cancelled at 30 % counts as 0.3.
    """
    found = watched.experiment
    if found is None or not found.runs:
        return 0.0, ""
    running = next((run for run in found.runs if run.state == "running"), None)
    parts = [_going(watched, running) if running else _still(found)]
    if len(found.runs) > 1 and watched.active:
        parts.append(ended(found.runs))
    if (left := _left(found.runs)) is not None:
        parts.append(_("about {left} left").format(left=left))
    return _share(found.runs), " · ".join(filter(None, parts))


def outdated(watched: Watched) -> str:
    """Return one line for runs of which nothing new can be known: why, and what was stored last."""
    found = watched.experiment
    stored = f"{badges(found)} {100 * _share(found.runs):.0f} %" if found and found.runs else ""
    return _("Not up to date: {trouble}. This was stored last: {stored}").format(
        trouble=plain(numbered(watched.trouble)), stored=stored
    )


def ended(runs: Sequence[Run]) -> str:
    """Return how many have ended, by state: "2 of 10 runs finished, 8 cancelled"."""
    counts = Counter(run.state for run in runs if run.state in ENDED)
    others = [f"{n} {_(STATE_NAMES[state])}" for state, n in counts.items() if state != "finished"]
    return ", ".join(
        [
            _("{finished} of {count} runs finished").format(
                finished=counts["finished"], count=len(runs)
            ),
            *others,
        ]
    )


def _share(runs: Sequence[Run]) -> float:
    return sum(min(1.0, max(0.0, run.share)) for run in runs) / len(runs)


def _going(watched: Watched, run: Run) -> str:
    curve = watched.curves[run.id]
    speed = curve.samples_per_second()
    parts = [f"**{run_label(watched.experiment, run)}** {100 * run.share:.0f} %"]  # type: ignore[arg-type]
    parts += [_("{speed:,.0f} samples/s").format(speed=speed)] if speed else []
    parts += [numbered(run.device)] if run.device else []
    if run.spec.workers > 1:
        each = run.spec.batch_size // run.spec.workers
        parts.append(
            _("{workers} workers with {each} examples of each batch").format(
                workers=run.spec.workers, each=each
            )
        )
    parts += [memory(curve.last.memory)] if curve.last and curve.last.memory else []
    return " · ".join(parts)


def _still(found: Experiment) -> str:
    """Return what is said while nothing runs: the first run that waits, or how all ended."""
    for run in found.runs:
        if run.state == "queued":
            wait = (
                ""
                if run.wait_s is None
                else _(", starts in about {seconds}").format(seconds=_seconds(run.wait_s))
            )
            place = (
                _("place {place} in the queue").format(place=run.place)
                if run.place
                else _("in the queue")
            )
            return f"{badge('queued')} {place}{wait}"
        if run.state in ("starting", "paused"):
            return f"{badge(run.state)} {numbered(run.reason)}".strip()
    reason = next((r.reason for r in found.runs if r.state != "finished" and r.reason), "")
    if len(found.runs) == 1:
        reason = found.runs[0].reason
    return f"{badges(found)} {numbered(reason)}".strip()


def _left(runs: Sequence[Run]) -> str | None:
    """Return how long the runs that have not ended may take, from the pace so far."""
    started = [run.started for run in runs if run.started]
    moving = any(run.state == "running" for run in runs)
    done = sum(run.share for run in runs)
    if not started or not moving or done < 0.02 * len(runs):
        return None
    to_do = sum(1 - run.share for run in runs if run.state not in ENDED)
    return _seconds((time.time() - min(started)) * to_do / done)


def _seconds(seconds: float) -> str:
    if seconds >= 100:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
