"""Draw the buttons that pause, stop, cancel and resume runs."""

from collections.abc import Callable

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Experiment
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch

# What can be done: the word in its key, its label, its icon, what it does, and why one would.
_MOVING = (
    (
        "pause",
        N_("Pause"),
        "pause",
        runs.pause,
        N_("Save a checkpoint. You can resume from it later."),
    ),
    (
        "stop",
        N_("Stop and keep"),
        "stop",
        runs.stop,
        N_("End the training now. The weights learned so far are kept as the result."),
    ),
)
_CANCEL = (
    "cancel",
    N_("Cancel"),
    "close",
    runs.cancel,
    N_("End the training now and for good. The curves drawn so far stay."),
)
_RESUME = (
    "resume",
    N_("Resume"),
    "play_arrow",
    runs.resume,
    N_("Continue from the last checkpoint."),
)


def draw_buttons(found: Experiment) -> None:
    """Draw one button for each thing that may be done to this experiment now."""
    states = {run.state for run in found.runs}
    moving = bool(states & {"queued", "starting", "running"})
    may_resume = not moving and bool(states & set(runs.RESUMABLE))
    offers = [
        *(_MOVING if moving else ()),
        *((_CANCEL,) if moving or "paused" in states else ()),
        *((_RESUME,) if may_resume else ()),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for verb, label, icon, do, why in offers:
            st.button(
                _(label),
                key=f"do_{verb}",
                icon=f":material/{icon}:",
                help=_(why),
                on_click=attempt,
                args=(do, found.id),
            )


def attempt(do: Callable[[str], None], id: str) -> None:
    """Call `do` with an id; a refusal becomes one line on the page, never a traceback."""
    try:
        do(id)
    except (ValueError, OSError) as error:
        st.toast(str(error), icon=":material/warning:")
    watch(id).forget()
