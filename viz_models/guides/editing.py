"""Changes to the Markdown of a lesson: a step more, another order."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

TEMPLATE = """---
title: My lesson
language: en
author: Your name
minutes: 15
about: What it is about, in one sentence.
---
"""
_STEP = """
## {title}
Say what to look at.

[Open the view]({link})
"""
QUESTION = """
**Question.** What do you expect?
- [x] the right answer
- [ ] a wrong one

**Answer.** Say why.
"""
LONGEST_TITLE = 90


def added(text: str, title: str, address: str) -> str:
    """Return a lesson with one step more at its end.

    Args:
        text: Its Markdown; "" begins a lesson.
        title: Of the step, such as the headline of its page.
        address: Of the view, as the browser shows it.
    """
    title = re.sub(r"\s+", " ", title).strip(" #")[:LONGEST_TITLE] or "A step"
    begun = text if text.strip() else TEMPLATE
    return begun.rstrip() + "\n" + _STEP.format(title=title, link=link_to(address))


def link_to(address: str) -> str:
    """Return the address of a view as a lesson writes it: "/flow?step=conv1"."""
    url = urlsplit(address)
    path = url.path.rsplit("/", 1)[-1] or "home"
    query = parse_qsl(url.query, keep_blank_values=True)
    said = urlencode([(k, v) for k, v in query if k not in ("lesson", "present", "lang")])
    return f"/{path}" + (f"?{said}" if said else "")


def moved_up(text: str, number: int) -> str:
    """Return a lesson in which a step has changed places with the one before it.

    Args:
        text: Its Markdown.
        number: Of the step, from 1; the first one stays where it is.
    """
    head, *steps = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    if not 2 <= number <= len(steps):
        return text
    steps = [step.rstrip() + "\n\n" for step in steps]
    steps[number - 2 : number] = steps[number - 1], steps[number - 2]
    return (head + "".join(steps)).rstrip() + "\n"
