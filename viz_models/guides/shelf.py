"""The lessons that come with the site: lessons/skips.en.md and its neighbors."""

import re
from dataclasses import replace
from functools import cache

from viz_models.guides import reading
from viz_models.language import pseudo
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


def text(name: str, language: str = "en") -> str:
    """Return the Markdown of a lesson; in English where it is not written in the language."""
    path = LESSONS / f"{name}.{language}.md"
    if not path.exists():
        path = LESSONS / f"{name}.en.md"
    return path.read_text(encoding="utf-8")


def _read(name: str, language: str) -> Guide:
    guide = reading.read(text(name, language), name, pages())
    return _in_odd_letters(guide) if language == pseudo.NAME else guide


def _in_odd_letters(guide: Guide) -> Guide:
    """Return a lesson in the language that nobody speaks."""
    steps = tuple(
        replace(
            step,
            title=pseudo.marked(step.title),
            text=pseudo.prose(step.text),
            question=step.question and pseudo.marked(step.question),
            choices=tuple(replace(c, text=pseudo.marked(c.text)) for c in step.choices),
            answer=pseudo.prose(step.answer),
        )
        for step in guide.steps
    )
    title, about = pseudo.marked(guide.title), pseudo.marked(guide.about)
    return replace(guide, title=title, about=about, steps=steps)
