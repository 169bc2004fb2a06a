"""The sentence that a lesson on attention looks at: typed, checked, unknown words told."""

from collections.abc import Sequence

import streamlit as st

from viz_models.models import vocabulary
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control


def sentence(label: str, default: str, *, key: str, width: int = 210) -> str:
    """A field for English text; what cannot be read is told, and the default stands in.

    Args:
        label: What a screen reader calls it.
        default: The text that the page opens with.
        key: URL parameter.
        width: px at normal type size.
    """
    typed: str = control(
        st.text_input,
        label,
        default,
        key=key,
        label_visibility="collapsed",
        placeholder=default,
        width=frame.px(width),
    )
    try:
        vocabulary.tokenize(typed)
    except ValueError as refusal:
        st.caption(f":red[{words.plain(str(refusal))}]", width="content")
        return default
    return typed


def unknown(found: Sequence[str]) -> None:
    """Which words the network does not know, and all those that it does, a click away."""
    with st.popover("Words it knows", type="tertiary", width="content"):
        known = [w for w in vocabulary.ENGLISH if w not in vocabulary.SPECIAL]
        st.caption(f"{len(known)} English words: {', '.join(known)}.")
    if found:
        names = ", ".join(f"“{words.plain(word)}”" for word in found)
        st.caption(f":red[{names} → <unk>]".replace("<", "\\<"), width="content")
