"""Lesson: which part of the picture a word of the caption is about.

Source: Xu et al. 2015, Show, attend and tell, arXiv:1502.03044.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import captions as panel
from viz_models.ui.panels.vision import captions_cards as cards
from viz_models.ui.panels.vision import captions_covered as covered
from viz_models.ui.panels.vision import captions_tuning as tuning


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        view = panel.controls()
        facts = panel.facts(view)
        lesson.draw_refusal(view.refusal, _("The page shows the scene of the slider instead."))
        lesson.answer(said, text[f"Answer: {panel.answer(view)}"], **facts)
        left, right = st.columns([1, 1.6], gap="xsmall")
        with left.container(border=True, height="stretch"):
            panel.draw_scene(view, text)
        with right.container(border=True, height="stretch"):
            panel.draw_look(view, text)
        panel.draw_foot(view)
        panel.draw_words(view, text)
    st.subheader(_("Cover what it looked at"))
    st.markdown(text["Cover what it looked at"].format(**covered.facts()))
    covered.draw_covered(view, text)
    st.subheader(_("One weight, exactly"))
    st.markdown(text["One weight, exactly"].format(**facts))
    cards.draw_arithmetic(view, text)
    st.subheader(_("Without tanh, one map for all words"))
    st.markdown(text["Without tanh, one map for all words"])
    cards.draw_straight(view, text)
    st.subheader(_("The same captioner without attention"))
    st.markdown(text["The same captioner without attention"].format(**facts))
    cards.draw_nets(view)
    st.subheader(_("What the LSTM read before"))
    st.markdown(text["What the LSTM read before"])
    cards.draw_states(view, text)
    st.subheader(_("Frozen, fine-tuned, and BatchNorm"))
    st.markdown(text["Frozen, fine-tuned, and BatchNorm"])
    if in_sight("tuning_sight", height=300):
        tuning.draw_tuning(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "captions", code=cards.code(view), table=cards.table(view), weights=cards.weights(view)
    )


main()
