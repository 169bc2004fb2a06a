"""What one example costs any network that can be trained."""

from functools import lru_cache

import torch

from viz_models.analysis.pricing import price
from viz_models.records import BuildSpec, DataSpec, ModelSpec, Price
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import MAX_SIZE
from viz_models.training.loop import networks


@lru_cache(maxsize=64)
def cost(spec: ModelSpec, examples: DataSpec) -> Price:
    """Parameters, multiply-adds and memory, by formula or counted on the meta device.

    Args:
        spec: A network that fits the examples.
        examples: What it reads.

    Raises:
        ValueError: If the spec cannot be built, or cannot read examples of that size.
    """
    if isinstance(spec, BuildSpec):
        return price.price(spec)
    net, size = networks.skeleton(spec), data.facts(examples).size
    try:
        return counted(net, networks.channels(spec), size)
    except (RuntimeError, AssertionError, IndexError) as trouble:
        raise ValueError(
            f"this network cannot read examples of {size}×{size}: enlarge them (up to "
            f"{MAX_SIZE}), or choose another network"
        ) from trouble


def counted(net: torch.nn.Module, channels: int, size: int) -> Price:
    """The same of a network on the meta device, layer by layer, for one example."""
    from torch.utils.flop_counter import FlopCounterMode

    kept = 0
    largest = 0

    def seen(module: torch.nn.Module, inputs: object, output: object) -> None:
        nonlocal kept, largest
        first = output[0] if isinstance(output, tuple) else output
        if isinstance(first, torch.Tensor) and not list(module.children()):
            kept += 4 * first.numel()
            largest = max(largest, 4 * first.numel())

    hooks = [m.register_forward_hook(seen) for m in net.modules()]
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        net.eval()(torch.empty(1, channels, size, size, device="meta"))
    for hook in hooks:
        hook.remove()
    convolutions = sum(isinstance(m, torch.nn.Conv2d) for m in net.modules())
    linears = sum(isinstance(m, torch.nn.Linear) for m in net.modules())
    return Price(
        parameters=sum(p.numel() for p in net.parameters()),
        macs=counter.get_total_flops() // 2,
        activation_bytes=kept,
        inference_bytes=2 * largest,
        layers=convolutions + linears,
        convolutions=convolutions,
    )
