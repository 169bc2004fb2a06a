"""The prose of a lesson lies beside it, one `##` section a panel: tensor_flow.en.md."""

import re
from functools import cache
from pathlib import Path

from viz_models import language
from viz_models.language import pseudo

GLOSSARY = str(Path(__file__).with_name("glossary.py"))
TERMS = str(Path(__file__).with_name("terms.py"))


def sections(page: str) -> dict[str, str]:
    """Read the Markdown beside a page, in the reader's language, or in English where it has none.

    The titles of the sections are names for the code, and are English in every language.

    Args:
        page: `__file__` of the lesson.

    Returns:
        Section title -> Markdown, and "" -> what stands before the first section.
    """
    return _sections(page, language.current())


@cache
def _sections(page: str, spoken: str) -> dict[str, str]:
    with language.speaking(spoken):
        text = language.prose(Path(page).with_suffix(""))
    head, *rest = text.split("\n## ")
    found = {"": head.strip()} | {
        title.strip(): body.strip() for title, _, body in (part.partition("\n") for part in rest)
    }
    if spoken == pseudo.NAME:
        return {title: pseudo.prose(body) for title, body in found.items()}
    return found


def plain(text: str) -> str:
    """Text from outside, such as a file's name, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~&])", r"\\\1", text)


def sentence(text: str) -> str:
    """Begin a text with a capital; unlike `capitalize()`, "a T-shirt" keeps its T."""
    return text[:1].upper() + text[1:]


def glossary() -> dict[str, str]:
    """Term -> one or two plain sentences, for hover explanations."""
    return {term: text for term, text in sections(GLOSSARY).items() if term}


def terms() -> list[tuple[list[str], str]]:
    """Return the terms of the prose: their spellings, the usual one first, and what they mean."""
    told = []
    for name, text in sections(TERMS).items():
        also, _, meaning = text.removeprefix("also: ").rpartition("\n")
        told.append(([name, *filter(None, also.split(" | "))], meaning))
    return told[1:]  # the first section says what the file is
