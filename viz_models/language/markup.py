"""Words in the HTML of an instrument, and in its code.

In HTML these are what stands between tags, in `title` and in `aria-label`; code says `word("...")`.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from viz_models import language

WORD = Path(__file__).with_name("word.js")  # what the code calls

_WORDS = re.compile(
    r'(?P<before>>\s*|\s(?:title|aria-label)=")(?P<text>[^<>"]*[a-zA-Z]{2}[^<>"]*?)(?=\s*<|")'
)

_SAID = re.compile(r'\bword\(\s*("(?:[^"\\]|\\.)*")')


def said(code: str) -> dict[str, str]:
    """Return the texts of JavaScript: English -> the reader's language. Empty in English.

    The code passes every text that people see through `word`.
    """
    if language.current() == language.ENGLISH:
        return {}
    texts = (ast.literal_eval(text) for text in _SAID.findall(code))
    return {text: language.gettext(text) for text in texts}


def translated(html: str, gettext: Callable[[str], str]) -> str:
    """Return HTML with every text passed through a catalog."""
    return _WORDS.sub(lambda found: found["before"] + gettext(found["text"]), html)


def extract(
    fileobj: IO[bytes],
    keywords: object,
    comment_tags: object,
    options: Any,  # noqa: ANN401 (Babel calls this, with these names)
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the texts of an HTML file for Babel: line, function, message, comments."""
    for number, line in enumerate(fileobj.read().decode().splitlines(), 1):
        for found in _WORDS.finditer(line):
            yield number, None, found["text"], []
