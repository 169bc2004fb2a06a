"""The index of all pages: their names, what each shows, and the words that find it."""

from dataclasses import dataclass
from functools import cache

from viz_models.places import PAGES
from viz_models.ui.kit import words

_INDEX = PAGES / "home" / "lessons"


@dataclass(frozen=True, slots=True)
class About:
    """What the menu, the sheet behind `?` and the search say of one page."""

    name: str  # the same in the menu, on the home page and above the headline
    about: str  # one to three sentences: what one sees, and what one can do
    words: tuple[str, ...]  # terms that lead to the page


@cache
def index(language: str = "en") -> dict[str, About]:
    """Return every page of the site by its URL path.

    Args:
        language: Two-letter code of the prose.

    Raises:
        ValueError: If a section of the prose has not its three lines.
    """
    sections = words.sections(str(_INDEX), language)
    return {path: _about(path, text) for path, text in sections.items() if path}


def _about(path: str, text: str) -> About:
    lines = text.splitlines()
    if len(lines) != 3:
        raise ValueError(f"lessons: {path} needs three lines (name, about, words)")
    name, about, found = lines
    return About(name, about, tuple(word.strip() for word in found.split(",")))
