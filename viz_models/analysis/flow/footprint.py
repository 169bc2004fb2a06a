"""What one value really reacts to: its gradient on the photo."""

import copy
import itertools
import threading

import numpy as np
import torch
from torch import Tensor, fx, nn

from viz_models.analysis.flow import fields
from viz_models.analysis.flow.arithmetic.question import checked_cell
from viz_models.models import registry
from viz_models.models.graph import graph, output_of, up_to
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
        gradient = _input_gradient(trace.spec.model, trace.value("input"), name, cell)
    return Footprint(gradient.abs().sum(0).numpy(), _box(step, cell, gradient))


def _input_gradient(ref: ModelRef, photo: np.ndarray, name: str, cell: Cell) -> Tensor:
    x = torch.tensor(photo)[None].requires_grad_()
    with torch.enable_grad():
        # a copy of the input, because a first layer may work in place
        traced = graph(ref)
        out = fx.Interpreter(_private(ref), graph=up_to(traced, name)).run(x.clone())
        value = output_of(next(n for n, known in traced.names.items() if known == name), out)
        if value is None:
            raise ValueError(f"{name} gives no tensor; choose one of the trace's steps")
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
