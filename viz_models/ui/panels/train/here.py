"""Train here what a page shows: a seed and a button, then the run that the URL names."""

from collections.abc import Callable, Sequence

import streamlit as st

from viz_models.language import gettext as _
from viz_models.records import Arm, Experiment, ExperimentSpec
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.panels.train import live
from viz_models.ui.panels.train import stage as train_stage
from viz_models.ui.results.train import runs


def opened(arms: Sequence[Arm]) -> Experiment | None:
    """Return the experiment that the URL names; None where it compares something else.

    Args:
        arms: What the page compares now.
    """
    ids = runs.asked()
    found = runs.experiment(ids[0]) if ids else None
    if found is None and (ids or runs.is_nonsense()):
        st.warning(runs.no_such_run(), icon=":material/link_off:")
    return found if found is not None and found.spec.arms == tuple(arms) else None


def draw(
    found: Experiment | None,
    asked: Callable[[int], ExperimentSpec],
    seeds: Sequence[int],
    follow: Callable[[str], None] = live.draw_live,
    told: Callable[[Experiment], str] = lambda found: "",
) -> None:
    """Draw the button that starts a run; then the run, and a way back to the button.

    Args:
        found: What `opened` has found.
        asked: Returns what is started with a seed.
        seeds: That can be chosen.
        follow: Draws the experiment with this id while it runs and afterwards.
        told: Returns a line about it.
    """
    with st.container(border=True):
        if found is None:
            with control_row():
                seed = slider(_("Seed"), seeds, "seed", 160, value=seeds[0])
                train_stage.draw_start(_("Run it here"), asked(seed))
            train_stage.draw_refusal()
            return
        follow(found.id)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(_("Another seed"), key="another", on_click=runs.open_)
            st.caption(told(found))
