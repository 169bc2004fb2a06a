"""Open one value of any network into what it was made of, where a rule is known."""

from types import MappingProxyType

import numpy as np
from torch import nn

from viz_models.analysis.flow.arithmetic.calculate import calculate
from viz_models.analysis.flow.arithmetic.question import checked_cell
from viz_models.records import Calculation, Cell, Op, Recorded, RecordedStep, Step

# The operation, and the module that must be behind it because the rule reads its weights.
_KNOWN: MappingProxyType[str, tuple[Op, type[nn.Module] | None]] = MappingProxyType(
    {
        "conv2d": ("conv2d", nn.Conv2d),
        "linear": ("linear", nn.Linear),
        "batch_norm": ("batch_norm", nn.BatchNorm2d),
        "layer_norm": ("layer_norm", nn.LayerNorm),
        "max_pool2d": ("max_pool2d", nn.MaxPool2d),
        "avg_pool2d": ("avg_pool2d", nn.AvgPool2d),
        "adaptive_avg_pool2d": ("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d),
        "relu": ("relu", None),
        "relu_": ("relu", None),
        "add": ("add", None),
        "add_": ("add", None),
        "mul": ("mul", None),
        "flatten": ("flatten", None),
        "cat": ("cat", None),
        "concat": ("cat", None),
        "mean": ("mean", None),
    }
)
# Functions without weights, and the module whose rule explains them, also where there is none.
_POINTWISE: MappingProxyType[str, nn.Module] = MappingProxyType(
    {
        "sigmoid": nn.Sigmoid(),
        "sigmoid_": nn.Sigmoid(),
        "tanh": nn.Tanh(),
        "tanh_": nn.Tanh(),
    }
)


def calculation(
    root: nn.Module, recorded: Recorded, name: str, cell: Cell, output: int = 0
) -> Calculation:
    """Recompute one value of a step in float64 from what the step read.

    Args:
        root: The network that was recorded.
        recorded: Its forward pass.
        name: One of its steps.
        cell: Index of the value in one of the step's outputs, batch axis included.
        output: Which of them; no rule is known for any but the first.

    Returns:
        The sum with its operands. Where no rule is known, or the rule does not fit this call, the
        formula is empty, and the total is torch's own value.

    Raises:
        ValueError: If there is no such cell.
    """
    step = recorded.steps[recorded.index(name)]
    value = recorded.value(name, output)
    cell = checked_cell(cell, value.shape, name)
    inputs = _inputs(recorded, step, cell)
    op, module = _rule(root, step)
    if op and inputs and value.ndim > 1 and not output:
        try:
            found = calculate(
                _plain_step(step, op, value), module, inputs, value[cell[0]], cell[1:]
            )
        except (ValueError, IndexError, AttributeError, TypeError):
            found = None  # a call with other shapes than the rule is written for
        if found is not None and found.formula and found.agrees:
            return found
    plain = _plain_step(step, "other", value)
    return calculate(plain, None, inputs, value, cell)


def _rule(root: nn.Module, step: RecordedStep) -> tuple[Op | None, nn.Module]:
    """Return the operation whose rule explains a step, and the module that it reads."""
    if step.op in _POINTWISE:
        return "pointwise", _POINTWISE[step.op]
    op, kind = _KNOWN.get(step.op, (None, None))
    module = root.get_submodule(step.path) if step.path else root
    return (op if kind is None or type(module) is kind else None), module


def strongest(value: np.ndarray) -> Cell:
    """Return the index of the value that is largest without its sign."""
    size = np.nan_to_num(np.abs(value))
    return tuple(int(i) for i in np.unravel_index(size.argmax(), value.shape))


def _inputs(recorded: Recorded, step: RecordedStep, cell: Cell) -> list[np.ndarray]:
    """Return what a step read of the example that the value belongs to."""
    found = []
    for source in step.inputs:
        if source.kind == "step":
            value = recorded.values[recorded.index(source.name)][source.output]
            if value is not None and value.ndim and value.shape[0] > cell[0]:
                found.append(value[cell[0]])
    return found


def _plain_step(step: RecordedStep, op: Op, output: np.ndarray) -> Step:
    names = tuple(source.name for source in step.inputs if source.kind == "step")
    return Step(name=step.name, op=op, group="", inputs=names, output_shape=output.shape[1:])
