"""Where else a unit of the LSTM has the value that it has here, among many sentences."""

from typing import Any

import streamlit as st

from viz_models.digits import digits, signed
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.sequence.gates_elsewhere import Part, Place, WordMean
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson
from viz_models.ui.kit.controls import chips
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.panels.sequence.gates import View
from viz_models.ui.results.sequence import gates as results

NAMES: dict[str, str] = {"h": "h", "c": "c", "f": "z_f", "i": "z_i", "g": "z", "o": "z_o"}
AFTER = 2  # words of a sentence that are shown behind the word


def draw_elsewhere(view: View) -> None:
    """Draw the words of other sentences at which this unit has nearly the same value."""
    with st.container(border=True, height="stretch"):
        part: Any = chips(
            _("Value"), NAMES, key="part", default="h", show=_("Where else is it so?")
        )
        value = float(_values(view, part)[view.word, view.unit])
        found = results.elsewhere(view.spec.net, part, view.unit, value)
        ledger(
            [
                *(_line(place) for place in found.nearest),
                Line(label=_("highest on average"), value=_words(found.highest), rule=True),
                Line(label=_("lowest on average"), value=_words(found.lowest)),
            ],
            key="elsewhere",
            title=_("{names} of unit {unit} is {value} here").format(
                names=NAMES[part], unit=found.unit, value=digits(value, 3)
            ),
            note=_("nearest among {words:,} words of {sentences} unseen sentences").format(
                words=found.words, sentences=found.sentences
            ),
            badge=lesson.badge(found.provenance),
        )


def _values(view: View, part: Part) -> Any:  # noqa: ANN401 (an array, T words by H units)
    return getattr(view.found, part)


def _line(place: Place) -> Line:
    """Return a word with what stands around it."""
    words = token_labels(place.tokens)
    at = place.word
    behind = words[at + 1 : at + 1 + AFTER]
    more = " …" if at + 1 + AFTER < len(words) else ""
    said = " ".join([*words[:at], f"[{words[at]}]", *behind]) + more
    return Line(label=said, value=signed(place.value, 3))


def _words(means: tuple[WordMean, ...]) -> str:
    return ", ".join(f"{token_labels((m.word,))[0]} {signed(m.value, 2)}" for m in means)
