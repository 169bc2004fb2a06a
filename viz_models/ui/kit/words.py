"""The prose of a lesson lies beside it, one `##` section a panel: tensor_flow.en.md."""

import re
from functools import cache
from pathlib import Path

GLOSSARY = str(Path(__file__).with_name("glossary.py"))


@cache
def sections(page: str, language: str = "en") -> dict[str, str]:
    """Read the Markdown beside a page.

    Args:
        page: `__file__` of the lesson.
        language: Two-letter code; English is always there.

    Returns:
        Section title -> Markdown, and "" -> what stands before the first section.
    """
    path = Path(page).with_suffix(f".{language}.md")
    if not path.exists():
        path = Path(page).with_suffix(".en.md")
    head, *rest = path.read_text(encoding="utf-8").split("\n## ")
    return {"": head.strip()} | {
        title.strip(): body.strip() for title, _, body in (part.partition("\n") for part in rest)
    }


def plain(text: str) -> str:
    """Text from outside, such as a file's name, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~&])", r"\\\1", text)


def glossary(language: str = "en") -> dict[str, str]:
    """Term -> one or two plain sentences, for hover explanations."""
    return {term: text for term, text in sections(GLOSSARY, language).items() if term}
