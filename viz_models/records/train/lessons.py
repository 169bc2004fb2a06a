"""Trainings that belong to one lesson's page: what is asked for, and what the page draws of it."""

from typing import TypeAlias

from viz_models.records.train.freezing import FreezeSpec, FrozenRun
from viz_models.records.train.gan import GanRun, GanSpec
from viz_models.records.train.regularization import RegularizedRun, RegularizeSpec

LessonSpec: TypeAlias = GanSpec | RegularizeSpec | FreezeSpec
LessonResult: TypeAlias = GanRun | RegularizedRun | FrozenRun
LESSONS: dict[str, type[GanSpec] | type[RegularizeSpec] | type[FreezeSpec]] = {
    "gan": GanSpec,
    "regularization": RegularizeSpec,
    "freezing": FreezeSpec,
}
RESULTS: dict[type, type[GanRun] | type[RegularizedRun] | type[FrozenRun]] = {
    GanSpec: GanRun,
    RegularizeSpec: RegularizedRun,
    FreezeSpec: FrozenRun,
}
