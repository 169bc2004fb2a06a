"""Masked words: the reader's sentences, words that a click spoils, and what a network guesses."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits
from viz_models.language import gettext as _
from viz_models.models.vocabulary import ENGLISH, SPECIAL
from viz_models.records.sequence.masked_words import (
    Arm,
    MaskedReading,
    MaskedSpec,
    Place,
    Spoil,
)
from viz_models.ui.instruments.guesses import Column, guesses
from viz_models.ui.kit import frame, state, take_away
from viz_models.ui.kit.controls import chips, control, control_row, named
from viz_models.ui.panels.attention.sentence import draw_vocabulary
from viz_models.ui.results.sequence import masked_words as results

FIRST, SECOND = "the black cat sleeps", "she loves the cat"
NETS: Mapping[Arm, str] = {
    "bert": "80/10/10",
    "mask": "100/0/0",
    "random": "0/100/0",
    "kept": "0/0/100",
}
START = "3m.7r"  # "cat" under [MASK], and a random word for "loves"
NONE = "none"
LOW = 0.05  # a real word that a network believes in less is drawn as a warning
DEEDS = {"m": "mask", "r": "random", "k": "kept"}
LETTERS = {deed: letter for letter, deed in DEEDS.items()}
_PART = re.compile(r"(\d{1,3})([mrk])(\d{0,4})")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    reading: MaskedReading
    ids: tuple[int, ...]
    second: int  # column at which sentence B begins
    spoiled: str  # as the address holds it
    refusal: str = ""  # why what was typed is not what is shown

    @property
    def spec(self) -> MaskedSpec:
        """Return what was asked."""
        return self.reading.spec

    @property
    def chosen(self) -> tuple[int, ...]:
        """Return the places that were chosen."""
        return tuple(spoil.place for spoil in self.spec.spoiled)


def controls() -> View:
    """Draw both sentences, the network and the dice; return what the network says."""
    with control_row():
        first = _sentence("A", FIRST, "a")
        second = _sentence("B", SECOND, "b")
        net: Arm = chips(  # type: ignore[assignment]
            _("How the words of its training were spoiled"),
            {str(arm): name for arm, name in NETS.items()}, key="net", default="bert",
            show=_("trained with"),
        )  # fmt: skip
        refusal = ""
        try:
            found = results.columns(first, second)
        except ValueError as error:
            first, second, refusal = FIRST, SECOND, str(error)
            found = results.columns(first, second)
        st.button(_("Throw the dice"), key="throw", on_click=_throw, args=(found.ids,))
        st.button(_("Undo all"), key="real", on_click=_undo)
        draw_vocabulary(found.unknown)
    text = state.choice("spoil", START, lambda t: parse(t, found.tokens, found.ids) is not None)
    spoiled = parse(text, found.tokens, found.ids) or ()
    spec = MaskedSpec(first=first, second=second, net=net, spoiled=spoiled)
    return View(results.reading(spec), found.ids, found.second, written(text, spoiled), refusal)


def _sentence(name: str, default: str, key: str) -> str:
    with named(name):
        typed: str = control(
            st.text_input,
            _("Sentence {name}").format(name=name),
            default,
            key=key,
            label_visibility="collapsed",
            width=frame.px(190),
        )
    return typed


def _throw(ids: tuple[int, ...]) -> None:
    """Throw the dice once: what they choose is spoiled, and counted."""
    thrown = results.throw(ids, random.randrange(2**31))
    state.choose("spoil", written("", thrown))
    notes = state.notes("dice")
    before = notes.get("once", (0, 0, 0, 0))
    counted = [_words(ids), *(sum(s.deed == deed for s in thrown) for deed in DEEDS.values())]
    notes["once"] = tuple(a + b for a, b in zip(before, counted, strict=True))


def _words(ids: tuple[int, ...]) -> int:
    return sum(len(SPECIAL) <= i < len(ENGLISH) for i in ids)


def _undo() -> None:
    """Put all real words back."""
    state.choose("spoil", NONE)


def parse(text: str, tokens: tuple[str, ...], ids: tuple[int, ...]) -> tuple[Spoil, ...] | None:
    """Return the places that a link such as "3m.7r" spoils; None where it says something else.

    Places without a word of the grammar, as after another sentence was typed, are left out.
    """
    found = {}
    for part in [] if text == NONE else text.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            return None
        place, letter, number = int(match[1]), match[2], match[3]
        if place >= len(ids) or not len(SPECIAL) <= ids[place] < len(ENGLISH):
            continue
        word = ""
        if letter == "r":
            known = number and len(SPECIAL) <= int(number) < len(ENGLISH)
            word = ENGLISH[int(number)] if known else results.random_word(place, tokens[place])
        found[place] = Spoil(place, DEEDS[letter], word)  # type: ignore[arg-type]
    return tuple(found[place] for place in sorted(found))


def written(text: str, spoiled: tuple[Spoil, ...]) -> str:
    """Return spoiled places as a link holds them; a random word that a click chose has no number.

    Args:
        text: What the link says now; where it means the same it stays.
        spoiled: The places.
    """
    said = {p[: p.index("r") + 1] for p in text.split(".") if p.endswith("r")}
    parts = []
    for spoil in spoiled:
        part = f"{spoil.place}{LETTERS[spoil.deed]}"
        own = spoil.deed == "random" and part not in said
        parts.append(f"{part}{ENGLISH.index(spoil.word)}" if own else part)
    return ".".join(parts) or NONE


def draw_stage(view: View) -> None:
    """Draw the words as columns, and below each of them the five likeliest words."""
    with st.container(border=True):
        guesses(
            [_column(place) for place in view.reading.places],
            key="stage",
            spoiled=view.spoiled,
            default=START,
            on_change=state.listen("stage", "spoil", "spoil"),
            second=view.second,
        )
        st.caption(
            _(
                "Click a word: [MASK], then a random word, then itself again. p: of the word that "
                "stands there. Below it the five likeliest words; :green[✓] is the true one."
            )
        )


def _column(place: Place) -> Column:
    if not place.is_word:
        return Column(shown=place.shown, can=False)
    p = place.p_shown
    return Column(
        shown=place.shown,
        typed=place.token if place.shown != place.token else "",
        deed=LETTERS[place.deed] if place.deed else "",
        can=place.known,
        said=_said(place),
        share=p,
        low=p is not None and p < LOW,
        guesses=[(g.word, g.probability, g.word == place.token) for g in place.guesses],
    )


def _said(place: Place) -> str:
    if place.p_shown is not None:
        return f"p = {digits(place.p_shown, 2)}" if place.p_shown >= 0.001 else "p < 0.001"
    return "" if place.known or place.shown == "[MASK]" else "<unk>"


def code(view: View) -> str:
    """Return a script that reads the shipped weights and prints the same guesses."""
    places = view.reading.places
    read = [p.shown for p in places]
    return take_away.filled(
        "sequence/masked_words",
        vocabulary=repr(" ".join(ENGLISH)),
        tokens=repr(
            [
                r if p.known or not p.is_word or r == "[MASK]" else "<unk>"
                for r, p in zip(read, places, strict=True)
            ]
        ),
        second=view.second,
        chosen=repr({i: places[i].token for i in view.chosen}),
        weights=f"masked_{view.spec.net}.safetensors",
    )


def table(view: View) -> str:
    """Return every column with its guesses as CSV."""
    head = ("place", "typed", "read", "chosen", "rank", "guess", "probability")
    rows = [
        [i, p.token, p.shown, p.deed or "", rank, g.word, g.probability]
        for i, p in enumerate(view.reading.places)
        for rank, g in enumerate(p.guesses, 1)
    ]
    return take_away.csv_text(head, rows)
