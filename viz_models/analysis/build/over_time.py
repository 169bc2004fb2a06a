"""A recurrent network step by step: what is carried, and what the loss sends back to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.models.builder.recurrent import Recurrent, directions
from viz_models.models.builder.unrolled import Pass, State, Unrolled


class Norms(NamedTuple):
    """One pass forward and back over T steps."""

    loss: float
    gradient: np.ndarray  # (T + 1,) of all that is carried across each cut; first: before step 1
    weights: np.ndarray  # (T,) of what each step adds to the gradient of the weights
    activation: np.ndarray  # (T + 1,) standard deviation of what is carried


def norms(net: Recurrent, x: Tensor, loss_of: Callable[[Tensor], Tensor]) -> Norms:
    """Measure how much of the loss's gradient reaches each step.

    What is carried from step to step is h of every layer and direction, and c of an LSTM: the
    states that cross the cut behind step t, from the left those of the direction that reads
    forward, from the right those of the one that reads backward.

    Args:
        net: From the builder.
        x: What it reads.
        loss_of: The loss of its output.

    Returns:
        Norms over the whole batch, float32 summed in float64.

    References:
        Pascanu et al. 2013, eq. 3 to 5, arXiv:1211.5063.
    """
    unrolled = Unrolled(net)
    start = _start(unrolled, len(x))
    with _sums(unrolled) as sums:
        found = unrolled.run(x, start)
    loss = loss_of(found.logits)
    carried = _cuts(found, start)
    flat = [part for parts in carried for part in parts]
    outputs = [one.output for one in sums]
    gradients = torch.autograd.grad(loss, [*flat, *outputs], allow_unused=True)
    by_state, by_sum = iter(gradients[: len(flat)]), gradients[len(flat) :]
    squares = np.zeros(len(carried) - 1)
    for one, gradient in zip(sums, by_sum, strict=True):
        if gradient is not None:
            squares[one.step] += _square(gradient.double().T @ one.input.detach().double())
    return Norms(
        loss=loss.item(),
        gradient=np.array([_length([next(by_state) for _ in parts]) for parts in carried]),
        weights=np.sqrt(squares),
        activation=np.array([_spread(parts) for parts in carried]),
    )


def _start(unrolled: Unrolled, count: int) -> list[State]:
    """Return zeros that ask for a gradient, of each layer and direction."""
    spec = unrolled.spec
    parts = 1 + (spec.cell == "lstm")
    return [
        tuple(torch.zeros(count, spec.hidden, requires_grad=True) for _ in range(parts))
        for _ in unrolled.names()
    ]


def _cuts(found: Pass, start: Sequence[State]) -> list[list[Tensor]]:
    """Return what crosses the cut before the first step, and behind each."""
    cuts: list[list[Tensor]] = [[] for _ in range(len(found.outputs) + 1)]
    for way, first in zip(found.ways, start, strict=True):
        states = (*way.states, first) if way.name.endswith("reverse") else (first, *way.states)
        for cut, state in zip(cuts, states, strict=True):
            cut.extend(state)
    return cuts


class _Sum(NamedTuple):
    step: int
    input: Tensor
    output: Tensor


@contextmanager
def _sums(unrolled: Unrolled) -> Iterator[list[_Sum]]:
    """Collect what every product of weights reads and gives; the hooks are gone afterwards."""
    found: list[_Sum] = []

    def note(step: int) -> Callable[..., None]:
        def hook(module: nn.Module, args: tuple[Any, ...], out: Tensor) -> None:
            x = args[0]
            found.append(_Sum(step, x.expand(len(out), -1), out))

        return hook

    with ExitStack() as hooks:
        for name in unrolled.names():
            for t, step in enumerate(unrolled.get_submodule(name).children()):
                for part in ("read", "carry"):
                    module = step.get_submodule(part)
                    hooks.callback(module.register_forward_hook(note(t)).remove)
        yield found


def _length(gradients: Sequence[Tensor | None]) -> float:
    return float(np.sqrt(sum(_square(g.double()) for g in gradients if g is not None)))


def _square(values: Tensor) -> float:
    return float(values.square().sum())


def _spread(parts: Sequence[Tensor]) -> float:
    return float(torch.cat([p.detach().double().flatten() for p in parts]).std(correction=0))


def outputs(net: Recurrent, x: Tensor) -> list[Tensor]:
    """Return what is read, what the last layer gives at each step, and the output."""
    found = Unrolled(net).run(x)
    return [found.sequence, *found.outputs, found.logits]


def gradients(net: Recurrent, x: Tensor, loss_of: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """Return the gradient of the loss by each of `outputs`.

    At each step it is that of the states h of the last layer, of both directions side by side.
    """
    if x.is_floating_point():
        x = x.requires_grad_()
    found = Unrolled(net).run(x)
    last = found.ways[-directions(net.spec) :]
    states = [way.states[t][0] for t in range(len(found.outputs)) for way in last]
    asked = [found.sequence, *states, found.logits]
    read, *by_state, logits = torch.autograd.grad(loss_of(found.logits), asked)
    ways = len(last)
    steps = [torch.cat(by_state[i : i + ways], -1) for i in range(0, len(by_state), ways)]
    return [read, *steps, logits]


def named(step: int) -> str:
    """Return what a step in time is called on the page; the first is "t1"."""
    return f"t{step + 1}"


def part_of(group: str) -> str:
    """Return the part of the page that a group of an unrolled network's operations belongs to.

    The steps of all layers and directions at one time are one part: "l1_reverse.0" is of "t1".
    """
    layer, _, step = group.partition(".")
    if step.isdigit() and layer.removesuffix("_reverse")[1:].isdigit():
        return named(int(step))
    return "head" if group == "head" else "stem"
