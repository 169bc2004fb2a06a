"""Lesson: how one network finds, names and cuts out every thing.

Sources: He et al. 2017, Mask R-CNN, arXiv:1703.06870; Ren et al. 2015, arXiv:1506.01497.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import detector as panel
from viz_models.ui.panels.vision import detector_box as box
from viz_models.ui.panels.vision import detector_cards as cards
from viz_models.ui.panels.vision import detector_stage as stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        view = panel.controls()
        panel.draw_refusal(view)
        lesson.answer(said, text[f"Answer: {panel.answer(view)}"], **panel.facts(view))
        left, right = st.columns([1, 2.05], gap="xsmall")
        with right.container(border=True, height="stretch"):
            view = stage.choose_stop(view)
            stage.draw_stage(view, text)
        with left.container(border=True, height="stretch"):
            stage.draw_scene(view, text)
        box.draw_box(view, text)
    st.subheader(_("One pooled number, exactly"))
    st.markdown(text["One pooled number, exactly"])
    box.draw_number(view, text)
    st.subheader(_("Does half a pixel matter?"))
    st.markdown(text["Does half a pixel matter?"])
    cards.draw_moves(view, text)
    st.subheader(_("R-CNN, Fast, Faster, Mask"))
    st.markdown(text["R-CNN, Fast, Faster, Mask"])
    cards.draw_wirings()
    st.subheader(_("What stays, and how good it is"))
    st.markdown(text["What stays, and how good it is"])
    cards.draw_quality(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "detector", code=cards.code(view), table=cards.table(view), weights="digits_mask_rcnn"
    )


main()
