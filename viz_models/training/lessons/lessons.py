"""Trainings of lessons as runs: what can be trained, and how it is made."""

from dataclasses import replace

from viz_models.language import gettext as _
from viz_models.records import RunSpec
from viz_models.records.train.freezing import FreezeSpec
from viz_models.records.train.gan import GanSpec
from viz_models.records.train.lesson_runs import run, steps
from viz_models.records.train.lessons import LessonSpec
from viz_models.training.gan import plane
from viz_models.training.lessons.freezing import FrozenTraining
from viz_models.training.lessons.gan import GanTraining
from viz_models.training.lessons.regularization import RegularizedTraining
from viz_models.training.lessons.training import Training
from viz_models.training.small import freezing, regularization

MOST_STEPS = 20_000
MOST_BATCH = 4096
STEP_S = 0.003  # s of one core, about what a step of any of them takes


def of(spec: RunSpec) -> LessonSpec:
    """Return what a run trains, with the seed of the run.

    Raises:
        ValueError: If it trains no lesson.
    """
    if spec.lesson is None:
        raise ValueError(_("this run trains no lesson; set `lesson`"))
    return replace(spec.lesson, seed=spec.seed)


def check(spec: RunSpec) -> None:
    """Raise a ValueError with one clear line unless the run can be made."""
    lesson = of(spec)
    if isinstance(lesson, GanSpec):
        plane.check(lesson)
    elif isinstance(lesson, FreezeSpec):
        freezing.check(lesson)
    else:
        regularization.check(lesson)
        if lesson.member:
            raise ValueError(
                _("member {member}: a run trains one network, choose 0").format(
                    member=lesson.member
                )
            )
    if not 1 <= lesson.batch_size <= MOST_BATCH:
        raise ValueError(
            _("batches of {size}: choose {least} to {most}").format(
                size=lesson.batch_size, least=1, most=MOST_BATCH
            )
        )
    if not 1 <= steps(lesson) <= MOST_STEPS:
        raise ValueError(
            _("{steps} steps: choose 1 to {most:,}").format(steps=steps(lesson), most=MOST_STEPS)
        )
    if replace(spec, lesson=lesson) != run(lesson):
        raise ValueError(
            _("a lesson's training has its own settings; leave all but the seed alone")
        )


def training(spec: RunSpec) -> Training:
    """Return what a run trains, before its first step.

    Raises:
        ValueError: If it cannot be trained.
    """
    check(spec)
    lesson = of(spec)
    if isinstance(lesson, GanSpec):
        return GanTraining(lesson)
    if isinstance(lesson, FreezeSpec):
        return FrozenTraining(lesson)
    return RegularizedTraining(lesson)
