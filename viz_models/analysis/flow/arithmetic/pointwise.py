"""Rules in which one value makes one value: norm, ReLU, add, flatten, and the input."""

import math
from collections.abc import Callable

import numpy as np
from torch import Tensor, nn

from viz_models.analysis.flow.arithmetic.question import Question, checked_cell
from viz_models.digits import digits, operand, signed_sum
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Calculation, Cell, Number, Prepared, Step

_PIXELS = {
    "red": N_("red of the cropped photo at row {row}, column {column}, 0 to 255"),
    "green": N_("green of the cropped photo at row {row}, column {column}, 0 to 255"),
    "blue": N_("blue of the cropped photo at row {row}, column {column}, 0 to 255"),
    "gray": N_("gray of the cropped photo at row {row}, column {column}, 0 to 255"),
}
_MEANS = {
    "red": N_("what is subtracted from red"),
    "green": N_("what is subtracted from green"),
    "blue": N_("what is subtracted from blue"),
    "gray": N_("what is subtracted from gray"),
}
_SPREADS = {
    "red": N_("what red is divided by"),
    "green": N_("what green is divided by"),
    "blue": N_("what blue is divided by"),
    "gray": N_("what gray is divided by"),
}


def batch_norm(question: Question) -> Calculation:
    """Batch normalization as it runs in eval mode, with the running statistics.

    y = (x − μ) ÷ √(σ² + ε) · γ + β; Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithms 1 and 2.
    """
    module = question.module
    if not isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d) or module.running_mean is None:
        return unexplained(question)
    channel = question.cell[0]
    x = float(question.inputs[0][question.cell])
    mean = _at(module.running_mean, channel, 0.0)
    variance = _at(module.running_var, channel, 1.0)
    gamma, beta = _at(module.weight, channel, 1.0), _at(module.bias, channel, 0.0)
    scale = gamma / math.sqrt(variance + module.eps)
    return question.answer(
        (x - mean) * scale + beta,
        absolute=(abs(x) + abs(mean)) * abs(scale) + abs(beta),
        formula=(
            f"({digits(x)} − {operand(mean)}) ÷ √({digits(variance)} + {digits(module.eps)})"
            f" · {operand(gamma)} + {operand(beta)}"
        ),
        numbers=(
            Number("x", x, _("the input here")),
            Number("μ", mean, _("running mean of channel {channel}").format(channel=channel)),
            Number(
                "σ²", variance, _("running variance of channel {channel}").format(channel=channel)
            ),
            Number("ε", module.eps, _("keeps the root away from 0")),
            Number("γ", gamma, _("scale of channel {channel}").format(channel=channel)),
            Number("β", beta, _("shift of channel {channel}").format(channel=channel)),
        ),
    )


def _at(tensor: Tensor | None, channel: int, otherwise: float) -> float:
    return otherwise if tensor is None else float(tensor.detach()[channel])


def relu(question: Question) -> Calculation:
    """max(0, x)."""
    x = float(question.inputs[0][question.cell])
    return question.answer(
        max(0.0, x),
        absolute=abs(x),
        formula=f"max(0, {digits(x)})",
        numbers=(Number("x", x, _("the input here")),),
    )


def function(question: Question) -> Calculation:
    """Return a sigmoid, 1 / (1 + e^-x), or a tanh; of any other function torch's value."""
    of: Callable[[float], float]
    if isinstance(question.module, nn.Sigmoid):
        formula, of = "1 ÷ (1 + e^−x)", _sigmoid
    elif isinstance(question.module, nn.Tanh):
        formula, of = "tanh(x)", math.tanh
    else:
        return unexplained(question)
    x = float(question.inputs[0][question.cell])
    return question.answer(
        of(x),
        absolute=max(1.0, abs(x)),
        formula=formula,
        numbers=(Number("x", x, _("the input here")),),
    )


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def add(question: Question) -> Calculation:
    """Return the sum of two tensors, cell by cell."""
    if [x.shape for x in question.inputs] != [question.output.shape] * 2:
        return unexplained(question)
    a, b = (float(x[question.cell]) for x in question.inputs)
    names = [*question.step.inputs, _("first operand"), _("second operand")]
    return question.answer(
        a + b,
        absolute=abs(a) + abs(b),
        formula=signed_sum((a, b)),
        numbers=(Number("a", a, names[0]), Number("b", b, names[1])),
    )


def flatten(question: Question) -> Calculation:
    """Return the same value at another index: out[(c·H + y)·W + x] = in[c, y, x]."""
    source = question.inputs[0]
    if question.output.shape != (source.size,):
        return unexplained(question)
    index = question.cell[0]
    place = tuple(int(i) for i in np.unravel_index(index, source.shape))
    value = float(source[place])
    at = ", ".join(map(str, place))
    return question.answer(
        value,
        absolute=abs(value),
        formula=f"input[{at}]",
        numbers=(Number("x", value, _index_sentence(index, place, source.shape)),),
    )


def _index_sentence(index: int, place: Cell, shape: tuple[int, ...]) -> str:
    if len(place) != 3:
        return _("the input at {place}").format(place=place)
    c, y, x = place
    return _("map {c}, row {y}, column {x}: ({c}·{shape} + {y})·{shape_2} + {x} = {index}").format(
        c=c, y=y, x=x, shape=shape[1], shape_2=shape[2], index=index
    )


def unexplained(question: Question) -> Calculation:
    """Torch's value as it is, saying that no arithmetic is written for this operation."""
    note = _("torch's value: no arithmetic is written for {name}").format(name=question.step.name)
    value = question.torch_value
    return question.answer(
        value, absolute=0.0, formula="", numbers=(Number(_("value"), value, note),)
    )


def input_calculation(prepared: Prepared, cell: Cell) -> Calculation:
    """How one number of the network's input came from one pixel of the cropped photo.

    (pixel ÷ 255 − mean) ÷ std, channel by channel.

    Args:
        prepared: What preprocessing made of the photo.
        cell: (c, y, x) in the (3, H, W) tensor.

    Raises:
        ValueError: If the tensor has no such cell; the message gives the valid ranges.
    """
    cell = checked_cell(cell, prepared.tensor.shape, "the input")
    channel, y, x = cell
    color = ("red", "green", "blue")[channel] if len(prepared.tensor) == 3 else "gray"
    pixel = int(prepared.cropped[y, x, channel])
    mean, std = prepared.normalize_mean[channel], prepared.normalize_std[channel]
    step = Step(name="input", op="input", group="input", output_shape=prepared.tensor.shape)
    question = Question(step=step, module=None, inputs=(), output=prepared.tensor, cell=cell)
    return question.answer(
        (pixel / 255 - mean) / std,
        absolute=(pixel / 255 + abs(mean)) / std,
        formula=f"({pixel} ÷ 255 − {operand(mean)}) ÷ {digits(std)}",
        numbers=(
            Number(_("pixel"), pixel, _(_PIXELS[color]).format(row=y, column=x)),
            Number(_("mean"), mean, _(_MEANS[color])),
            Number(_("std"), std, _(_SPREADS[color])),
        ),
    )
