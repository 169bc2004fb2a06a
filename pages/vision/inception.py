"""Lesson: why an Inception module has several kernels side by side.

Sources: Szegedy et al. 2014, arXiv:1409.4842; Ioffe and Szegedy 2015, arXiv:1502.03167.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import inception as panel
from viz_models.ui.panels.vision import inception_auxiliary as auxiliary
from viz_models.ui.panels.vision import inception_price as price


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        lesson.answer(answer, text[""].partition("\n")[2], **price.opening())
        view = panel.controls()
        left, right = st.columns([1.75, 1], gap="xsmall")
        with left:
            panel.draw_maps(view)
        with right:
            panel.draw_value(view)
    st.caption(text["The network"].format(**panel.facts(view)))
    priced = _draw_price(text)
    st.subheader("Where are the auxiliary classifiers after the training?")
    st.markdown(
        text["Where are the auxiliary classifiers after the training?"].format(**auxiliary.facts())
    )
    auxiliary.draw_modules()
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row("inception", code=panel.code(view), table=price.table(priced))


def _draw_price(text: dict[str, str]) -> price.View:
    """Draw what the 1x1 convolutions save, with widths to choose."""
    st.subheader("What do the 1×1 convolutions save?")
    view = price.controls()
    st.markdown(text["What do the 1×1 convolutions save?"].format(**price.facts(view)))
    left, right = st.columns([1.4, 1], gap="xsmall")
    with left:
        price.draw_bars(view)
    with right:
        price.draw_sum(view)
    return view


main()
