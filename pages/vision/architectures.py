"""Lesson: what each famous architecture changed, and what it costs, layer by layer.

Sources: each network's paper, named in records/vision/architectures.py.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import architectures as panel
from viz_models.ui.panels.vision import architectures_twins as twins


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
    st.subheader(_("Deeper than VGG, yet faster: because it is all convolution?"))
    st.markdown(text["Deeper than VGG, yet faster: because it is all convolution?"].format(**facts))
    st.subheader(_("Do fewer multiply-adds take less time?"))
    st.markdown(text["Do fewer multiply-adds take less time?"].format(**facts))
    panel.draw_time(view)
    _draw_twins(text, view.chosen.name)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("architectures", code=panel.code(view), table=panel.table(view))


def _draw_twins(text: dict[str, str], name: str) -> None:
    """Draw how small twins of all networks learned, and AlexNet's with its switches."""
    view = twins.opened(name)
    facts = twins.facts(view)
    st.subheader(_("Which architecture learns best?"))
    st.markdown(text["Which architecture learns best?"].format(**facts))
    left, right = st.columns([1.4, 1], gap="xsmall")
    with left:
        twins.draw_accuracies(view)
    with right:
        twins.draw_twin(view)
    st.subheader(_("What did AlexNet's LRN, dropout and ReLU do?"))
    st.markdown(text["What did AlexNet's LRN, dropout and ReLU do?"].format(**facts))
    twins.draw_switches(view)


main()
