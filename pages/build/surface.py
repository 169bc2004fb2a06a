"""Lesson: what skip connections do to the loss around a network's weights.

Source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, arXiv:1712.09913.
"""

from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.build import surface
from viz_models.ui.panels.train import links


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        choice = surface.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **surface.facts(choice.found))
        surface.draw_surfaces(choice, text["How to read it"])
    st.subheader(_("Measure it here"))
    st.markdown(text["Measure it here"])
    surface.draw_own(choice, text["Not measured"])
    st.subheader(_("Training"))
    st.markdown(text["Training"])
    surface.draw_training(choice.found)
    links.card("depth", _("Train plain and residual networks here, with five seeds"))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "loss_surface",
        code=surface.code(choice.found),
        table=partial(surface.table, choice.found),
    )


main()
