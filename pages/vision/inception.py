"""Lesson: why an Inception module has several kernels side by side.

Sources: Szegedy et al. 2014, arXiv:1409.4842; Ioffe and Szegedy 2015, arXiv:1502.03167.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import inception as panel
from viz_models.ui.panels.vision import inception_auxiliary as auxiliary
from viz_models.ui.panels.vision import inception_price as price
from viz_models.ui.panels.vision import inception_training as training


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
    _draw_price(text)
    trained = training.facts() | auxiliary.facts()
    for title, draw in (
        (N_("Does the network need all four branches?"), training.draw_branches),
        (N_("What do the auxiliary classifiers do?"), training.draw_auxiliary),
        (N_("Where are they after the training?"), auxiliary.draw_modules),
        (N_("What did BatchNorm change?"), training.draw_norm),
    ):
        st.subheader(_(title))
        st.markdown(text[title].format(**trained))
        draw()
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"].format(**trained))
    take_away.row("inception", code=panel.code(view), table=training.table())


def _draw_price(text: dict[str, str]) -> None:
    """Draw what the 1x1 convolutions save, with widths to choose."""
    st.subheader(_("What do the 1×1 convolutions save?"))
    view = price.controls()
    st.markdown(text["What do the 1×1 convolutions save?"].format(**price.facts(view)))
    left, right = st.columns([1.4, 1], gap="xsmall")
    with left:
        price.draw_bars(view)
    with right:
        price.draw_sum(view)


main()
