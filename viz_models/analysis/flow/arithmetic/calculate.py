"""From a step and a cell to the rule that explains it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from torch import nn

from viz_models.analysis.flow.arithmetic import joining, pointwise, pooling, sums
from viz_models.analysis.flow.arithmetic.question import Question, checked_cell
from viz_models.analysis.flow.merges import paths
from viz_models.models import registry
from viz_models.records import Calculation, Cell, Op, Step, Trace

_RULES: MappingProxyType[Op, Callable[[Question], Calculation]] = MappingProxyType(
    {
        "conv2d": sums.convolution,
        "linear": sums.linear,
        "batch_norm": pointwise.batch_norm,
        "relu": pointwise.relu,
        "add": pointwise.add,
        "pointwise": pointwise.function,
        "flatten": pointwise.flatten,
        "max_pool2d": pooling.max_pool,
        "avg_pool2d": pooling.avg_pool,
        "adaptive_avg_pool2d": pooling.adaptive_avg_pool,
        "mul": joining.multiply,
        "cat": joining.concatenate,
        "mean": joining.mean,
        "layer_norm": joining.layer_norm,
    }
)


def calculate(
    step: Step,
    module: nn.Module | None,
    inputs: Sequence[np.ndarray],
    output: np.ndarray,
    cell: Cell,
    spelled_out: int = 3,
) -> Calculation:
    """Recompute `output[cell]` in float64 from the step's own inputs and parameters.

    Args:
        step: The operation; its `op` chooses the rule.
        module: The nn.Module behind it, in eval mode; None for add and flatten.
        inputs: What it read, in torch's order: (C, H, W) or (C,) float32.
        output: What torch made of them, the same way.
        cell: Which value: an index of `output`.
        spelled_out: How many of the largest contributions become windows of their own.

    Returns:
        The calculation. Operations without a rule get torch's value, an empty formula, and a
        number that says so.

    Raises:
        ValueError: If `output` has no such cell; the message gives the valid ranges.
    """
    question = Question(
        step=step,
        module=module,
        inputs=tuple(inputs),
        output=output,
        cell=checked_cell(cell, output.shape, step.name),
        spelled_out=spelled_out,
    )
    return _RULES.get(step.op, pointwise.unexplained)(question)


def calculation(trace: Trace, name: str, cell: Cell, spelled_out: int = 3) -> Calculation:
    """How one value of a trace came about; at an add, the operands are named F(x) and x.

    Args:
        trace: A forward pass.
        name: One of its steps, but not "input", which needs the photo: `input_calculation`.
        cell: Which value of that step.
        spelled_out: How many of the largest contributions become windows of their own.

    Raises:
        ValueError: If there is no such step or cell.
    """
    step = next((s for s in trace.steps if s.name == name), None)
    if step is None or step.op == "input":
        raise ValueError(f"no step {name!r} that computes something; choose one of the trace's")
    inputs = [trace.value(source) for source in step.inputs]
    with registry.shared(trace.spec.model) as model:
        module = model.get_submodule(step.module) if step.module else None
        result = calculate(step, module, inputs, trace.value(name), cell, spelled_out)
    return _named_operands(trace, result) if step.op == "add" else result


def _named_operands(trace: Trace, result: Calculation) -> Calculation:
    try:
        ways = paths(trace.steps, result.step)
    except ValueError:  # an add that is no merge of two paths keeps its plain names
        return result
    symbols = ("F(x)", ways.stream_name)
    ordered = symbols if ways.branch_first else symbols[::-1]
    renamed = zip(result.numbers, ordered, strict=False)
    return replace(result, numbers=tuple(replace(n, symbol=symbol) for n, symbol in renamed))
