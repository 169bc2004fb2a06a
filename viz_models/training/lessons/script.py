"""A lesson's training as one file of plain PyTorch, for people to take away."""

from dataclasses import asdict
from pathlib import Path
from string import Template

from viz_models.records.train.lessons import LESSONS, LessonSpec


def source(lesson: LessonSpec) -> str:
    """Return a script without this project's imports that prints how the training ends.

    That of a GAN trains with both losses; that of one way to regularize trains without it, too.
    """
    page = next(name for name, kind in LESSONS.items() if isinstance(lesson, kind))
    text = (Path(__file__).parent / f"{page}.py.txt").read_text(encoding="utf-8")
    return Template(text).substitute(asdict(lesson))
