"""The pieces of a training script: `script_sections.py.txt` has one below each title."""

from functools import cache
from pathlib import Path
from string import Template


def section(title: str, **blanks: object) -> str:
    """Return one piece with its blanks filled in."""
    return Template(sections()[title]).substitute(blanks)


@cache
def sections() -> dict[str, str]:
    """Return all pieces by title."""
    text = Path(__file__).with_name("script_sections.py.txt").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in ("\n" + text).split("\n## ")[1:])
    return {title: body.strip("\n") for title, _, body in parts}
