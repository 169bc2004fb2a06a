"""The static facts of every operation: shapes, windows, cost, receptive field. No photo needed."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (torch's own convention)
from torch import fx, nn

from viz_models.analysis import costs, fields
from viz_models.models import registry
from viz_models.models.graph import Graph, graph
from viz_models.records import ModelRef, Op, Pair, ReceptiveField, Step

_MODULES: tuple[tuple[type[nn.Module], Op], ...] = (
    (nn.Conv2d, "conv2d"),
    (nn.modules.batchnorm._BatchNorm, "batch_norm"),
    (nn.ReLU, "relu"),
    (nn.MaxPool2d, "max_pool2d"),
    (nn.AvgPool2d, "avg_pool2d"),
    (nn.AdaptiveAvgPool2d, "adaptive_avg_pool2d"),
    (nn.Flatten, "flatten"),
    (nn.Linear, "linear"),
)
_CALLS: dict[Callable[..., Any] | str, Op] = {
    operator.add: "add",
    operator.iadd: "add",
    torch.add: "add",
    "add": "add",
    "add_": "add",
    torch.relu: "relu",
    F.relu: "relu",
    "relu": "relu",
    "relu_": "relu",
    torch.flatten: "flatten",
    "flatten": "flatten",
    torch.cat: "cat",
}
_POINTWISE = (
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Tanh,
    nn.Sigmoid,
    nn.Identity,
    nn.Dropout,
    nn.ChannelShuffle,
)
_SCALINGS = (operator.mul, operator.imul, torch.mul)


def steps_of(ref: ModelRef) -> tuple[Step, ...]:
    """Every step of a network in order, the input first, with shapes and costs.

    Shapes come from a run on the meta device: no weights are built, no memory is taken.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _steps(replace(ref, seed=0, trained=""))


@lru_cache(maxsize=8)
def _steps(ref: ModelRef) -> tuple[Step, ...]:
    traced, input_shape = graph(ref), registry.card(ref).input_shape
    if ref.build is not None:
        return facts(traced, input_shape)
    with registry.shared(ref) as model:  # to be run anyway; on the meta device, the first
        shapes = _shapes(traced, model, torch.zeros(1, *input_shape))  # relu imports a compiler
    return _facts(traced, shapes)


def facts(traced: Graph, input_shape: tuple[int, ...]) -> tuple[Step, ...]:
    """The same for a graph traced elsewhere.

    Args:
        traced: The operations and the module on the meta device that they were traced from.
        input_shape: (C, H, W).
    """
    return _facts(
        traced, _shapes(traced, traced.skeleton, torch.empty(1, *input_shape, device="meta"))
    )


def _facts(traced: Graph, shapes: Mapping[fx.Node, tuple[int, ...]]) -> tuple[Step, ...]:
    modules = dict(traced.skeleton.named_modules())
    steps: dict[str, Step] = {}
    counted: set[nn.Parameter] = set()
    for node in shapes:
        module = modules.get(str(node.target)) if node.op == "call_module" else None
        step = _step(traced, node, module, shapes)
        fresh = set(_parameters(traced, node, module)) - counted  # used twice, paid for once
        counted |= fresh
        step = replace(step, parameters=sum(p.numel() for p in fresh))
        steps[step.name] = _priced(step, steps)
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


class _Shapes(fx.Interpreter):
    """Runs a graph and writes down the shape of every node that gives one tensor."""

    def __init__(self, traced: Graph, model: nn.Module) -> None:
        super().__init__(model, graph=traced.fx)
        self.names = traced.names
        self.found: dict[fx.Node, tuple[int, ...]] = {}

    def run_node(self, n: fx.Node) -> Any:  # noqa: ANN401 (fx's own signature)
        out = super().run_node(n)
        if n in self.names and n.op != "get_attr" and isinstance(out, torch.Tensor):
            self.found[n] = tuple(out.shape[1:])
        return out


def _shapes(traced: Graph, model: nn.Module, x: torch.Tensor) -> dict[fx.Node, tuple[int, ...]]:
    recorder = _Shapes(traced, model)
    with torch.no_grad():
        recorder.run(x)
    return recorder.found


def _step(
    traced: Graph,
    node: fx.Node,
    module: nn.Module | None,
    shapes: Mapping[fx.Node, tuple[int, ...]],
) -> Step:
    sources: list[fx.Node] = []
    fx.node.map_arg((node.args, node.kwargs), sources.append)  # keeps x + x twice
    sources = [source for source in sources if source in shapes]
    return Step(
        name=traced.names[node],
        op=_op(node, module, len(sources)),
        group=traced.groups[node],
        module=str(node.target) if module is not None else "",
        inputs=tuple(traced.names[source] for source in sources),
        input_shapes=tuple(shapes[source] for source in sources),
        output_shape=shapes[node],
        **_window(module, [shapes[s] for s in sources], shapes[node]),
    )


def _op(node: fx.Node, module: nn.Module | None, operands: int) -> Op:
    """What a node does; `operands` counts the tensors that it reads, parameters excluded."""
    if node.op == "placeholder":
        return "input"
    if module is not None:
        known = next((op for kind, op in _MODULES if isinstance(module, kind)), None)
        return known or ("pointwise" if isinstance(module, _POINTWISE) else "other")
    op = _CALLS.get(node.target, "other")
    if op == "add" and operands < 2:  # plus a number: no two paths meet here
        op = "pointwise"
    return "pointwise" if operands == 1 and node.target in _SCALINGS else op


def _window(
    module: nn.Module | None, inputs: list[tuple[int, ...]], output: tuple[int, ...]
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


def _priced(step: Step, earlier: Mapping[str, Step]) -> Step:
    seen: list[ReceptiveField | None] = [earlier[n].receptive_field for n in step.inputs]
    return replace(
        step,
        macs=costs.macs(step),
        bytes=costs.output_bytes(step),
        receptive_field=fields.receptive_field(step, seen),
    )
