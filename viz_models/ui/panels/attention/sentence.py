"""The sentence of a lesson on attention: a field to type it, and how its tokens are shown."""

from collections.abc import Sequence

import streamlit as st

from viz_models.language import gettext as _
from viz_models.models import vocabulary
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control

MOST_NAMED = 6  # unknown words in one line
LABELS = {"<bos>": "→", "<eos>": "eos", "<pad>": "pad"}


def sentence(label: str, default: str, *, key: str, width: int = 210) -> str:
    """Draw a field for English text; return the text, or the default where it cannot be read.

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
        st.caption(_(":red[{refusal}]").format(refusal=words.plain(str(refusal))), width="content")
        return default
    return typed


def draw_vocabulary(unknown: Sequence[str]) -> None:
    """Draw the list of known words behind a button, and name the words that are not in it."""
    with st.popover(_("Words it knows"), type="tertiary", width="content"):
        known = [w for w in vocabulary.ENGLISH if w not in vocabulary.SPECIAL]
        st.caption(
            _("The network knows {count} English words: {known}.").format(
                count=len(known), known=", ".join(known)
            )
        )
    if unknown:
        names = ", ".join(f"“{words.plain(word)}”" for word in unknown[:MOST_NAMED])
        more = len(unknown) - MOST_NAMED
        rest = _(" and {n} more").format(n=more) if more > 0 else ""
        st.caption(
            _(":red[{names}{rest} → \\<unk>]").format(names=names, rest=rest), width="content"
        )


def token_labels(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the tokens as labels; the start of a sentence is an arrow, as in published figures."""
    return tuple(LABELS.get(token, token) for token in tokens)
