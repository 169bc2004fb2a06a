"""What may be done to runs: pause, stop and keep, cancel, resume."""

from collections.abc import Callable

import streamlit as st

from viz_models.records import Experiment
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch


def buttons(found: Experiment) -> None:
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
