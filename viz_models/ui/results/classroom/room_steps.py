"""The questions of the guided lessons, as questions for a class."""

from functools import cache
from urllib.parse import urlencode

from viz_models import language
from viz_models.guides import shelf
from viz_models.language import gettext as _
from viz_models.records.classroom.room import QuestionSpec
from viz_models.records.guides import GuideStep


def questions() -> dict[str, QuestionSpec]:
    """Return all questions of all lessons: the step's name, such as "skips.3" -> what is asked."""
    return {step.id: _spec(step) for step in _asking(language.current()).values()}


def title(id: str) -> str:
    """Return what a step is called: "lesson, step 3: its title"."""
    step = _asking(language.current())[id]
    name, _rest, number = id.rpartition(".")
    lesson = shelf.shipped(language.current())[name].title
    return _("{lesson}, step {number}: {title}").format(
        lesson=lesson, number=number, title=step.title
    )


@cache
def _asking(spoken: str) -> dict[str, GuideStep]:
    """Return the steps that ask something, in a language."""
    steps = (step for guide in shelf.shipped(spoken).values() for step in guide.steps)
    return {step.id: step for step in steps if step.question}


def _spec(step: GuideStep) -> QuestionSpec:
    """Return a step's question; its link opens the step, which shows the answer."""
    link = f"{step.path}?{urlencode([*step.params, ('lesson', step.id)])}"
    if step.estimate:
        unit = _(" (in {unit})").format(unit=step.estimate.unit) if step.estimate.unit else ""
        return QuestionSpec(
            text=f"{_plain(step.question)}{unit}", answer=repr(step.estimate.value), link=link
        )
    right = next((str(i) for i, choice in enumerate(step.choices) if choice.right), "")
    choices = tuple(_plain(choice.text) for choice in step.choices)
    return QuestionSpec(text=_plain(step.question), choices=choices, answer=right, link=link)


def _plain(markdown: str) -> str:
    """Return a text without the marks of code and emphasis: a class reads it as it is."""
    return markdown.replace("`", "").replace("*", "")
