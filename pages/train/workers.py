"""Lesson: a batch split over workers, and when their mean gradient is that of the whole batch.

Source: Li et al. 2020, PyTorch Distributed, arXiv:2006.15704.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.lessons import workers as panel
from viz_models.ui.panels.train.lessons import workers_here
from viz_models.ui.results.train import runs

SECTIONS = (
    N_("Why the mean of the gradients is enough"),
    N_("When it is not enough"),
    N_("When a layer looks at its neighbors"),
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        runs.prepare()
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.45, 1], gap="xsmall")
        with left:
            panel.draw_gradients(view, text)
        with right:
            panel.draw_gaps(view)
    for section in SECTIONS:
        st.subheader(_(section))
        st.markdown(text[section].format(**facts))
    st.subheader(_("The same with torch’s own DistributedDataParallel"))
    st.markdown(text["DistributedDataParallel"])
    panel.draw_ddp(text)
    st.subheader(_("Train with two processes"))
    workers_here.draw_training(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("workers", code=panel.code(view), table=panel.table(view))


main()
