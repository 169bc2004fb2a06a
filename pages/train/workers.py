"""Lesson: a batch split over workers, and when their mean gradient is that of the whole batch.

Source: Li et al. 2020, PyTorch Distributed, arXiv:2006.15704.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.lessons import workers as panel

SECTIONS = (
    "Why the mean of the gradients is enough",
    "When it is not enough",
    "When a layer looks at its neighbors",
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.45, 1], gap="xsmall")
        with left:
            panel.draw_gradients(view, text)
        with right:
            panel.draw_gaps(view)
    for section in SECTIONS:
        st.subheader(section)
        st.markdown(text[section].format(**facts))
    st.subheader(_("The same with torch’s own DistributedDataParallel"))
    st.markdown(text["DistributedDataParallel"])
    panel.draw_ddp(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("workers", code=panel.code(view), table=panel.table(view))


main()
