"""Lesson: what each famous architecture changed, and what it costs, layer by layer.

Sources: each network's paper, named in records/vision/architectures.py.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import architectures as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.5, 1], gap="xsmall")
        with left:
            panel.draw_tree(view)
        with right:
            panel.draw_costs(view, text)
    panel.draw_layers(view)
    st.subheader("Deeper than VGG, yet faster: because it is all convolution?")
    st.markdown(text["Deeper than VGG, yet faster: because it is all convolution?"].format(**facts))
    st.subheader("Do fewer multiply-adds take less time?")
    st.markdown(text["Do fewer multiply-adds take less time?"].format(**facts))
    panel.draw_time(view)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row("architectures", code=panel.code(view), table=panel.table(view))


main()
