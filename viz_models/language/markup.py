"""Words in the HTML of an instrument: what stands between tags, in `title` and in `aria-label`."""

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

_WORDS = re.compile(
    r'(?P<before>>\s*|\s(?:title|aria-label)=")(?P<text>[^<>"]*[a-zA-Z]{2}[^<>"]*?)(?=\s*<|")'
)


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
