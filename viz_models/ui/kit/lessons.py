"""The index of all pages: their names, what each shows, and the words that find it."""

from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from viz_models import language
from viz_models.places import PAGES
from viz_models.ui.kit import words

_INDEX = PAGES / "home" / "lessons"


@dataclass(frozen=True, slots=True)
class About:
    """What the menu, the sheet behind `?` and the search say of one page."""

    name: str  # the same in the menu, on the home page and above the headline
    about: str  # one to three sentences: what one sees, and what one can do
    words: tuple[str, ...]  # terms that lead to the page


class _Index(dict[str, About]):
    def __missing__(self, path: str) -> NoReturn:
        raise ValueError(
            f'lessons: add a section "## {path}" to pages/home/lessons.en.md, '
            "with three lines (name, about, words)"
        )


def index() -> dict[str, About]:
    """Return every page of the site by its URL path, in the reader's language.

    Raises:
        ValueError: If a section of the prose has not its three lines; of the result, if it is
            asked for a page that has no section.
    """
    return _index(language.current())


@cache
def _index(spoken: str) -> dict[str, About]:
    with language.speaking(spoken):
        sections = words.sections(str(_INDEX))
    return _Index({path: _about(path, text) for path, text in sections.items() if path})


def _about(path: str, text: str) -> About:
    lines = text.splitlines()
    if len(lines) != 3:
        raise ValueError(f"lessons: {path} needs three lines (name, about, words)")
    name, about, found = lines
    return About(name, about, tuple(word.strip() for word in found.split(",")))
