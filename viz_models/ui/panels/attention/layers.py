"""Which layer and head a page shows: counted from 0, as torch's indices and the links do."""

import re
from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.kit.controls import select

T = TypeVar("T")


def select_place(
    label: str, choices: Mapping[str, T], key: str, width: int, *, default: str, former: str
) -> T:
    """Draw a select box for a layer or a head; links of the first edition still open the same one.

    Args:
        label: What a screen reader calls it.
        choices: Text, whose numbers count from 0 -> what it means.
        key: URL parameter.
        width: px at normal type size.
        default: The text that is chosen at first.
        former: URL parameter of the first edition, whose numbers counted from 1.
    """
    old = re.sub(r"\d+", lambda n: str(int(n[0]) - 1), st.query_params.get(former, ""))
    return select(label, choices, key, width, default=old if old in choices else default)


def help_on(*terms: str) -> str:
    """Return the hover text that explains these terms of the glossary."""
    return "\n\n".join(words.glossary()[term] for term in terms)
