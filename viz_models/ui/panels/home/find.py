"""The search of the home page: every question of the site, found by its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.recordings import flow as recordings
from viz_models.ui.kit import frame, lessons, words
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.flow import words as flow_words
from viz_models.ui.results.train import train as results

_LETTERS = str.maketrans({"√": "sqrt ", "×": "x", "²": "2"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One question: what its page is called, where it is answered, and the words that find it."""

    name: str  # as the menu calls the page, or the title of a question card
    question: str  # as the headline of the page
    file: str  # below pages/
    path: str  # of the page in the URL
    params: Mapping[str, str] = field(default_factory=dict)  # of the URL
    words: str = ""

    @property
    def label(self) -> str:
        """Return the text of a link to it: its name, then its question."""
        asked = self.question.removeprefix(f"{self.name}: ")  # no name twice
        asked = asked[:1].upper() + asked[1:]
        return f"**{self.name}** · {asked}" if self.name else asked


def of_pages(files: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return one entry for each page; its question is the page's own headline.

    Args:
        files: URL path -> file below pages/.
    """
    about = lessons.index()
    return tuple(
        Entry(about[path].name, _headline(file), file, path, words=" ".join(about[path].words))
        for path, file in files.items()
    )


def _headline(file: str) -> str:
    return words.sections(str(PAGES / file))[""].partition("\n")[0]


def of_steps(file: str, names: Iterable[str]) -> tuple[Entry, ...]:
    """Return one entry for each of these steps of ResNet18, with the question that it answers."""
    text = words.sections(str(PAGES / file))
    steps = recordings.load().steps
    found = {step.name: step for step in steps}
    entries = []
    for name in names:
        step = found[name]
        section = text[flow_words.kind(step, steps)]
        asked = flow_words.question(section, flow_words.static_facts(step))
        terms = f"{name} {step.op} {section}"
        entries.append(Entry("", asked, file, "flow", {"step": name}, terms))
    return tuple(entries)


def of_cards(file: str) -> tuple[Entry, ...]:
    """Return one entry for each question card of the Train page."""
    text = words.sections(str(PAGES / file))
    return tuple(
        Entry(
            _(card.title),
            text[id].partition("\n")[0],
            file,
            "train",
            {"card": card.title},
            text[f"{id}: set-up"],
        )
        for id, card in results.cards().items()
    )


def matching(query: str, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that hold all words of a query, in any spelling of space and hyphen."""
    wanted = _plain(query).split()
    return tuple(
        entry
        for entry in entries
        if _squeezed(query) in _squeezed(said := _said(entry))
        or all(word in _plain(said) for word in wanted)
    )


def _said(entry: Entry) -> str:
    return " ".join((entry.name, entry.question, entry.path, entry.words))


def _plain(text: str) -> str:
    return text.translate(_LETTERS).casefold()


def _squeezed(text: str) -> str:
    """Return a text in which "layer norm", "layer-norm" and "LayerNorm" are the same."""
    return "".join(letter for letter in _plain(text) if letter.isalnum())


def draw_link(entry: Entry) -> None:
    """Draw a question as a link to the page that answers it."""
    frame.page_link(
        PAGES / entry.file,
        label=entry.label,
        query_params=dict(entry.params),
        icon=":material/help:",
    )


def draw_search(text: Mapping[str, str], entries: Iterable[Entry]) -> None:
    """Draw the search field, and under it what it finds."""
    query: str = control(
        st.text_input,
        text["Search"],
        key="find",
        placeholder=text["Search, example"],
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if not _squeezed(query):
        return
    found = matching(query, entries)
    with st.container(border=True, gap="xsmall", key="found"):
        said = "Search, found" if found else "Search, nothing"
        st.caption(text[said].format(query=words.plain(query.strip()), count=len(found)))
        for entry in found:
            draw_link(entry)
