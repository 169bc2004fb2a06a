"""The run that trains what a lesson asks for."""

from viz_models.records.train.experiments import Budget, RunSpec
from viz_models.records.train.freezing import FreezeSpec
from viz_models.records.train.gan import GanSpec
from viz_models.records.train.lessons import LessonSpec


def steps(lesson: LessonSpec) -> int:
    """Return how many steps it takes, if nothing ends it earlier."""
    if isinstance(lesson, FreezeSpec):
        return lesson.base_steps + lesson.steps
    if isinstance(lesson, GanSpec):
        return lesson.steps
    left = lesson.examples - (lesson.held_out if lesson.method == "early" else 0)
    return lesson.epochs * -(-left // lesson.batch_size)


def run(lesson: LessonSpec) -> RunSpec:
    """Return the run that trains it."""
    return RunSpec(
        lesson=lesson,
        batch_size=lesson.batch_size,
        budget=Budget(amount=steps(lesson), unit="steps"),
        device="cpu",
        seed=lesson.seed,
    )
