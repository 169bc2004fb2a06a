"""Lesson: what the gates of an LSTM do while it reads a sentence.

Sources: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et al.
2000, doi:10.1162/089976600300015015.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import gates as panel
from viz_models.ui.panels.sequence import gates_cards as cards
from viz_models.ui.panels.sequence import gates_elsewhere as elsewhere
from viz_models.ui.panels.sequence import gates_readings as readings
from viz_models.ui.results.sequence import gates as results


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(said, text[panel.section(view)], **facts)
        panel.draw_stage(view)
        left, middle, right = st.columns([1.15, 1.1, 0.9], gap="medium")
        with left:
            cards.draw_unit(view)
        with middle:
            cards.draw_held(view)
        with right:
            cards.draw_half_lives(view)
    left, right = st.columns([1, 1.15], gap="xsmall")
    with left:
        cards.draw_sum(view)
    with right:
        elsewhere.draw_elsewhere(view)
    st.subheader(_("How to read the picture"))
    st.markdown(text["How to read the picture"].format(**facts))
    st.subheader(_("Is a gate needed?"))
    st.markdown(text["Is a gate needed?"].format(**facts))
    st.subheader(_("One network, three readings"))
    st.markdown(text["One network, three readings"])
    readings.draw_readings(view, text, facts)
    st.subheader(_("The last state is not out[:, −1]"))
    st.markdown(text["The last state is not out[:, −1]"].format(**facts))
    cards.draw_padding(view)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "gates",
        code=panel.code(view),
        table=panel.table(view),
        weights=results.file(view.spec.net),
    )


main()
