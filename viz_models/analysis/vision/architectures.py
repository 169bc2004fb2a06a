"""What a network of the family tree costs, layer by layer: counted on shapes, timed here."""

import datetime
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from viz_models.analysis.pricing.counting import counted
from viz_models.models import machine
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.models.vision.architectures import network, skeleton
from viz_models.patches.dispatch_mode import DispatchMode
from viz_models.patches.no_triton import flop_registry
from viz_models.records import Provenance
from viz_models.records.vision.architectures import (
    BY_NAME,
    FAMILY,
    ArchitectureCost,
    CostRecord,
    LayerCost,
)

MOST_REPEATS = 30


@dataclass(slots=True)
class _Tally:
    """What has run since one convolution or linear layer began, until the next one begins."""

    name: str
    kind: str
    parameters: int = 0
    macs: int = 0
    traffic: int = 0  # bytes
    output: int = 0  # bytes
    ms: list[float] = field(default_factory=list)


def cost(name: str, repeats: int = 5) -> ArchitectureCost:
    """Count what one photo costs a network in eval mode, and time it in one thread.

    Counting runs on the meta device. Times are processor time with fresh weights, which do not
    change them; each layer's is the median over the repeats, measured from Python.

    Args:
        name: Of the family tree.
        repeats: Timed passes; one more goes ahead to warm up.

    Raises:
        ValueError: If there is no such network, or repeats is not 1 to MOST_REPEATS.
    """
    if not 1 <= repeats <= MOST_REPEATS:
        raise ValueError(f"repeats must be 1 to {MOST_REPEATS}, got {repeats}")
    net = skeleton(name)
    side = BY_NAME[name].side
    price = counted(net, (3, side, side))
    with Watch(net.eval()) as watch, watch.counting(), torch.no_grad():
        net(torch.empty(1, 3, side, side, device="meta"))
    whole = _timed(name, side, watch.layers, repeats)
    low, middle, high = np.percentile(whole, (25, 50, 75))
    return ArchitectureCost(
        name=name,
        parameters=price.parameters,
        auxiliary=_auxiliary(net),
        macs=price.macs,
        activation_bytes=price.activation_bytes,
        traffic_bytes=sum(t.traffic for t in watch.layers),
        layers=tuple(_layer(t) for t in watch.layers),
        ms=round(float(middle), 3),
        ms_low=round(float(low), 3),
        ms_high=round(float(high), 3),
        repeats=repeats,
        provenance=Provenance(device="cpu, 1 thread", versions=torch_version()),
    )


def _auxiliary(net: nn.Module) -> int:
    heads = [m for name, m in net.named_children() if name.lower().startswith("aux")]
    return sum(p.numel() for head in heads for p in head.parameters())


def _layer(tally: _Tally) -> LayerCost:
    return LayerCost(
        name=tally.name,
        kind=tally.kind,
        parameters=tally.parameters,
        macs=tally.macs,
        traffic_bytes=tally.traffic,
        output_bytes=tally.output,
        ms=round(float(np.median(tally.ms)), 4),
    )


def family(
    repeats: int = 9, progress: Callable[[int, int], None] = lambda done, total: None
) -> CostRecord:
    """Measure the costs of every network of the family tree, and say when and where."""
    costs = []
    for i, architecture in enumerate(FAMILY, start=1):
        costs.append(cost(architecture.name, repeats))
        progress(i, len(FAMILY))
    today = datetime.date.today().isoformat()
    when = replace(costs[0].provenance, kind="recorded run", date=today)
    return CostRecord(
        costs=tuple(replace(c, provenance=when) for c in costs),
        machine=machine.processor(),
        provenance=when,
    )


def _timed(name: str, side: int, layers: Sequence[_Tally], repeats: int) -> list[float]:
    """Fill in the milliseconds of every layer; return those of whole passes without watching."""
    with torch.random.fork_rng(devices=[]), one_thread(), torch.no_grad():
        torch.manual_seed(0)
        net, x = network(name).eval(), torch.randn(1, 3, side, side)
        net(x)
        whole = []
        for _ in range(repeats):
            begin = time.thread_time()
            net(x)
            whole.append(1e3 * (time.thread_time() - begin))
            with Watch(net) as watch:
                net(x)
            watch.stop()
            for tally, timed in zip(layers, watch.layers, strict=True):
                tally.ms += timed.ms
    return whole


class Watch(ExitStack):
    """Splits a forward pass where a convolution or linear layer begins, by hooks inside the block.

    What runs before the first one belongs to the first one.
    """

    def __init__(self, net: nn.Module) -> None:
        """Put a hook on every convolution and linear layer of a network."""
        super().__init__()
        self.layers: list[_Tally] = []
        self.waiting = 0  # bytes, moved before the first layer
        self.began = 0.0
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                self.callback(module.register_forward_pre_hook(self._begin(name)).remove)
                self.callback(module.register_forward_hook(self._made).remove)

    def _begin(self, name: str) -> Any:  # noqa: ANN401 (a hook)
        def begin(module: nn.Module, _: object) -> None:
            now = time.thread_time()
            if self.layers:
                self.layers[-1].ms.append(1e3 * (now - self.began))
            self.began = now
            count = sum(p.numel() for p in module.parameters())
            self.layers.append(_Tally(name, _kind(module), count, traffic=self.waiting))
            self.waiting = 0

        return begin

    def _made(self, module: nn.Module, _: object, output: Tensor) -> None:
        self.layers[-1].output = 4 * output.numel()

    def stop(self) -> None:
        """End the time of the last layer."""
        self.layers[-1].ms.append(1e3 * (time.thread_time() - self.began))

    def counting(self) -> "_Traffic":
        """Return a block inside which multiply-adds and bytes are added to the layer that runs."""
        return _Traffic(self)


class _Traffic(DispatchMode):
    """Adds up what every operator reads and writes; a view moves nothing."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (torch's own signature)
        types: Any,  # noqa: ANN401
        args: Any = (),  # noqa: ANN401
        kwargs: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        out = func(*args, **(kwargs or {}))
        if func.is_view:
            return out
        moved = sum(
            leaf.numel() * leaf.element_size()
            for leaf in tree_leaves((args, kwargs, out))
            if isinstance(leaf, Tensor)
        )
        if not self.watch.layers:
            self.watch.waiting += moved
            return out
        tally = self.watch.layers[-1]
        tally.traffic += moved
        formula = flop_registry.get(func._overloadpacket)
        if formula:
            tally.macs += formula(*args, **(kwargs or {}), out_val=out) // 2
        return out


def _kind(module: nn.Module) -> str:
    """Return "conv 3×3", "depthwise 3×3", "conv 1×1, 32 groups" or "linear"."""
    if not isinstance(module, nn.Conv2d):
        return "linear"
    height, width = module.kernel_size
    if module.groups == module.in_channels and module.groups > 1:
        return f"depthwise {height}×{width}"
    groups = f", {module.groups} groups" if module.groups > 1 else ""
    return f"conv {height}×{width}{groups}"
