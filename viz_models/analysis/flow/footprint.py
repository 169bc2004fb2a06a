"""What one value really reacts to: its gradient on the photo."""

import copy
import itertools
import threading

import torch
from torch import Tensor, nn

from viz_models.analysis.flow import fields
from viz_models.analysis.flow.arithmetic.question import checked_cell
from viz_models.analysis.flow.parts import change_of
from viz_models.analysis.flow.plan import plan, until, without_batch
from viz_models.models import registry
from viz_models.records import Cell, Footprint, ModelRef, Step, Trace

_one_at_a_time = threading.Lock()  # a backward pass keeps what the forward made: 30 MB


def footprint(trace: Trace, name: str, cell: Cell) -> Footprint:
    """|d value / d input| at every pixel, summed over the input channels, by backpropagation.

    Nothing behind the step is run. The shared network is not touched; its
    frozen tensors are read.

    Args:
        trace: A forward pass.
        name: One of its steps.
        cell: Which value of that step.

    Returns:
        Gradient (H, W) float32, exactly 0 outside the theoretical box, and that box.

    Raises:
        ValueError: If there is no such step, or the step has no such value.
    """
    if name not in (step.name for step in trace.steps):
        raise ValueError(f"unknown step {name!r}; choose one of the trace's steps")
    step = trace.steps[trace.index(name)]
    cell = checked_cell(cell, step.output_shape, name)
    with _one_at_a_time:
        gradient = _input_gradient(trace, name, cell)
    return Footprint(gradient.abs().sum(0).numpy(), _box(step, cell, gradient))


def _input_gradient(trace: Trace, name: str, cell: Cell) -> Tensor:
    ref = trace.spec.model
    change = change_of(trace.steps, trace.spec.off)
    x = torch.from_numpy(trace.value("input").copy())[None].requires_grad_()
    with torch.enable_grad():
        value = without_batch(until(plan(ref), name, _private(ref), x, change))
        if not value.requires_grad:  # it is switched off, and depends on nothing
            return torch.zeros_like(x[0], requires_grad=False)
        (gradient,) = torch.autograd.grad(value[cell], x)
    return gradient[0]


def _private(ref: ModelRef) -> nn.Module:
    """Modules of our own around the shared tensors: those are frozen, and eval only reads them."""
    with registry.shared(ref) as model:
        tensors = itertools.chain(model.parameters(), model.buffers())
        return copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})


def _box(step: Step, cell: Cell, gradient: Tensor) -> tuple[int, int, int, int]:
    photo = (gradient.shape[-2], gradient.shape[-1])
    place = cell[:2] if step.channels_last else cell[-2:]
    y, x = place if len(cell) > 2 else (0, 0)
    return fields.box(step.receptive_field, y, x, photo)
