"""Links into the Train chapter: a question card, a network to train."""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.records import BuildSpec, reads_tokens
from viz_models.ui.panels.build.compare import PAGES
from viz_models.ui.results.build import compare as door
from viz_models.ui.results.train import train as results

_PAGE = PAGES / "train/train.py"


def card(id: str, label: str) -> None:
    """To a question card, where the real runs can be started.

    Args:
        id: Of the card.
        label: What stands on the link.
    """
    st.page_link(
        _PAGE,
        label=label,
        icon=":material/play_arrow:",
        query_params={"card": results.cards()[id].title},
    )


def network(spec: BuildSpec) -> None:
    """Train a network of the builder; nothing for one that reads tokens."""
    if reads_tokens(spec):
        return
    st.page_link(
        _PAGE,
        label=_("Train this"),
        icon=":material/model_training:",
        query_params={"spec": door.written(spec)},
    )
