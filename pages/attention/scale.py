"""Lesson: why attention divides its scores by the square root of d_k.

Source: Vaswani et al. 2017, section 3.2.1, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import scale as panel

SECTIONS = (
    N_("Where the factor comes from"),
    N_("Do the gradients vanish?"),
    N_("Why is the gradient at q different?"),
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.35, 1], gap="xsmall")
        with left:
            panel.draw_over_width(view)
        with right:
            panel.draw_at_width(view)
    for section in SECTIONS:
        st.subheader(_(section))
        st.markdown(text[section].format(**facts))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("attention_scale", code=panel.code(view), table=panel.table(view))


main()
