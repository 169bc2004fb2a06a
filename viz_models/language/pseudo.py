"""A language that nobody speaks, to find words that no translator would get: "[!! Ŝčõřë !!]".

`?lang=x-pseudo` shows it. Whatever stays in plain letters outside of the marks was forgotten.
"""

import ast
import re
from functools import cached_property
from gettext import NullTranslations
from pathlib import Path

NAME = "x-pseudo"
BEGIN, END = "[!! ", " !!]"
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD = "àƀčďëƒĝĥïĵķľɱñõþɋřŝţũṽŵẋýžÀƁČĎËƑĜĤÏĴĶĽṀÑÕÞɊŘŜŢŨṼŴẊÝŽ"
_LETTERS = str.maketrans(_PLAIN, _ODD)
# What must stay as it is: code, formulas, placeholders, tags, entities, addresses, icons, colors.
_KEPT = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|%?\{[^{}]*\}|<[^<>\n]*>|&#?\w+;"
    r"|\]\([^)]*\)|https?://\S+|:material/\w+:|:[a-z]+(?=\[)|%[sd]",
    re.DOTALL,
)
_BLOCK = re.compile(r"(?m)^(?P<head>[#>*+ |-]*(?:\d+\. )?(?:\[[ x]\] )?)(?P<text>.*\S)$")


class Catalog(NullTranslations):
    """Translates what messages.pot lists, and nothing else, as a real catalog would."""

    def __init__(self, template: Path) -> None:
        """Use the list of messages in a file."""
        super().__init__()
        self._template = template

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(messages(self._template.read_text(encoding="utf-8")))

    def gettext(self, message: str) -> str:
        """Return a marked message."""
        return marked(message) if message in self._listed else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the marked form for `n` things."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def messages(template: str) -> list[str]:
    """Return the messages, singular and plural, that a .pot file lists."""
    found = re.findall(r'^msgid(?:_plural)? ((?:".*"\n)+)', template, re.MULTILINE)
    return ["".join(ast.literal_eval(line) for line in lines.splitlines()) for lines in found]


def marked(text: str) -> str:
    """Return a text in odd letters between the marks."""
    return f"{BEGIN}{odd(text)}{END}"


def odd(text: str) -> str:
    """Return a text in odd letters, without its code, placeholders, tags and addresses."""
    kept = _KEPT.findall(text)
    parts = _KEPT.split(text)
    odd_parts = [part.translate(_LETTERS) for part in parts]
    return "".join(a + b for a, b in zip(odd_parts, [*kept, ""], strict=True))


def prose(text: str) -> str:
    """Return Markdown in odd letters, with marks around what stands on each line.

    Tables, code and the structure of lists and headings stay as they are.
    """
    fences = re.split(r"(?ms)(^```.*?^```|^\$\$.*?\$\$)", text)
    fences[::2] = [_BLOCK.sub(_line, part) for part in fences[::2]]
    return "".join(fences)


def _line(found: re.Match[str]) -> str:
    head, text = found["head"], found["text"]
    if "|" in head or text.strip(":|- ") == "":
        return head + odd(text)
    return head + marked(text)
