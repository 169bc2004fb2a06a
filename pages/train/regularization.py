"""Lesson: what L1, L2, weight decay, dropout, augmentation and early stopping do on little data.

Sources: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html (dropout);
Loshchilov and Hutter 2017, arXiv:1711.05101 (weight decay is not L2).
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.small import regularization as panel
from viz_models.ui.panels.train.small import regularization_here
from viz_models.ui.panels.train.small import regularization_more as more
from viz_models.ui.results.train import runs


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        runs.prepare()
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.25, 1], gap="xsmall")
        with left:
            panel.draw_curves(view)
            panel.draw_numbers(view)
        with right:
            panel.draw_differences(view)
    st.subheader(_("Train it here"))
    st.markdown(text["Train it here"].format(**facts))
    regularization_here.draw_here(view)
    st.subheader(_("Where do the weights go?"))
    st.markdown(text["Where do the weights go?"].format(**facts))
    more.draw_weights(view)
    st.subheader(_("Does the change keep the label?"))
    st.markdown(text["Does the change keep the label?"])
    more.draw_labels(view)
    st.subheader(_("Is weight decay L2?"))
    st.markdown(text["Is weight decay L2?"].format(**facts))
    more.draw_decay()
    st.subheader(_("What does dropout drop?"))
    st.markdown(text["What does dropout drop?"])
    more.draw_dropout()
    st.subheader(_("Several networks"))
    st.markdown(text["Several networks"].format(**facts))
    more.draw_ensembles(view)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("regularization", code=panel.code(view), table=panel.table(view))


main()
