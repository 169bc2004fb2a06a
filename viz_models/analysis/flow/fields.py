"""Theoretical receptive fields: which part of the photo a value can see.

The recursion is the usual one (Araujo et al. 2019, Computing Receptive Fields of
Convolutional Neural Networks, eq. 1-4), here with dilation and, where paths meet, the union.
Attention in windows breaks its rule that all values see equally large parts. From there on the
part of every row and every column is followed, and the field is the largest: "at most".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from viz_models.records import Pair, ReceptiveField, Step
from viz_models.records.flow.steps import Spans

WHOLE_PIXEL = ReceptiveField((1, 1), (1, 1), (0, 0))  # a photo's value sees itself
_POINTWISE = ("relu", "batch_norm", "pointwise", "split")
_IN_PLACE = ("linear", "layer_norm")  # position by position, where channels come last
_ONE: Final = (1, 1)


@dataclass(frozen=True, slots=True)
class Windows:
    """How attention cuts maps into windows: Liu et al. 2021, section 3.2, arXiv:2103.14030."""

    size: Pair
    shift: Pair  # rows and columns by which the windows are moved up and to the left


def receptive_field(
    step: Step, seen: Sequence[ReceptiveField | None], windows: Windows | None = None
) -> ReceptiveField | None:
    """Return what one value of a step can see of the photo.

    Args:
        step: The step, its kernel filled in where it has one.
        seen: The fields of its inputs, in the order of `step.inputs`.
        windows: Of attention that looks at windows of (H, W, C) maps.

    Returns:
        The field, or None where every value sees everything (flatten, linear) or where no
        rule is known: a caller then takes the whole photo.
    """
    if step.op == "input":
        return WHOLE_PIXEL
    if windows is not None:  # its other inputs are tables of biases
        return _through_attention(step, seen[0], windows)
    known = [field for field in seen if field is not None]
    if len(known) < len(seen) or not known:
        return None
    if step.kernel_size is not None:
        return _through_window(step, known[0])
    if step.op in _POINTWISE or (step.channels_last and step.op in _IN_PLACE):
        return known[0]
    if step.op == "rearrange":
        return known[0] if _keeps_places(step) else None
    return _union(known, places(step)) if step.op in ("add", "cat", "mul") else None


def places(step: Step) -> Pair:
    """Return how many rows and columns the step's maps have; (1, 1) for what has none."""
    return _places(step.output_shape, step)


def _places(shape: tuple[int, ...], step: Step) -> Pair:
    if len(shape) != 3:
        return _ONE
    return (shape[0], shape[1]) if step.channels_last else (shape[1], shape[2])


def box(field: ReceptiveField | None, y: int, x: int, photo: Pair) -> tuple[int, int, int, int]:
    """Return the field of the value at (y, x) as top, left, bottom, right; the end is not included.

    It may leave the photo: what lies outside is padding. Without a field it is the photo.
    """
    if field is None:
        return 0, 0, *photo
    if field.spans is not None:
        (top, bottom), (left, right) = field.spans[0][y], field.spans[1][x]
        return top, left, bottom, right
    top = field.start[0] + y * field.jump[0]
    left = field.start[1] + x * field.jump[1]
    return top, left, top + field.size[0], left + field.size[1]


def _keeps_places(step: Step) -> bool:
    """Whether rows and columns stay what they are while the channels move."""
    before, after = step.input_shapes[0], step.output_shape
    if not 3 <= len(after) <= 4 or len(before) < 3:
        return False
    return (after[:2] if step.channels_last else after[-2:]) in (before[:2], before[-2:])


def _through_window(step: Step, seen: ReceptiveField) -> ReceptiveField:
    kernel, stride = step.kernel_size or _ONE, step.stride or _ONE
    padding, dilation = step.padding or (0, 0), step.dilation or _ONE
    axes = [
        (
            seen.size[i] + (kernel[i] - 1) * dilation[i] * seen.jump[i],
            seen.jump[i] * stride[i],
            seen.start[i] - padding[i] * seen.jump[i],
        )
        for i in (0, 1)
    ]
    (h, jump_y, top), (w, jump_x, left) = axes
    if seen.spans is None:
        return ReceptiveField((h, w), (jump_y, jump_x), (top, left))
    spans = [
        tuple(
            _around(seen.spans[i], range(first, first + (kernel[i] - 1) * dilation[i] + 1))
            for first in range(-padding[i], places(step)[i] * stride[i] - padding[i], stride[i])
        )
        for i in (0, 1)
    ]
    return _uneven((spans[0], spans[1]), (jump_y, jump_x))


def _through_attention(
    step: Step, seen: ReceptiveField | None, windows: Windows
) -> ReceptiveField | None:
    """Every value of a window sees all that the window's values see.

    Where windows are shifted, those at the edges are cut in two: a mask keeps what comes from
    opposite edges apart.
    """
    if seen is None:
        return None
    before = seen.spans or _even(seen, places(step))
    spans = []
    for axis, count in enumerate(places(step)):
        size, shift = windows.size[axis], windows.shift[axis]
        shift = 0 if size >= count else shift  # as torchvision has it
        cuts = sorted({0, count, *range(shift, count, size)})
        parts = [range(a, b) for a, b in pairwise(cuts)]
        spans.append(tuple(_around(before[axis], part) for part in parts for _ in part))
    return _uneven((spans[0], spans[1]), seen.jump)


def _even(field: ReceptiveField, count: Pair) -> tuple[Spans, Spans]:
    """Return the spans of a field that is the same for all of so many rows and columns."""
    axes = [
        tuple(
            (start, start + field.size[i])
            for start in range(
                field.start[i], field.start[i] + count[i] * field.jump[i], field.jump[i]
            )
        )
        for i in (0, 1)
    ]
    return axes[0], axes[1]


def _around(spans: Spans, part: range) -> Pair:
    """Return the span around those of a part; what lies outside of the map is padding."""
    inside = spans[max(0, part.start) : max(1, part.stop)] or spans[-1:]
    return min(low for low, _ in inside), max(high for _, high in inside)


def _uneven(spans: tuple[Spans, Spans], jump: Pair) -> ReceptiveField:
    sizes = [max(high - low for low, high in axis) for axis in spans]
    return ReceptiveField((sizes[0], sizes[1]), jump, (spans[0][0][0], spans[1][0][0]), spans)


def _union(seen: Sequence[ReceptiveField], count: Pair) -> ReceptiveField | None:
    """Return the box around several fields; None when they drift apart as one walks the map."""
    if len({field.jump for field in seen}) > 1:
        return None
    if any(field.at_most for field in seen):
        known = [field.spans or _even(field, count) for field in seen]
        axes = [
            tuple(
                _around(each, range(len(each))) for each in zip(*(k[i] for k in known), strict=True)
            )
            for i in (0, 1)
        ]
        return _uneven((axes[0], axes[1]), seen[0].jump)
    start = (min(f.start[0] for f in seen), min(f.start[1] for f in seen))
    end = [max(f.start[i] + f.size[i] for f in seen) for i in (0, 1)]
    return ReceptiveField((end[0] - start[0], end[1] - start[1]), seen[0].jump, start)
