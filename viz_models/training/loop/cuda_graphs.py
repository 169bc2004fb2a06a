"""CUDA graphs: a small network's forward and backward started as one, not kernel by kernel."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from viz_models.records import RunSpec
from viz_models.training.data.resident import Resident
from viz_models.training.loop.budget import Pace
from viz_models.training.loop.placement import Place

WORTH_STEPS = 200  # capturing takes as long as some tens of steps

Forward = Callable[[Tensor], Tensor]


def prepared(
    net: nn.Module, spec: RunSpec, examples: Resident, place: Place, pace: Pace
) -> Forward:
    """Return a network's forward as the steps of a run call it.

    A network that grows is not captured, nor one whose gradients add up: capturing clears them.
    """
    if spec.growth or spec.fault == "zero_grad":
        return net
    first = torch.arange(spec.batch_size) % len(examples.train_targets)
    return forward_of(net, lambda: examples.batch(first)[0], place, pace)


def forward_of(net: nn.Module, example: Callable[[], Tensor], place: Place, pace: Pace) -> Forward:
    """Return the network's forward, captured where a run gains by it: on CUDA, over many steps.

    Args:
        net: In training mode; its weights and running statistics are left as they are.
        example: Gives a batch of the shape that all will have.
        place: Where it computes.
        pace: How long it trains.

    Returns:
        A function for training steps alone, or the network itself. It runs no hooks.
    """
    long = pace.steps >= WORTH_STEPS or pace.seconds > 0
    if place.device.type != "cuda" or not long:
        return net
    kept = {name: value.clone() for name, value in net.named_buffers()}
    try:
        with torch.autocast(
            "cuda",
            dtype=place.precision,
            enabled=place.precision != torch.float32,
            cache_enabled=False,
        ):
            torch.cuda.make_graphed_callables(net, (example(),))
        captured: Forward = net.__dict__.pop("forward")  # set there by torch; hooks need the own
    except RuntimeError:  # what waits for the GPU in its forward cannot be captured
        net.__dict__.pop("forward", None)
        captured = net
    finally:
        net.zero_grad()
        for name, value in net.named_buffers():  # warming up has moved running statistics
            value.copy_(kept[name])
    return captured
