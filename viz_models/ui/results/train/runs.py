"""Runs as a page meets them: who asks, which ones the URL names, what may be done to them.

Reading needs the id alone, so that a link shows the same run to everybody; changing anything
needs the owner.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Experiment, ExperimentSpec, Points, Run
from viz_models.records.train.cards import Outcome
from viz_models.records.train.experiments import Moment
from viz_models.records.train.lessons import RESULTS, LessonResult
from viz_models.runs import client, files, outcomes
from viz_models.ui.kit import owner, state

if TYPE_CHECKING:
    from viz_models.runs.export import Kind

NO_SUCH_RUN = N_("No such run: it was deleted, or the link is not whole.")
SET_ASIDE = N_(
    "No such run: the list of runs was damaged and has been set aside. The one that you see is new."
)
MOST_ASKED = 6  # experiments that one link may name
RESUMABLE = ("paused", "lost", "failed", "timed_out")  # a run that was cancelled stays so
FILES: dict["Kind", str] = {  # kind -> what its button says
    "csv": N_("Steps (CSV)"),
    "jsonl": N_("Steps (JSON)"),
    "tensorboard": "TensorBoard",
    "checkpoint": N_("Weights"),
    "script": N_("Script (Python)"),
}
_ID = re.compile(r"[0-9a-f]{32}")
_PARAM = "run"


# What the URL says


def asked() -> tuple[str, ...]:
    """Ids of experiments in `?run=`, at most six; none if it is empty or cannot be ids.

    On coming back from another page, whose URL says nothing about runs, those that were open
    here are put into the URL again.
    """
    if _PARAM not in st.query_params and state.entered():
        before = state.choice(_PARAM, "", lambda text: True)
        if before:
            st.query_params[_PARAM] = before
    text = st.query_params.get(_PARAM, "")
    state.choose(_PARAM, text)
    ids = tuple(dict.fromkeys(text.split(",")))[:MOST_ASKED]
    return tuple(i for i in ids if _ID.fullmatch(i))


def is_nonsense() -> bool:
    """Whether `?run=` says something that is no id at all."""
    return bool(st.query_params.get(_PARAM)) and not asked()


def no_such_run() -> str:
    """Return why there is nothing to be seen of a run that the URL names."""
    return SET_ASIDE if client.was_set_aside() else NO_SUCH_RUN


def open_(*ids: str) -> None:
    """Put ids into the URL, one step of the browser's history; none closes what is open."""
    state.choose(_PARAM, ",".join(ids))
    if ids:
        st.query_params[_PARAM] = ",".join(ids)
    else:
        st.query_params.pop(_PARAM, None)


# What there is


def trouble() -> str:
    """Return why nothing can be kept just now; "" where all is well."""
    return client.trouble()


def prepare() -> None:
    """Let a worker warm up while the reader still looks: a run then starts at once."""
    client.ready()


def mine() -> tuple[Experiment, ...]:
    """Return this browser's experiments, the latest first; locally all that there are."""
    return client.store().experiments(_me())


def is_mine(experiment: Experiment) -> bool:
    """Whether this browser may change it."""
    return owner.is_at_home() or experiment.owner == owner.current()


def experiment(id: str) -> Experiment | None:
    """One experiment as it stands now, whoever started it; None if there is no such."""
    try:
        return client.experiment(id)
    except ValueError:
        return None


def points(run: str, after: int = 0) -> Points:
    """Return what a run told since."""
    return client.store().points(run, after)


def moments(run: str) -> tuple[Moment, ...]:
    """Return the looks inside a run so far."""
    return client.store().moments(run)


def result(run: Run) -> LessonResult | None:
    """Return what the page of a lesson draws of its training so far; None for nothing yet."""
    kind = RESULTS.get(type(run.spec.lesson))
    return files.result(client.store().folder, run.id, kind) if kind else None


def outcome(spec: ExperimentSpec, run: Run) -> Outcome:
    """Return what a run came to so far."""
    return outcomes.outcome(client.store(), spec, run)


def file(id: str, kind: "Kind") -> Callable[[], bytes]:
    """Return what makes a file of an experiment; it remembers who asks.

    Streamlit calls it at the click, outside of any page, where nobody is looking.

    Args:
        id: Of an experiment or a run.
        kind: One of `FILES`.

    Returns:
        A function without arguments. It raises a ValueError with one line if there is no such
        file, or it is somebody else's.
    """
    me = _me()
    return lambda: client.take(me, id, kind).data


# What may be done; each raises a ValueError with one line for people


def start(spec: ExperimentSpec, key: str) -> Experiment:
    """Submit an experiment; the same key twice starts it once.

    Args:
        spec: Arms and seeds.
        key: One for each press of a button.
    """
    if not owner.may_take_part():
        raise ValueError(_(owner.NO_COOKIE))
    return client.start(owner.current(), spec, key, owner.address())


def cancel(id: str) -> None:
    """End an experiment or a run now."""
    client.store().cancel(_me(), id)


def stop(id: str) -> None:
    """End it early but well, with what was learned so far."""
    client.store().stop(_me(), id)


def pause(id: str) -> None:
    """Keep a checkpoint and let others go first."""
    client.store().pause(_me(), id)


def resume(id: str) -> None:
    """Continue from the last checkpoints, except runs that were cancelled."""
    for run in client.experiment(id).runs:
        if run.state in RESUMABLE:
            client.resume(_me(), run.id)


def rename(id: str, name: str) -> None:
    """Call an experiment something else."""
    client.store().rename(_me(), id, name)


def delete(id: str) -> None:
    """Forget an experiment with its curves and files."""
    client.store().delete(_me(), id)


def _me() -> str | None:
    return None if owner.is_at_home() else owner.current()
