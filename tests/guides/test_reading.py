"""A lesson's file is read as it is meant, and each mistake is told with its line."""

import pytest

from viz_models.guides import reading
from viz_models.guides.reading import LessonError
from viz_models.records.guides import Choice, Estimate

PAGES = ("flow", "build", "home")
HEAD = """---
title: A title: with a colon
language: en
author: Somebody
minutes: 12
about: What it is about.
---
"""
STEP = """
## First
Look at *this*, and [read more](https://arxiv.org/abs/1512.03385) if you like.

[Open the view](/flow?step=layer1.1.add&photo=cat&rng=1&rng=2)
Locked: photo, step
Hidden: tint

**Question.** Which one?
It has two lines.
- [ ] the wrong one
- [x] the **right** one

**Answer.** This one.

Because.
"""
NUMBER = """
## Second
How many?

[Open](/build)

**Question.** How many weights?
Estimate: 8,192 weights ± 1 %

**Answer.** 8,192.
"""


def read(text):
    return reading.read(text, "mine", PAGES)


def test_a_lesson_is_read_as_it_is_meant():
    guide = read(HEAD + STEP + NUMBER + "\n## Last\nOnly to look at.\n\n[Open](/home)\n")
    assert (guide.name, guide.title, guide.language) == ("mine", "A title: with a colon", "en")
    assert (guide.author, guide.minutes, guide.about) == ("Somebody", 12, "What it is about.")
    first, second, last = guide.steps
    assert [step.id for step in guide.steps] == ["mine.1", "mine.2", "mine.3"]
    assert first.title == "First"
    assert first.text.startswith("Look at *this*, and [read more](https://arxiv.org")
    assert first.path == "flow"
    assert first.params == (
        *(("step", "layer1.1.add"), ("photo", "cat")),
        *(("rng", "1"), ("rng", "2")),
    )
    assert (first.locked, first.hidden) == (("photo", "step"), ("tint",))
    assert first.question == "Which one?\nIt has two lines."
    assert first.choices == (
        Choice(text="the wrong one", right=False),
        Choice(text="the **right** one", right=True),
    )
    assert first.answer == "This one.\n\nBecause."
    assert second.estimate == Estimate(value=8192, unit="weights", tolerance=0.01)
    assert (last.question, last.answer, last.estimate) == ("", "", None)


@pytest.mark.parametrize(
    ("text", "value", "unit", "tolerance"),
    [
        ("8192", 8192, "", 0),
        ("-0.5 ± 10 %", -0.5, "", 0.1),
        ("51.5 % ± 10 %", 51.5, "%", 0.1),
        ("1e6 multiply-adds", 1e6, "multiply-adds", 0),
    ],
)
def test_an_estimate_has_a_unit_and_a_tolerance(text, value, unit, tolerance):
    found = read(HEAD + NUMBER.replace("8,192 weights ± 1 %", text)).steps[0].estimate
    assert (found.value, found.unit) == (value, unit)
    assert found.tolerance == pytest.approx(tolerance)


def test_who_is_close_enough_is_right():
    number = Estimate(value=-200, tolerance=0.01)
    assert number.is_met(-202)
    assert not number.is_met(-203)
    assert not number.is_met(200)
    assert Estimate(value=0).is_met(0.0)


MISTAKES = [
    ("title: x", "title: ", 2, "title is empty"),
    ("minutes: 12", "minutes: soon", 5, "minutes is a whole number up to 240, not 'soon'"),
    ("language: en", "language: english", 3, "language has two letters"),
    ("author: Somebody", "teacher: Somebody", 4, "is none of the fields title, language"),
    ("author: Somebody", "author: A\nauthor: B", 5, "author is there twice"),
    ("author: Somebody\n", "", 6, "the fields lack author"),
    ("/flow?step", "/flows?step", 12, "there is no page /flows"),
    ("/flow?step", "https://example.org/?step", 12, "a step opens a page of this site"),
    ("Locked: photo, step", "Locked: the photo", 13, "Locked names controls as the address does"),
    ("Hidden: tint", "[Again](/build)", 14, "a step opens one view"),
    ("- [x] the", "- [ ] the", 16, "two or more choices, one of them right: - [x]"),
    ("- [ ] the wrong one\n", "", 16, "two or more choices"),
    ("- [ ] the", "- [?] the", 18, "a choice is - [ ] text, and the right one - [x] text"),
    ("**Answer.** This one.\n\nBecause.", "", 9, "has no **Answer.**"),
    ("**Question.** Which one?\nIt has two lines.\n", "", 9, "no **Question.**"),
    ("Hidden: tint", "Estimate: 3", 16, "a question has choices or an estimate, not both"),
    ("Look at", "**Question.** And this?\nLook at", 17, "a step asks one question"),
    ("## First", "## ", 9, "a step needs a title after ##"),
    ("## First", "Hello\n## First", 9, "text before the first step"),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), MISTAKES, ids=[m[3] for m in MISTAKES])
def test_a_mistake_is_told_with_its_line(old, new, line, said):
    text = (HEAD + STEP).replace("A title: with a colon", "x")
    assert old in text
    with pytest.raises(LessonError) as caught:
        read(text.replace(old, new, 1))
    (found,) = [m for m in caught.value.mistakes if said in m]
    assert found.startswith(f"line {line}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: a lesson begins with a line ---"),
        ("## Only a step\n", "line 1: a lesson begins with a line ---"),
        ("---\ntitle: x\n", "line 1: the fields end with a second line ---"),
        (HEAD, "line 8: there is no step"),
        (HEAD + "\n## A\ntext\n", "needs a link of its own line"),
        (HEAD + "\n## A\n[Open](/flow)\n", "says nothing before its question"),
        (HEAD + NUMBER.replace("8,192 weights ± 1 %", "many"), "line 15: an estimate is a number"),
        (HEAD + NUMBER.replace("Estimate: 8,192 weights ± 1 %", ""), "line 14: a question needs"),
        (HEAD + STEP * 41, "a lesson has at most 40 steps"),
        (HEAD + STEP + "x" * 100_000, "a lesson has at most 100,000 characters"),
    ],
)
def test_a_file_that_is_no_lesson_is_told_in_one_line(text, said):
    with pytest.raises(LessonError) as caught:
        read(text)
    assert any(said in mistake for mistake in caught.value.mistakes), caught.value.mistakes


def test_a_name_that_cannot_stand_in_a_link_is_refused():
    with pytest.raises(LessonError, match="small letters"):
        reading.read(HEAD + STEP, "My lesson.2", PAGES)
