"""The lessons that come with the site: lessons/skips.en.md and its neighbors."""

import re
from functools import cache

from viz_models.guides import reading
from viz_models.places import LESSONS, PAGES
from viz_models.records.guides import Guide

ORDER = ("forward", "skips", "norms", "attention", "heads", "sequences", "detectors", "training")


@cache
def pages() -> frozenset[str]:
    """Return the paths of all pages, such as "flow"."""
    text = (PAGES / "home" / "lessons.en.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^## (\S+)$", text, re.MULTILINE))


@cache
def shipped(language: str = "en") -> dict[str, Guide]:
    """Return the lessons by their names, in the order in which they build on each other.

    Args:
        language: Two-letter code; a lesson that lacks it is there in English.

    Raises:
        LessonError: If one of the files cannot be read.
    """
    names = {path.name.split(".")[0] for path in LESSONS.glob("*.en.md")}
    known = [name for name in ORDER if name in names]
    return {name: _read(name, language) for name in [*known, *sorted(names - set(ORDER))]}


def _read(name: str, language: str) -> Guide:
    path = LESSONS / f"{name}.{language}.md"
    if not path.exists():
        path = LESSONS / f"{name}.en.md"
    return reading.read(path.read_text(encoding="utf-8"), name, pages())
