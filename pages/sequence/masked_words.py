"""Lesson: why BERT masks 15 % of the words, and why not always with [MASK].

Source: Devlin et al. 2018, section 3.1 and appendix A, arXiv:1810.04805.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import masked_words as panel
from viz_models.ui.panels.sequence import masked_words_cards as cards
from viz_models.ui.panels.sequence import masked_words_context as context


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        facts = cards.facts(view)
        lesson.draw_refusal(view.refusal, _("The example is shown instead."))
        lesson.answer(answer, text["Answer"], **facts)
        panel.draw_stage(view)
        left, right = st.columns([2.1, 1], gap="xsmall")
        with left:
            cards.draw_arms(view)
        with right:
            cards.draw_dice(view)
    for section, draw in (
        (N_("Why not always [MASK]?"), cards.draw_table),
        (N_("Why 15 %?"), context.draw_context),
        (N_("Which words have a loss?"), cards.draw_loss),
        (N_("Does the second sentence follow?"), cards.draw_next),
        (N_("Where does a masked word look?"), context.draw_attention),
    ):
        st.subheader(_(section))
        st.markdown(text[section].format(**facts))
        draw(view)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "masked_words",
        code=panel.code(view),
        table=panel.table(view),
        weights=f"masked_{view.spec.net}",
    )


main()
