"""Lesson: a photo of 3x224x224 numbers through ResNet18, one tensor at a time.

Sources: He et al. 2016, arXiv:1512.03385; Ioffe & Szegedy 2015, arXiv:1502.03167.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.ui.kit import photos, words
from viz_models.ui.panels.flow import built as flow_built
from viz_models.ui.panels.flow import cards as flow_cards
from viz_models.ui.panels.flow import learned as flow_learned
from viz_models.ui.panels.flow import more as flow_more
from viz_models.ui.panels.flow import off as flow_off
from viz_models.ui.panels.flow import run as flow_run
from viz_models.ui.panels.flow import says as flow_says
from viz_models.ui.panels.flow import stage as flow_stage
from viz_models.ui.panels.flow import switches as flow_switches
from viz_models.ui.panels.flow import why as flow_why


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        asked, answered = st.empty(), st.empty()
        run = flow_run.asked()
        build = run.model.build if run else flow_built.asked()
        model = flow_stage.asked(run, build)
        flow_stage.question(asked, text, model)  # on screen before torch is imported
        flow_run.remarks(run)
        if run is None:
            flow_built.remarks(build)
        wanted = flow_stage.controls(build, run)
        if wanted is not None:
            photos.remarks(wanted.chosen)
            walk(wanted, asked, answered, text)


BELOW = (
    flow_why.why,
    flow_off.draw_off,
    flow_learned.learned,
    flow_more.preprocessing,
    flow_more.all_steps,
    flow_more.take_away,
)


@st.fragment
def walk(
    wanted: flow_stage.Wanted,
    asked: DeltaGenerator,
    answered: DeltaGenerator,
    text: dict[str, str],
) -> None:
    """All that follows the chosen step and value: a click on them draws only this anew."""
    view = wanted.view()
    flow_stage.question(asked, text, wanted.model)
    flow_stage.answer(answered, view, text)
    flow_switches.draw_notice(view.trace.steps, view.spec.off, text)
    flow_stage.diagram(view)
    with st.container():
        flow_cards.cards(view)
    flow_says.prediction(view, text)
    for section in BELOW:
        with st.container():  # a place of its own: see docs/decisions/04-in-sight.md
            section(view, text)


main()
