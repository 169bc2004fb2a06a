"""The questions of the guided lessons, as questions for a class."""

from functools import cache
from urllib.parse import urlencode

from viz_models.guides import shelf
from viz_models.language import gettext as _
from viz_models.records.classroom.room import QuestionSpec
from viz_models.records.guides import GuideStep


@cache
def questions() -> dict[str, QuestionSpec]:
    """Return all questions of all lessons: "lesson, step 3: its title" -> what is asked."""
    return {
        f"{guide.title}, step {step.id.rpartition('.')[2]}: {step.title}": _spec(step)
        for guide in shelf.shipped().values()
        for step in guide.steps
        if step.question
    }


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
