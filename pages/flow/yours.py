"""Lesson: any network, step by step: one of the reader's own, of timm, of Hugging Face.

Names of steps are those of torchvision's feature extraction.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.flow import yours as panel
from viz_models.ui.panels.flow import yours_beside


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        view = panel.view()
        if view is None:
            return
        section = "Answer: example" if panel.is_example(view) else "Answer: yours"
        lesson.answer(said, text[section], **panel.facts(view))
        panel.draw_tokens(view)
        panel.draw_network(view)
    st.subheader(_("One value, exactly"))
    st.markdown(text["One value, exactly"])
    panel.draw_value(view)
    st.subheader(_("Beside another network"))
    st.markdown(text["Beside another network"])
    yours_beside.draw_beside(view, text)
    st.subheader(_("Open your own network"))
    st.markdown(text["Open your own network"])
    st.code(panel.OPEN, language="bash")
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    panel.draw_take_away(view)


main()
