"""Weighted sums: convolution and the fully connected layer."""

import numpy as np
from torch import Tensor, nn

from viz_models.analysis.flow.arithmetic.pointwise import unexplained
from viz_models.analysis.flow.arithmetic.question import Question
from viz_models.analysis.flow.arithmetic.windows import covered, geometry, largest_windows
from viz_models.digits import signed_sum
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Calculation, Number, Window


def convolution(question: Question) -> Calculation:
    """Input patch times kernel for each input channel, summed, plus the bias.

    out[c, y, x] = bias[c] + Σ_i Σ_u Σ_v in[i, y·s + u·d − p, x·s + v·d − p] · weight[c, i, u, v];
    with groups, i runs over the input channels of c's group alone.
    """
    module = question.module
    if not isinstance(module, nn.Conv2d) or module.padding_mode != "zeros":
        return unexplained(question)
    out_channel, y, x = question.cell
    per_group = module.in_channels // module.groups
    first = out_channel // (module.out_channels // module.groups) * per_group
    maps = question.inputs[0][first : first + per_group]
    patches, inside = covered(maps, geometry(question), y, x)
    kernels = as_array(module.weight)[out_channel]
    channels = range(first, first + per_group)
    return _weighted_sum(question, channels, patches, inside, kernels, module.bias, out_channel)


def linear(question: Question) -> Calculation:
    """One row of the weight matrix times the input vector, plus the bias: y = W x + b."""
    module = question.module
    if not isinstance(module, nn.Linear):
        return unexplained(question)
    feature = question.cell[-1]
    patches = question.inputs[0][question.cell[:-1]].reshape(-1, 1, 1)
    kernels = as_array(module.weight)[feature].reshape(-1, 1, 1)
    inside = np.ones((1, 1), bool)
    channels = range(len(patches))
    return _weighted_sum(question, channels, patches, inside, kernels, module.bias, feature)


def as_array(tensor: Tensor) -> np.ndarray:
    """Return a parameter or buffer as float32 numbers on the CPU."""
    return tensor.detach().float().cpu().numpy()


def _weighted_sum(
    question: Question,
    channels: range,
    patches: np.ndarray,
    inside: np.ndarray,
    kernels: np.ndarray,
    bias: Tensor | None,
    out_channel: int,
) -> Calculation:
    products = patches.astype(np.float64) * kernels
    totals = products.sum((1, 2))
    windows = largest_windows(channels, patches, inside, kernels, totals, question.spelled_out)
    rest_count = len(totals) - len(windows)
    rest_total = float(totals.sum()) - sum(w.total for w in windows) if rest_count else 0.0
    offset = 0.0 if bias is None else float(as_array(bias)[out_channel])
    numbers = _terms(question, windows, rest_count, rest_total)
    if bias is not None:
        numbers += (
            Number(
                "bias", offset, _("bias of output {out_channel}").format(out_channel=out_channel)
            ),
        )
    return question.answer(
        totals.sum() + offset,
        absolute=np.abs(products).sum() + abs(offset),
        formula=signed_sum(n.value for n in numbers),
        numbers=numbers,
        windows=windows,
        rest_count=rest_count,
        rest_total=rest_total,
    )


def _terms(
    question: Question, windows: tuple[Window, ...], rest_count: int, rest_total: float
) -> tuple[Number, ...]:
    convolves = question.step.op == "conv2d"
    called = N_("channel {n}") if convolves else N_("feature {n}")
    adds = N_("what input channel {n} adds") if convolves else N_("what input feature {n} adds")
    rest = N_("the other channels together") if convolves else N_("the other features together")
    terms = tuple(
        Number(_(called).format(n=w.channel), w.total, _(adds).format(n=w.channel)) for w in windows
    )
    if rest_count:
        terms += (Number(_("{n} more").format(n=rest_count), rest_total, _(rest)),)
    return terms
