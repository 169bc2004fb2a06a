"""What the boxes of the diagram are called, and how much of each step their faces show."""

import re

import numpy as np

from viz_models.analysis.flow import cells
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Step

FACE_BYTES = 170_000  # of all faces, so that a diagram stays below 300 kB
_SIDES = (56, 40, 28, 20, 14, 10, 8)  # px; a network of many steps has smaller faces
# Patterns of a group's name, and what people say; the first that fits. Groups of a pattern without
# a name are code, and stay as they are.
_WORDS = (
    (r"^features\.denseblock(\d+)\.denselayer(\d+)$", N_("dense {a}.{b}")),
    (r"^features\.denseblock(\d+)$", N_("dense {a}")),
    (r"^features\.transition(.+)$", N_("transition {a}")),
    (r"^(features|classifier)_\1\.(\w+)$", "{a} {b}"),
    (r"^(stem|pool|avgpool|head)_.+$", "{a}"),
    (r"^encoder\.layers\.encoder_layer_(.+)$", N_("encoder {a}")),
    (r"^trunk_output\.block\d+\.block(.+)$", N_("block {a}")),
    (r"^trunk_output\.block(.+)$", N_("block {a}")),
    (r"^blocks\.(\d+)\.layers\.(\d+)\.layers\.(\w+?)(?:_attention)?$", "{a}.{b} {c}"),
    (r"^(?:layer|layers\.|stages\.|features\.)(\d.*)$", N_("block {a}")),
    (r"^stage(\d.*)$", N_("stage {a}")),
    (r"^inception(\d.*)$", N_("inception {a}")),
    (r"^downs\.(.+)$", N_("down {a}")),
    (r"^blocks\.(\d+)$", N_("block {a}")),
)
_ALONE = (N_("input"), N_("stem"), N_("head"), N_("pool"))  # names that are words

_IN_TIME = re.compile(r"l(\d+)(_reverse)?(?:\.(\d+))?")  # of an unrolled recurrent network


def labels(steps: tuple[Step, ...]) -> dict[str, str]:
    """Return what the boxes are called: "block 2.0" for the group "layer2.0"."""
    names = {s.group for s in steps}
    return {name: label(name) for name in names | {name.rpartition(".")[0] for name in names}}


def label(group: str) -> str:
    """Return a group's name as people say it."""
    if found := _IN_TIME.fullmatch(group):
        return _in_time(*found.groups(default=""))
    for pattern, said in _WORDS:
        if found := re.search(pattern, group):
            parts = dict(zip("abc", found.groups(), strict=False))
            return _(said).format(**{name: _(part) for name, part in parts.items()})
    return _(group.rsplit(".", 1)[-1])  # "norm" of "stem.norm"


def _in_time(layer: str, reverse: str, step: str) -> str:
    """Return what a step in time is called, counted from 1 as rows are: "5", "2 · ← 5"."""
    if not step:
        said = _("layer {n}, backward") if reverse else _("layer {n}")
        return said.format(n=int(layer) + 1)
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
