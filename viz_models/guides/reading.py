"""Reads a guided lesson from its Markdown; CONTRIBUTING.md shows the format."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from viz_models.language import N_
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


class _Mistakes(list[str]):
    """One line for each mistake, in the reader's language."""

    def note(self, line: int, what: str, /, **blanks: object) -> None:
        """Note what is wrong in a line."""
        said = _(what).format(**blanks)
        self.append(_("line {line}: {mistake}").format(line=line, mistake=said))


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
        said = _("name a lesson's file with small letters, such as skips; not {name!r}")
        raise LessonError([said.format(name=name)])
    if len(text) > LONGEST:
        said = _("a lesson has at most {longest:,} characters; this one {count:,}")
        raise LessonError([said.format(longest=LONGEST, count=len(text))])
    lines = text.splitlines()
    mistakes = _Mistakes()
    head, start = _front(lines, mistakes)
    found = _sections(lines, start, frozenset(pages), mistakes)
    for step in found:
        _complete(step, mistakes)
    if not found:
        mistakes.note(start + 1, N_("there is no step; each begins with ## and its title"))
    if len(found) > MOST_STEPS:
        said = _("a lesson has at most {most} steps; this one {count}")
        mistakes.append(said.format(most=MOST_STEPS, count=len(found)))
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


def _front(lines: Sequence[str], mistakes: _Mistakes) -> tuple[dict[str, str], int]:
    """Return the front matter, and the index of the first line after it."""
    if not lines or lines[0].strip() != "---":
        mistakes.note(1, N_("a lesson begins with a line ---, then title: and the other fields"))
        return {}, 0
    end = next((i for i, line in enumerate(lines) if i and line.strip() == "---"), None)
    if end is None:
        mistakes.note(1, N_("the fields end with a second line ---, which is missing"))
        return {}, len(lines)
    head: dict[str, str] = {}
    for i, line in enumerate(lines[1:end], start=2):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key.strip() not in FIELDS:
            mistakes.note(
                i,
                N_("{line!r} is none of the fields {fields}"),
                line=line[:40],
                fields=", ".join(FIELDS),
            )
        elif key.strip() in head:
            mistakes.note(i, N_("{key} is there twice"), key=key.strip())
        else:
            head[key.strip()] = value.strip()
            _check_field(i, key.strip(), value.strip(), mistakes)
    if missing := [name for name in FIELDS if name not in head]:
        mistakes.note(end + 1, N_("the fields lack {missing}"), missing=", ".join(missing))
    return head, end + 1


def _check_field(i: int, key: str, value: str, mistakes: _Mistakes) -> None:
    if not value:
        mistakes.note(i, N_("{key} is empty"), key=key)
    elif key == "minutes" and not (value.isdecimal() and 1 <= int(value[:9]) <= MOST_MINUTES):
        mistakes.note(
            i,
            N_("minutes is a whole number up to {most_minutes}, not {value!r}"),
            most_minutes=MOST_MINUTES,
            value=value[:20],
        )
    elif key == "language" and not re.fullmatch("[a-z]{2}", value):
        mistakes.note(
            i, N_("language has two letters, such as en, not {value!r}"), value=value[:20]
        )


def _sections(
    lines: Sequence[str], start: int, pages: frozenset[str], mistakes: _Mistakes
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
                mistakes.note(i, N_("text before the first step; a step begins with ##"))
                break
        else:
            part = _take(found[-1], i, line, part, pages, mistakes)
    return found


def _take(
    step: _Found, i: int, line: str, part: str, pages: frozenset[str], mistakes: _Mistakes
) -> str:
    """Take one line of a step; return which part of the step the next line belongs to."""
    if setting := _SETTING.fullmatch(line.strip()):
        _set(step, i, setting[1], setting[2], mistakes)
        return part
    if line.startswith("**Question.**"):
        if step.asked_at:
            mistakes.note(i, N_("a step asks one question; make two steps of it"))
        step.asked_at = i
        part, line = "question", line.removeprefix("**Question.**").strip()
    elif line.startswith("**Answer.**"):
        part, line = "answer", line.removeprefix("**Answer.**").strip()
    elif line.startswith("- [") and part == "question" and not _LINK.match(line[2:]):
        if choice := _CHOICE.fullmatch(line.strip()):
            step.choices.append(Choice(text=choice[2].strip(), right=choice[1] != " "))
        else:
            mistakes.note(i, N_("a choice is - [ ] text, and the right one - [x] text"))
        return part
    elif link := _LINK.fullmatch(line.strip()):
        _open(step, i, link[2], pages, mistakes)
        return part
    getattr(step, part).append(line)
    return part


def _set(step: _Found, i: int, what: str, value: str, mistakes: _Mistakes) -> None:
    """Take a line such as `Locked: photo, step`."""
    if what == "Estimate":
        found = _ESTIMATE.fullmatch(value.strip())
        if found is None:
            mistakes.note(i, N_("an estimate is a number, such as 8192 weights ± 1 %"))
        elif step.estimate:
            mistakes.note(i, N_("a step has one estimate"))
        else:
            step.estimate = Estimate(
                value=float(found[1].replace("−", "-").replace(",", "")),
                unit=found[2],
                tolerance=float(found[3] or 0) / 100,
            )
        return
    keys = tuple(key.strip() for key in value.split(","))
    if wrong := [key for key in keys if not _KEY.fullmatch(key)]:
        mistakes.note(
            i,
            N_("{what} names controls as the address does, such as photo, step; not {wrong!r}"),
            what=what,
            wrong=wrong[0][:40],
        )
    else:
        step.keys[what] = step.keys.get(what, ()) + keys


def _open(step: _Found, i: int, link: str, pages: frozenset[str], mistakes: _Mistakes) -> None:
    """Take the link to the view of a step."""
    url = urlsplit(link)
    path = url.path.removeprefix("/")
    if url.scheme or url.netloc or not url.path.startswith("/"):
        mistakes.note(
            i,
            N_("a step opens a page of this site, such as /flow?step=conv1, not {link!r}"),
            link=link[:60],
        )
    elif path not in pages:
        mistakes.note(i, N_("there is no page /{path}"), path=path[:40])
    elif step.links:
        mistakes.note(i, N_("a step opens one view; make two steps of it"))
    else:
        query = parse_qsl(url.query, keep_blank_values=True)
        step.links.append((path, tuple((k, v) for k, v in query if k not in ("lesson", "lang"))))


def _complete(step: _Found, mistakes: _Mistakes) -> None:
    """Say what a step lacks."""
    called = partial(mistakes.note, step.line, title=step.title[:40])
    if not step.title:
        mistakes.note(step.line, N_("a step needs a title after ##"))
    if not step.links:
        link = "[Open the view](/flow?step=conv1)"
        called(N_("the step {title!r} needs a link of its own line, {link}"), link=link)
    if not _joined(step.text):
        called(N_("the step {title!r} says nothing before its question"))
    asks = bool(step.choices or step.estimate)
    if step.asked_at and step.choices and step.estimate:
        mistakes.note(step.asked_at, N_("a question has choices or an estimate, not both"))
    elif step.asked_at and not asks:
        mistakes.note(step.asked_at, N_("a question needs choices (- [ ] and - [x]) or Estimate:"))
    elif asks and not _joined(step.question):
        called(N_("the step {title!r} has choices or an estimate, but no **Question.**"))
    if len(step.choices) == 1 or (step.choices and sum(c.right for c in step.choices) != 1):
        what = N_("a question has two or more choices, one of them right: - [x]")
        mistakes.note(step.asked_at, what)
    if step.asked_at and not _joined(step.answer):
        called(N_("the step {title!r} has no **Answer.**"))
    elif _joined(step.answer) and not step.asked_at:
        called(N_("the step {title!r} has an answer, but no **Question.**"))


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
