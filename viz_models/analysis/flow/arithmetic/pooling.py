"""Pooling: the largest or the average value under a window."""

import numpy as np
from torch import nn

from viz_models.analysis.flow.arithmetic.question import Question
from viz_models.analysis.flow.arithmetic.windows import Geometry, covered, first_cell, geometry
from viz_models.digits import digits, signed_sum
from viz_models.language import gettext as _
from viz_models.records import Calculation, Number, Window

_LISTED = 9  # a 3x3 window is still read at a glance


def max_pool(question: Question) -> Calculation:
    """Return the largest value under the window; the padding counts as −∞, so it never wins."""
    channel, y, x = question.cell
    shape = geometry(question)
    patches, inside = covered(question.inputs[0][channel : channel + 1], shape, y, x)
    patch = patches[0]
    winner = np.unravel_index(np.argmax(np.where(inside, patch, -np.inf)), patch.shape)
    top, left = first_cell(shape, y, x)
    row = top + int(winner[0]) * shape.dilation[0]
    column = left + int(winner[1]) * shape.dilation[1]
    total = float(patch[winner])
    values = patch[inside]
    listed = ", ".join(map(digits, values)) if values.size <= _LISTED else f"{values.size} values"
    return question.answer(
        total,
        absolute=abs(total),
        formula=f"max({listed})",
        numbers=(
            Number(
                "max",
                total,
                _("the input at map {channel}, row {row}, column {column}").format(
                    channel=channel, row=row, column=column
                ),
            ),
        ),
        windows=(Window(channel, patch, inside, None, total),),
    )


def avg_pool(question: Question) -> Calculation:
    """Return the sum under the window, divided by how many cells torch counts."""
    channel, y, x = question.cell
    shape = geometry(question)
    patches, inside = covered(question.inputs[0][channel : channel + 1], shape, y, x)
    return _average(question, patches[0], inside, _counted(question, shape, inside))


def adaptive_avg_pool(question: Question) -> Calculation:
    """Return the average of this output's own window.

    Row i of n covers input rows ⌊i·H / n⌋ up to (not including) ⌈(i + 1)·H / n⌉, and columns
    likewise, so windows may differ in size and overlap.
    """
    channel, y, x = question.cell
    maps = question.inputs[0]
    rows = _adaptive_range(y, maps.shape[1], question.output.shape[1])
    columns = _adaptive_range(x, maps.shape[2], question.output.shape[2])
    patch = maps[channel, rows, columns]
    return _average(question, patch, np.ones(patch.shape, bool), patch.size)


def _adaptive_range(index: int, size: int, outputs: int) -> slice:
    return slice(index * size // outputs, -(-(index + 1) * size // outputs))


def _counted(question: Question, shape: Geometry, inside: np.ndarray) -> int:
    module = question.module
    if isinstance(module, nn.AvgPool2d):
        if module.divisor_override:
            return module.divisor_override
        if not module.count_include_pad:
            return int(inside.sum())
    count = 1
    for axis, corner in enumerate(first_cell(shape, *question.cell[1:])):
        # ceil_mode lets a window stick out past the padding; those cells are not counted
        limit = question.inputs[0].shape[axis + 1] + shape.padding[axis]
        count *= min(corner + shape.kernel_size[axis], limit) - corner
    return count


def _average(question: Question, patch: np.ndarray, inside: np.ndarray, count: int) -> Calculation:
    values = patch.astype(np.float64)
    total = float(values.sum())
    listed = f"({signed_sum(patch[inside])})" if inside.sum() <= _LISTED else digits(total)
    channel = question.cell[0]
    return question.answer(
        total / count,
        absolute=np.abs(values).sum() / count,
        formula=f"{listed} ÷ {count}",
        numbers=(
            Number(_("sum"), total, _("of the window in map {channel}").format(channel=channel)),
            Number(_("count"), count, _("cells that torch counts")),
        ),
        windows=(Window(channel, patch, inside, None, total),),
    )
