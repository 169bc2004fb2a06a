"""Draw the buttons that pause, stop, cancel and resume runs."""

from collections.abc import Callable

import streamlit as st

from viz_models.records import Experiment
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch


def draw_buttons(found: Experiment) -> None:
    """Draw one button for each thing that may be done to this experiment now."""
    states = {run.state for run in found.runs}
    moving = bool(states & {"queued", "starting", "running"})
    may_resume = not moving and bool(states & set(runs.RESUMABLE))
    offers: list[tuple[bool, str, str, Callable[[str], None], str]] = [
        (moving, "Pause", "pause", runs.pause, "Save a checkpoint. You can resume from it later."),
        (
            moving,
            "Stop and keep",
            "stop",
            runs.stop,
            "End the training now. The weights learned so far are kept as the result.",
        ),
        (
            moving or "paused" in states,
            "Cancel",
            "close",
            runs.cancel,
            "End the training now and for good. The curves drawn so far stay.",
        ),
        (may_resume, "Resume", "play_arrow", runs.resume, "Continue from the last checkpoint."),
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
    """Call `do` with an id; a refusal becomes one line on the page, never a traceback."""
    try:
        do(id)
    except (ValueError, OSError) as error:
        st.toast(str(error), icon=":material/warning:")
    watch(id).forget()
