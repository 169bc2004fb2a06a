"""Reads a guided lesson from its Markdown; CONTRIBUTING.md shows the format."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from viz_models.language import gettext as _
from viz_models.records.guides import Choice, Estimate, Guide, GuideStep

FIELDS = ("title", "language", "author", "minutes", "about")
LONGEST = 100_000  # characters of a lesson
MOST_STEPS = 40
MOST_MINUTES = 240
_LINK = re.compile(r"\[([^\]]+)\]\((/[^)\s]*|[^)]*)\)")
_CHOICE = re.compile(r"- \[([ xX])\] +(.+)")
_SETTING = re.compile(r"(Locked|Hidden|Estimate): *(.*)")
_ESTIMATE = re.compile(r"([-−]?[\d,]*\.?\d+(?:e[-−]?\d+)?) *([^±]*?) *(?:± *([\d.]+) *%)?")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class LessonError(ValueError):
    """A lesson that cannot be read; `mistakes` says why, one line each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        """Join the lines for whoever shows only one."""
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass
class _Found:
    """What a step's lines have said so far."""

    title: str
    line: int
    text: list[str] = field(default_factory=list)
    question: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    estimate: Estimate | None = None
    links: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked_at: int = 0


def read(text: str, name: str, pages: Iterable[str]) -> Guide:
    """Return a lesson.

    Args:
        text: Its Markdown: front matter, then one `##` section for each step.
        name: In the URL, such as "skips".
        pages: Paths of the pages that a step may open, such as "flow".

    Raises:
        LessonError: With one line for each mistake, and where it is.
    """
    if not _NAME.fullmatch(name):
        raise LessonError(
            [
                _("name a lesson's file with small letters, such as skips; not {name!r}").format(
                    name=name
                )
            ]
        )
    if len(text) > LONGEST:
        raise LessonError(
            [
                _("a lesson has at most {longest:,} characters; this one {count:,}").format(
                    longest=LONGEST, count=len(text)
                )
            ]
        )
    lines = text.splitlines()
    mistakes: list[str] = []
    head, start = _front(lines, mistakes)
    found = _sections(lines, start, frozenset(pages), mistakes)
    for step in found:
        _complete(step, mistakes)
    if not found:
        mistakes.append(f"line {start + 1}: there is no step; each begins with ## and its title")
    if len(found) > MOST_STEPS:
        mistakes.append(f"a lesson has at most {MOST_STEPS} steps; this one {len(found)}")
    if mistakes:
        raise LessonError(mistakes)
    steps = tuple(_step(f"{name}.{i}", step) for i, step in enumerate(found, start=1))
    return Guide(
        name=name,
        title=head["title"],
        language=head["language"],
        author=head["author"],
        minutes=int(head["minutes"]),
        about=head["about"],
        steps=steps,
    )


def _front(lines: Sequence[str], mistakes: list[str]) -> tuple[dict[str, str], int]:
    """Return the front matter, and the index of the first line after it."""
    if not lines or lines[0].strip() != "---":
        mistakes.append("line 1: a lesson begins with a line ---, then title: and the other fields")
        return {}, 0
    end = next((i for i, line in enumerate(lines) if i and line.strip() == "---"), None)
    if end is None:
        mistakes.append("line 1: the fields end with a second line ---, which is missing")
        return {}, len(lines)
    head: dict[str, str] = {}
    for i, line in enumerate(lines[1:end], start=2):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key.strip() not in FIELDS:
            mistakes.append(f"line {i}: {line[:40]!r} is none of the fields {', '.join(FIELDS)}")
        elif key.strip() in head:
            mistakes.append(f"line {i}: {key.strip()} is there twice")
        else:
            head[key.strip()] = value.strip()
            _check_field(i, key.strip(), value.strip(), mistakes)
    if missing := [name for name in FIELDS if name not in head]:
        mistakes.append(f"line {end + 1}: the fields lack {', '.join(missing)}")
    return head, end + 1


def _check_field(i: int, key: str, value: str, mistakes: list[str]) -> None:
    if not value:
        mistakes.append(f"line {i}: {key} is empty")
    elif key == "minutes" and not (value.isdecimal() and 1 <= int(value[:9]) <= MOST_MINUTES):
        mistakes.append(
            f"line {i}: minutes is a whole number up to {MOST_MINUTES}, not {value[:20]!r}"
        )
    elif key == "language" and not re.fullmatch("[a-z]{2}", value):
        mistakes.append(f"line {i}: language has two letters, such as en, not {value[:20]!r}")


def _sections(
    lines: Sequence[str], start: int, pages: frozenset[str], mistakes: list[str]
) -> list[_Found]:
    """Return what each step says."""
    found: list[_Found] = []
    part = "text"
    for i, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("## "):
            found.append(_Found(line[3:].strip(), i))
            part = "text"
        elif not found:
            if line.strip():
                mistakes.append(f"line {i}: text before the first step; a step begins with ##")
                break
        else:
            part = _take(found[-1], i, line, part, pages, mistakes)
    return found


def _take(
    step: _Found, i: int, line: str, part: str, pages: frozenset[str], mistakes: list[str]
) -> str:
    """Take one line of a step; return which part of the step the next line belongs to."""
    if setting := _SETTING.fullmatch(line.strip()):
        _set(step, i, setting[1], setting[2], mistakes)
        return part
    if line.startswith("**Question.**"):
        if step.asked_at:
            mistakes.append(f"line {i}: a step asks one question; make two steps of it")
        step.asked_at = i
        part, line = "question", line.removeprefix("**Question.**").strip()
    elif line.startswith("**Answer.**"):
        part, line = "answer", line.removeprefix("**Answer.**").strip()
    elif line.startswith("- [") and part == "question" and not _LINK.match(line[2:]):
        if choice := _CHOICE.fullmatch(line.strip()):
            step.choices.append(Choice(text=choice[2].strip(), right=choice[1] != " "))
        else:
            mistakes.append(f"line {i}: a choice is - [ ] text, and the right one - [x] text")
        return part
    elif link := _LINK.fullmatch(line.strip()):
        _open(step, i, link[2], pages, mistakes)
        return part
    getattr(step, part).append(line)
    return part


def _set(step: _Found, i: int, what: str, value: str, mistakes: list[str]) -> None:
    """Take a line such as `Locked: photo, step`."""
    if what == "Estimate":
        found = _ESTIMATE.fullmatch(value.strip())
        if found is None:
            mistakes.append(f"line {i}: an estimate is a number, such as 8192 weights ± 1 %")
        elif step.estimate:
            mistakes.append(f"line {i}: a step has one estimate")
        else:
            step.estimate = Estimate(
                value=float(found[1].replace("−", "-").replace(",", "")),
                unit=found[2],
                tolerance=float(found[3] or 0) / 100,
            )
        return
    keys = tuple(key.strip() for key in value.split(","))
    if wrong := [key for key in keys if not _KEY.fullmatch(key)]:
        mistakes.append(
            f"line {i}: {what} names controls as the address does, such as photo, step; "
            f"not {wrong[0][:40]!r}"
        )
    else:
        step.keys[what] = step.keys.get(what, ()) + keys


def _open(step: _Found, i: int, link: str, pages: frozenset[str], mistakes: list[str]) -> None:
    """Take the link to the view of a step."""
    url = urlsplit(link)
    path = url.path.removeprefix("/")
    if url.scheme or url.netloc or not url.path.startswith("/"):
        mistakes.append(
            f"line {i}: a step opens a page of this site, such as /flow?step=conv1, "
            f"not {link[:60]!r}"
        )
    elif path not in pages:
        mistakes.append(f"line {i}: there is no page /{path[:40]}")
    elif step.links:
        mistakes.append(f"line {i}: a step opens one view; make two steps of it")
    else:
        query = parse_qsl(url.query, keep_blank_values=True)
        step.links.append((path, tuple((k, v) for k, v in query if k != "lesson")))


def _complete(step: _Found, mistakes: list[str]) -> None:
    """Say what a step lacks."""
    said = f"line {step.line}: the step {step.title[:40]!r}"
    if not step.title:
        mistakes.append(f"line {step.line}: a step needs a title after ##")
    if not step.links:
        mistakes.append(f"{said} needs a link of its own line, [Open the view](/flow?step=conv1)")
    if not _joined(step.text):
        mistakes.append(f"{said} says nothing before its question")
    asks = bool(step.choices or step.estimate)
    if step.asked_at and step.choices and step.estimate:
        mistakes.append(f"line {step.asked_at}: a question has choices or an estimate, not both")
    elif step.asked_at and not asks:
        mistakes.append(
            f"line {step.asked_at}: a question needs choices (- [ ] and - [x]) or Estimate:"
        )
    elif asks and not _joined(step.question):
        mistakes.append(f"{said} has choices or an estimate, but no **Question.**")
    if len(step.choices) == 1 or (step.choices and sum(c.right for c in step.choices) != 1):
        mistakes.append(
            f"line {step.asked_at}: a question has two or more choices, one of them right: - [x]"
        )
    if bool(_joined(step.answer)) != bool(step.asked_at):
        lacks = "no **Answer.**" if step.asked_at else "an answer, but no **Question.**"
        mistakes.append(f"{said} has {lacks}")


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _step(id_: str, step: _Found) -> GuideStep:
    path, params = step.links[0]
    return GuideStep(
        id=id_,
        title=step.title,
        text=_joined(step.text),
        path=path,
        params=params,
        locked=step.keys.get("Locked", ()),
        hidden=step.keys.get("Hidden", ()),
        question=_joined(step.question),
        choices=tuple(step.choices),
        estimate=step.estimate,
        answer=_joined(step.answer),
    )
