"""The one door for words that people see: which language this run speaks, and its catalog.

English text is what the code holds, and the key under which a catalog has its translation. A label
that stands in a table at the top of a module is marked with `N_` and translated where it is drawn.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TypeVar

from viz_models.language import pseudo

T = TypeVar("T", bound=str)
ENGLISH = "en"
LOCALE = Path(__file__).parents[1] / "locale"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_current: ContextVar[str] = ContextVar("language")
_asked: list[Callable[[], str]] = []


@cache
def known() -> frozenset[str]:
    """Return the languages that can be spoken: those with a catalog, and the pseudo-language."""
    found = {path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/messages.mo")}
    return frozenset(found | {ENGLISH, pseudo.NAME})


def speak(language: str) -> None:
    """From now on this thread's words are in a language; in English where it is not known."""
    _current.set(language if language in known() else ENGLISH)


def ask(who: Callable[[], str]) -> None:
    """Tell who knows the language of a thread that was not told, such as a fragment's."""
    _asked[:] = [who]


def current() -> str:
    """Return the language that this thread speaks."""
    language = _current.get(None)
    if language is None:
        language = _asked[0]() if _asked else ENGLISH
        speak(language)
    return language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language inside the block."""
    before = current()
    speak(language)
    try:
        yield
    finally:
        speak(before)


@cache
def _catalog(language: str) -> NullTranslations:
    if language == pseudo.NAME:
        return pseudo.Catalog(LOCALE / "messages.pot")
    with (LOCALE / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return GNUTranslations(file)


def gettext(text: str) -> str:
    """Return a text in the language of this thread; the text itself where no catalog has it."""
    language = current()
    return text if language == ENGLISH or not text else _catalog(language).gettext(text)


def ngettext(one: str, many: str, count: float) -> str:
    """Return the form of a text that belongs to a number of things."""
    language = current()
    if language == ENGLISH:
        return one if count == 1 else many
    return _catalog(language).ngettext(one, many, int(count))


def N_(text: T) -> T:  # noqa: N802 (the name that every gettext project uses)
    """Mark a text of a table for translation where it is drawn; it stays as it is."""
    return text


def numbered(text: str) -> str:
    """Return a text that has its numbers in it already, such as a recording's "16 groups".

    A catalog lists it with blanks: N_("{n} groups"), and {n2} for a second number. What it does
    not list as a whole is put together from its parts: "plain, 20 layers".
    """
    said = gettext(text)
    if said != text or current() == ENGLISH:
        return said
    numbers = _NUMBER.findall(text)
    blanks = [f"n{i}" if i > 1 else "n" for i in range(1, len(numbers) + 1)]
    names = iter(blanks)
    pattern = _NUMBER.sub(lambda _number: f"{{{next(names)}}}", text)
    found = gettext(pattern)
    if found != pattern:
        return found.format(**dict(zip(blanks, numbers, strict=True)))
    parts = text.split(", ")
    return ", ".join(map(numbered, parts)) if len(parts) > 1 else text


def prose(path: Path) -> str:
    """Return what a prose file says in the language of this thread, or else in English.

    Args:
        path: Without the language and the suffix: "pages/attention/scale" for scale.en.md.
    """
    language = current()
    own = path.with_name(f"{path.name}.{language}.md")
    if language != ENGLISH and own.exists():
        return own.read_text(encoding="utf-8")
    return path.with_name(f"{path.name}.{ENGLISH}.md").read_text(encoding="utf-8")
