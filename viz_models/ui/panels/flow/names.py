"""What the boxes of the diagram are called, and how much of each step their faces show."""

import re

import numpy as np

from viz_models.analysis.flow import cells
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Step

FACE_BYTES = 170_000  # of all faces, so that a diagram stays below 300 kB
_SIDES = (56, 40, 28, 20, 14, 10, 8)  # px; a network of many steps has smaller faces
_WORDS = (  # of a group's name; the first that fits
    (r"^features\.denseblock(\d+)\.denselayer(\d+)$", N_(r"dense \1.\2")),
    (r"^features\.denseblock(\d+)$", N_(r"dense \1")),
    (r"^features\.transition", "transition "),
    (r"^(features|classifier)_\1\.(\w+)$", r"\1 \2"),
    (r"^(stem|pool|avgpool|head)_.+$", r"\1"),
    (r"^encoder\.layers\.encoder_layer_", "encoder "),
    (r"^trunk_output\.block\d+\.block", "block "),
    (r"^trunk_output\.block", "block "),
    (r"^blocks\.(\d+)\.layers\.(\d+)\.layers\.(\w+?)(_attention)?$", r"\1.\2 \3"),
    (r"^(layer|layers\.|stages\.|features\.)(?=\d)", "block "),
    (r"^stage(?=\d)", "stage "),
    (r"^inception(?=\d)", "inception "),
    (r"^downs\.", "down "),
    (r"^blocks\.(?=\d+$)", "block "),
)


_IN_TIME = re.compile(r"l(\d+)(_reverse)?(?:\.(\d+))?")  # of an unrolled recurrent network


def labels(steps: tuple[Step, ...]) -> dict[str, str]:
    """Return what the boxes are called: "block 2.0" for the group "layer2.0"."""
    names = {s.group for s in steps}
    return {name: label(name) for name in names | {name.rpartition(".")[0] for name in names}}


def label(group: str) -> str:
    """Return a group's name as people say it."""
    if found := _IN_TIME.fullmatch(group):
        return _in_time(*found.groups(default=""))
    for pattern, word in _WORDS:
        said, count = re.subn(pattern, word, group)
        if count:
            return said
    return group.rsplit(".", 1)[-1]  # "norm" of "stem.norm"


def _in_time(layer: str, reverse: str, step: str) -> str:
    """Return what a step in time is called, counted from 1 as rows are: "5", "2 · ← 5"."""
    if not step:
        return f"layer {int(layer) + 1}" + (_(", backward") if reverse else "")
    above = f"{int(layer) + 1} · " if int(layer) else ""
    return f"{above}{'← ' if reverse else ''}{int(step) + 1}"


def face_side(steps: tuple[Step, ...]) -> int:
    """How wide the faces may be, so that all of them together are not too many bytes."""
    widest = [max(cells.map_shape(s.output_shape)[1:], default=0) for s in steps]
    fitting = (n for n in _SIDES if sum(min(w, n) ** 2 for w in widest) < FACE_BYTES)
    return next(fitting, _SIDES[-1])


def channels_first(step: Step, value: np.ndarray) -> np.ndarray:
    """Return the maps of a step, also where its channels come last."""
    return np.moveaxis(value, -1, 0) if step.channels_last else value
