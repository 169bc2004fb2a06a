"""Lesson: how a recurrent translator writes, and why attention helped.

Sources: Sutskever et al. 2014, arXiv:1409.3215; Luong et al. 2015, arXiv:1508.04025.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import translators as panel
from viz_models.ui.panels.sequence import translators_loss as more


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        view = panel.controls()
        lesson.answer(said, text["answer"], **panel.facts(view))
        panel.draw_stage(view, text)
        panel.draw_foot(view)
        panel.draw_maps(view, text)
    st.subheader(_("The bottleneck"))
    st.markdown(text["The bottleneck"])
    panel.draw_states(view)
    st.subheader(_("Does attention help with every seed?"))
    more.draw_seeds(view, text)
    for title, draw in (
        (N_("Teacher forcing and free running"), more.draw_forcing),
        (N_("Which words does the loss count?"), more.draw_masked),
        (N_("The state after the padding"), more.draw_padded),
    ):
        with st.container():
            st.subheader(_(title))
            st.markdown(text[title])
            if in_sight(f"{draw.__name__}_sight", height=260):
                draw(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "translators",
        code=panel.code(view),
        table=panel.table(view),
        weights=panel.weights(view),
    )


main()
