"""Lesson: what BLEU counts, and why the same sentence has seven scores.

Source: Papineni et al. 2002, https://aclanthology.org/P02-1040.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import bleu as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        view = panel.controls()
        lesson.draw_refusal(view.refusal, _("The example is shown instead."))
        lesson.answer(said, text[f"Answer: {panel.answer(view)}"], **panel.facts(view))
        left, right = st.columns([1.5, 1], gap="xsmall")
        with left:
            panel.draw_ngrams(view)
        with right:
            panel.draw_product(view)
    panel.draw_conventions(view)
    st.subheader(_("Do long matches count more?"))
    st.markdown(text["Do long matches count more?"])
    panel.draw_worth(view)
    st.subheader(_("What BLEU does not see"))
    st.markdown(text["What BLEU does not see"])
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("bleu", code=panel.code(view), table=panel.table(view))


main()
