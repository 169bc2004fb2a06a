"""Rules in which tensors meet or are summed up: gates, concatenation, the mean of a map."""

import math

import numpy as np
from torch import nn

from viz_models.analysis.flow.arithmetic.pointwise import unexplained
from viz_models.analysis.flow.arithmetic.question import Question
from viz_models.digits import digits, operand
from viz_models.language import gettext as _
from viz_models.records import Calculation, Number


def multiply(question: Question) -> Calculation:
    """Return the product of two tensors, cell by cell; one gate a map counts for all of the map."""
    shape, shapes = question.output.shape, [x.shape for x in question.inputs]
    if len(shapes) != 2 or any(len(s) != len(shape) for s in shapes):
        return unexplained(question)
    a, b = (float(np.broadcast_to(x, shape)[question.cell]) for x in question.inputs)
    first, second = question.step.inputs
    return question.answer(
        a * b,
        absolute=abs(a * b),
        formula=f"{digits(a)} · {operand(b)}",
        numbers=(Number("a", a, first), Number("b", b, second)),
    )


def concatenate(question: Question) -> Calculation:
    """Return the same value at another index: tensors side by side along the first axis."""
    sizes = [x.shape[0] for x in question.inputs]
    rest = {x.shape[1:] for x in question.inputs}
    if sum(sizes) != question.output.shape[0] or rest != {question.output.shape[1:]}:
        return unexplained(question)
    ends = np.cumsum(sizes)
    which = int(np.searchsorted(ends, question.cell[0], side="right"))
    start = int(ends[which]) - sizes[which]
    place = (question.cell[0] - start, *question.cell[1:])
    value = float(question.inputs[which][place])
    source = question.step.inputs[which] if question.step.inputs else f"input {which}"
    return question.answer(
        value,
        absolute=abs(value),
        formula=f"{source}[{', '.join(map(str, place))}]",
        numbers=(Number("x", value, f"{question.cell[0]} − {start} = {place[0]} of {source}"),),
    )


def mean(question: Question) -> Calculation:
    """Return the mean of a whole map."""
    if question.inputs[0].ndim != 3 or question.output.shape != question.inputs[0].shape[:1]:
        return unexplained(question)
    values = question.inputs[0][question.cell[0]].astype(np.float64)
    total = float(values.sum())
    return question.answer(
        total / values.size,
        absolute=float(np.abs(values).sum()) / values.size,
        formula=f"{digits(total)} ÷ {values.size}",
        numbers=(
            Number(_("sum"), total, _("of map {cell}").format(cell=question.cell[0])),
            Number(_("count"), values.size, _("values of the map")),
        ),
    )


def layer_norm(question: Question) -> Calculation:
    """Y = (x − μ) ÷ √(σ² + ε) · γ + β, over the last axis; Ba et al. 2016, arXiv:1607.06450, eq. 4.

    Only for the module: a call of the function does not say its γ and β.
    """
    module = question.module
    if not isinstance(module, nn.LayerNorm) or len(module.normalized_shape) != 1:
        return unexplained(question)
    row = question.inputs[0][question.cell[:-1]].astype(np.float64)
    x, middle, variance = float(row[question.cell[-1]]), float(row.mean()), float(row.var())
    at = question.cell[-1]
    gamma = 1.0 if module.weight is None else module.weight[at].item()
    beta = 0.0 if module.bias is None else module.bias[at].item()
    scale = gamma / math.sqrt(variance + module.eps)
    return question.answer(
        (x - middle) * scale + beta,
        absolute=(abs(x) + float(np.abs(row).mean())) * abs(scale) + abs(beta),
        formula=(
            f"({digits(x)} − {operand(middle)}) ÷ √({digits(variance)} + {digits(module.eps)})"
            f" · {operand(gamma)} + {operand(beta)}"
        ),
        numbers=(
            Number("x", x, _("the input here")),
            Number("μ", middle, _("mean of these {size} values").format(size=row.size)),
            Number("σ²", variance, _("their variance")),
            Number("ε", module.eps, _("keeps the root away from 0")),
            Number("γ", gamma, _("scale of feature {at}").format(at=at)),
            Number("β", beta, _("shift of feature {at}").format(at=at)),
        ),
    )
