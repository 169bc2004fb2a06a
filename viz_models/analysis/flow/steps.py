"""The static facts of every operation: shapes, windows, cost, receptive field. No photo needed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import fx, nn

from viz_models.analysis.flow import fields, operations
from viz_models.analysis.pricing import costs, counting
from viz_models.models import registry
from viz_models.models.graph import Graph, graph, output_of, sources_of
from viz_models.records import ModelRef, Pair, ReceptiveField, Step

_OPENING = "resnet18"  # what the page opens with, and nobody should wait for
# what Swin's patch merging puts side by side: Liu et al. 2021, section 3.1, arXiv:2103.14030
_MERGING = {"kernel_size": (2, 2), "stride": (2, 2), "padding": (0, 0), "dilation": (1, 1)}
_LAST, _FIRST = (0, 2, 3, 1), (0, 3, 1, 2)  # where a permutation puts the channels


def steps_of(ref: ModelRef) -> tuple[Step, ...]:
    """Every step of a network in order, the input first, with shapes and costs.

    Shapes come from a run on the meta device: no weights are built, no memory is taken.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _steps(ref.architecture)


@lru_cache(maxsize=8)
def _steps(ref: ModelRef) -> tuple[Step, ...]:
    traced, input_shape = graph(ref), registry.card(ref).input_shape
    if ref.name != _OPENING or ref.build is not None:
        return facts(traced, input_shape)
    with registry.shared(ref) as model:  # to be run anyway; on the meta device, the first
        found = _run(traced, model, torch.zeros(1, *input_shape))  # relu imports a compiler
    return _facts(traced, found)


def facts(traced: Graph, input_shape: tuple[int, ...]) -> tuple[Step, ...]:
    """Return the same for a graph traced elsewhere.

    Args:
        traced: The operations and the module on the meta device that they were traced from.
        input_shape: (C, H, W).
    """
    photo = torch.empty(1, *input_shape, device="meta")
    return _facts(traced, _run(traced, traced.skeleton, photo))


def _facts(traced: Graph, found: Mapping[fx.Node, "_Found"]) -> tuple[Step, ...]:
    modules = dict(traced.skeleton.named_modules())
    steps: dict[str, Step] = {}
    counted: set[nn.Parameter] = set()
    shapes = {node: one.shape for node, one in found.items()}
    for node in shapes:
        module = modules.get(str(node.target)) if node.op == "call_module" else None
        step = _step(traced, node, module, shapes)
        fresh = set(_parameters(traced, node, module)) - counted  # used twice, paid for once
        counted |= fresh
        step = replace(
            step,
            parameters=sum(p.numel() for p in fresh),
            macs=found[node].macs,
            channels_last=_channels_last(node, step, steps),
        )
        steps[step.name] = _located(step, steps, operations.windows(node))
    return tuple(steps.values())


def _parameters(traced: Graph, node: fx.Node, module: nn.Module | None) -> Iterator[nn.Parameter]:
    """Those of the module, or those that an operation without one reads by itself."""
    if module is not None:
        yield from module.parameters()
    for source in node.all_input_nodes:
        if source.op == "get_attr":
            owner, _, name = str(source.target).rpartition(".")
            value = getattr(traced.skeleton.get_submodule(owner), name)
            if isinstance(value, nn.Parameter):
                yield value


@dataclass(frozen=True, slots=True)
class _Found:
    shape: tuple[int, ...]
    macs: int  # as torch counts them


class _Facts(fx.Interpreter):
    """Runs a graph and writes down shape and multiply-adds of every step."""

    def __init__(self, traced: Graph, model: nn.Module, counter: counting.Counter) -> None:
        super().__init__(model, graph=traced.fx)
        self.counter = counter
        self.found: dict[fx.Node, _Found] = {}
        self.before = 0

    def run_node(self, n: fx.Node) -> Any:  # noqa: ANN401 (fx's own signature)
        out = super().run_node(n)
        if (tensor := output_of(n, out)) is not None:
            self.found[n] = _Found(tuple(tensor.shape), self.counter.macs - self.before)
            self.before = self.counter.macs
        return out


def _run(traced: Graph, model: nn.Module, x: torch.Tensor) -> dict[fx.Node, _Found]:
    with torch.no_grad(), counting.Counter() as counter:
        recorder = _Facts(traced, model, counter)
        recorder.run(x)
    return recorder.found


def _step(
    traced: Graph,
    node: fx.Node,
    module: nn.Module | None,
    shapes: Mapping[fx.Node, tuple[int, ...]],
) -> Step:
    sources = sources_of(node, shapes)
    inputs = tuple(shapes[source] for source in sources)
    window = _window(module or operations.called(node), inputs, shapes[node])
    return Step(
        name=traced.names[node],
        op=operations.kind(node, module, len(sources)),
        group=traced.groups[node],
        module=str(node.target) if module is not None else "",
        inputs=tuple(traced.names[source] for source in sources),
        input_shapes=inputs,
        output_shape=shapes[node],
        **(_MERGING if operations.merges_patches(node) else window),
    )


def _channels_last(node: fx.Node, step: Step, earlier: Mapping[str, Step]) -> bool:
    """Whether the step's shape is H W C: from one permutation to the next."""
    if len(step.output_shape) != 3:
        return False
    if node.target in (torch.permute, "permute"):
        order = node.args[1] if isinstance(node.args[1], list | tuple) else node.args[1:]
        if tuple(order) in (_LAST, _FIRST):
            return tuple(order) == _LAST
    return any(earlier[name].channels_last for name in step.inputs)


def _window(
    module: nn.Module | None, inputs: Sequence[tuple[int, ...]], output: tuple[int, ...]
) -> dict[str, Any]:
    """kernel_size, stride, padding, dilation (and groups) of a step that slides a window."""
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return _adaptive_window(inputs[0][-2:], output[-2:])
    if not isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return {}
    kernel = _pair(module.kernel_size)
    dilation = (1, 1) if isinstance(module, nn.AvgPool2d) else _pair(module.dilation)
    return {
        "kernel_size": kernel,
        "stride": _pair(module.stride),
        "padding": _padding(module.padding, kernel, dilation),
        "dilation": dilation,
        "groups": module.groups if isinstance(module, nn.Conv2d) else 1,
    }


def _adaptive_window(size: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any]:
    """Its windows are all alike only where the output size divides the input size."""
    if any(i % o for i, o in zip(size, out, strict=True)):
        return {}
    window = (size[0] // out[0], size[1] // out[1])
    return {"kernel_size": window, "stride": window, "padding": (0, 0), "dilation": (1, 1)}


def _padding(padding: Any, kernel: Pair, dilation: Pair) -> Pair:  # noqa: ANN401
    if padding == "same":  # torch puts the odd one at the end
        return dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2
    return (0, 0) if padding == "valid" else _pair(padding)


def _pair(value: Any) -> Pair:  # noqa: ANN401 (torch takes an int or a tuple)
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _located(step: Step, earlier: Mapping[str, Step], windows: fields.Windows | None) -> Step:
    seen: list[ReceptiveField | None] = [earlier[n].receptive_field for n in step.inputs]
    return replace(
        step,
        bytes=costs.output_bytes(step),
        receptive_field=fields.receptive_field(step, seen, windows),
    )
