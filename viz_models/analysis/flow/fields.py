"""Theoretical receptive fields: which part of the photo a value can see.

The recursion is the usual one (Araujo et al. 2019, Computing Receptive Fields of
Convolutional Neural Networks, eq. 1-4), here with dilation and, where paths meet, the union.
"""

from collections.abc import Sequence

from viz_models.records import Pair, ReceptiveField, Step

WHOLE_PIXEL = ReceptiveField((1, 1), (1, 1), (0, 0))  # a photo's value sees itself
_POINTWISE = ("relu", "batch_norm", "pointwise", "split")
_IN_PLACE = ("linear", "layer_norm")  # position by position, where channels come last


def receptive_field(step: Step, seen: Sequence[ReceptiveField | None]) -> ReceptiveField | None:
    """What one value of a step can see of the photo.

    Args:
        step: The step, its kernel filled in where it has one.
        seen: The fields of its inputs, in the order of `step.inputs`.

    Returns:
        The field, or None where every value sees everything (flatten, linear) or where no
        rule is known: a caller then takes the whole photo.
    """
    if step.op == "input":
        return WHOLE_PIXEL
    known = [field for field in seen if field is not None]
    if len(known) < len(seen) or not known:
        return None
    if step.kernel_size is not None:
        return _through_window(step, known[0])
    if step.op in _POINTWISE or (step.channels_last and step.op in _IN_PLACE):
        return known[0]
    if step.op == "rearrange":
        return known[0] if _keeps_places(step) else None
    return _union(known) if step.op in ("add", "cat", "mul") else None


def box(field: ReceptiveField | None, y: int, x: int, photo: Pair) -> tuple[int, int, int, int]:
    """The field of the value at (y, x) as top, left, bottom, right; the end is not included.

    It may leave the photo: what lies outside is padding. Without a field it is the photo.
    """
    if field is None:
        return 0, 0, *photo
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
    kernel, stride = step.kernel_size or (1, 1), step.stride or (1, 1)
    padding, dilation = step.padding or (0, 0), step.dilation or (1, 1)
    axes = [
        (
            seen.size[i] + (kernel[i] - 1) * dilation[i] * seen.jump[i],
            seen.jump[i] * stride[i],
            seen.start[i] - padding[i] * seen.jump[i],
        )
        for i in (0, 1)
    ]
    (h, jump_y, top), (w, jump_x, left) = axes
    return ReceptiveField((h, w), (jump_y, jump_x), (top, left))


def _union(seen: Sequence[ReceptiveField]) -> ReceptiveField | None:
    """The box around several fields; None when they drift apart as one walks the map."""
    if len({field.jump for field in seen}) > 1:
        return None
    start = (min(f.start[0] for f in seen), min(f.start[1] for f in seen))
    end = [max(f.start[i] + f.size[i] for f in seen) for i in (0, 1)]
    return ReceptiveField((end[0] - start[0], end[1] - start[1]), seen[0].jump, start)
