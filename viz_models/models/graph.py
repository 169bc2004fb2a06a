"""A network as a list of operations, named as torchvision's feature extraction names them."""

import operator
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.fx import Node

from viz_models.models import registry
from viz_models.patches.light import torchvision
from viz_models.records import ModelRef

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
_ROOT_GROUPS: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Conv2d, "stem"),
    (nn.MaxPool2d, "pool"),
    (nn.AvgPool2d, "pool"),
    (nn.AdaptiveAvgPool2d, "avgpool"),
    (nn.Flatten, "head"),
    (nn.Linear, "head"),
    (nn.LayerNorm, "head"),  # of a Transformer's last token vectors
    (nn.RMSNorm, "head"),
    (nn.Embedding, "embed"),
)


_POOLS = (nn.MaxPool2d, nn.AvgPool2d)  # one ends a stretch of a plain sequence, as in AlexNet
_MOST = 64  # steps of a block that can still be looked at side by side

_TRACING = threading.Lock()


class _Proxy(torch.fx.Proxy):
    """Stands for a value of the network; `y += x` overwrites y, as it does outside of a trace.

    torch.fx takes it for `y = y + x`, and whoever reads y by another name then gets old values.
    """


def _overwriting(name: str) -> Callable[[torch.fx.Proxy, object], torch.fx.Proxy]:
    """Return the method for one operator in place; its node is called as if it were not."""

    def method(self: torch.fx.Proxy, other: object) -> torch.fx.Proxy:
        function = getattr(operator, name)
        return self.tracer.create_proxy("call_function", function, (self, other), {}, name[1:])

    return method


for _name in torch.fx.graph.inplace_methods:
    if _name != "setitem":  # torch.fx refuses `y[0] = x`, so nothing can go wrong
        setattr(_Proxy, f"__{_name}__", _overwriting(_name))


class _Tracer(torchvision.models.feature_extraction.NodePathTracer):
    """Lets other threads run their networks while it traces.

    While torch.fx traces, it replaces nn.Module.__call__ and __getattr__ for the whole process:
    two traces at once break each other, and what any other thread calls would be recorded. So
    one trace runs at a time, and calls from other threads go straight through.
    """

    proxy_buffer_attributes = True  # a mask is a step that runs with any copy, as a parameter is

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def proxy(self, node: Node) -> _Proxy:
        """Return what stands for the value of a node while the forward runs."""
        return _Proxy(node, self)

    def call_module(
        self,
        m: nn.Module,
        forward: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401 (torch.fx passes anything on)
        """Record a call of this trace; just make one of another thread."""
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: object, parameter_proxy_cache: dict[str, Any]) -> Any:  # noqa: ANN401
        """Record the use of a parameter by this trace; leave those of others alone."""
        if threading.get_ident() != self._thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The traced forward of an architecture; it holds no weights and runs with any copy."""

    fx: torch.fx.Graph
    names: dict[Node, str]  # every node but `output`, in order; "input" for the photo
    groups: dict[Node, str]
    skeleton: nn.Module  # on the meta device


def graph(ref: ModelRef) -> Graph:
    """Return the operations of a network, traced once per architecture with torch.fx.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _graph(ref.architecture)


@lru_cache(maxsize=8)
def _graph(ref: ModelRef) -> Graph:
    return graph_of(registry.skeleton(ref))


def graph_of(skeleton: nn.Module) -> Graph:
    """Return the operations of any network that torch.fx can follow, in eval mode.

    Args:
        skeleton: Best on the meta device: only its modules and shapes are used.
    """
    with _TRACING:
        tracer = _Tracer()
        traced = tracer.trace(skeleton)
    nodes = [node for node in traced.nodes if node.op != "output"]
    names = {
        node: "input" if node.op == "placeholder" else tracer.node_to_qualname[node]
        for node in nodes
    }
    groups = dict(zip(nodes, _groups(nodes, names, skeleton), strict=True))
    return Graph(traced, names, groups, skeleton)


def up_to(traced: Graph, name: str) -> torch.fx.Graph:
    """Return the forward until a step, whose output is returned as that step gave it.

    Everything before the step stays, also what does not lead to it: it may work in place on a
    tensor that the step reads. What comes after is gone: it may overwrite the output.

    Raises:
        ValueError: If there is no such step.
    """
    if name not in traced.names.values():
        raise ValueError(f"unknown step {name!r}; choose one of the network's steps")
    cut = torch.fx.Graph()
    copies: dict[Node, Node] = {}
    for node, known in traced.names.items():
        copies[node] = cut.node_copy(node, copies.__getitem__)
        if known == name:
            cut.output(copies[node])
            break
    return cut


def output_of(node: Node, out: object) -> torch.Tensor | None:
    """Return the tensor that a node gives as a step of its own, without the batch axis.

    None if none.

    Attention gives a tuple of one tensor (and weights that nobody asked for): that is its step, and
    taking it out of the tuple is none. What is cut in several tensors becomes a step each.
    """
    if node.op in ("get_attr", "output"):
        return None
    if isinstance(out, tuple):
        found = [part for part in out if isinstance(part, torch.Tensor)]
        out = found[0] if len(found) == 1 else None
    elif _is_unpacking(node):
        return None
    if not isinstance(out, torch.Tensor) or not out.is_floating_point():
        return None
    return out[0] if out.ndim and out.shape[0] == 1 else out  # a table of biases has no batch


def _is_unpacking(node: Node) -> bool:
    """Whether it takes the one tensor out of the tuple that a module gives."""
    if node.target is not operator.getitem or not isinstance(node.args[1], int):
        return False
    source = node.args[0]
    return isinstance(source, Node) and source.op == "call_module"


def sources_of(node: Node, steps: Collection[Node]) -> list[Node]:
    """Return the steps that a node reads, in torch's order; x + x counts twice.

    What is no step is looked through where tensors pass it, as in a tuple, but not where it
    only tells a size.
    """
    found: list[Node] = []
    read: list[Node] = []
    torch.fx.node.map_arg((node.args, node.kwargs), read.append)
    for source in read:
        if source in steps:
            found.append(source)
        elif is_cut(source) or _is_unpacking(source):
            found += sources_of(source, steps)
    return found


def is_cut(node: Node) -> bool:
    """Whether it cuts a tensor in several."""
    return getattr(node.target, "__name__", node.target) in ("chunk", "split")


def _groups(nodes: list[Node], names: dict[Node, str], root: nn.Module) -> Iterator[str]:
    """Yield what each step folds into: a block around it, or a stretch of the root's own steps.

    A step that starts nothing of its own (a ReLU of the root, a reshape) joins the step before.
    A stretch ends where another kind of step begins, and behind a pool of the root, as in
    AlexNet. A later stretch of the same kind is a group of its own, named by its first step.
    """
    modules = dict(root.named_modules())
    around = [_blocks(names[node], modules) for node in nodes]
    sizes = Counter(block for blocks in around for block in blocks)
    kind, group, kinds_before = "", "", set[str]()
    behind_pool = False
    for node, blocks in zip(nodes, around, strict=True):
        module = modules.get(str(node.target)) if node.op == "call_module" else None
        is_roots_own = module is not None and not blocks
        kind_before, kind = kind, _kind(node, names[node], blocks, sizes, modules)
        if not kind:
            kind = "stem" if kind_before == "input" else kind_before
        if kind != kind_before or (behind_pool and is_roots_own):
            group = f"{kind}_{names[node]}" if kind in kinds_before else kind
            kinds_before.add(kind)
        behind_pool = is_roots_own and isinstance(module, _POOLS)
        yield group


def _kind(
    node: Node, name: str, blocks: list[str], sizes: Counter[str], modules: dict[str, nn.Module]
) -> str:
    """Return the block around a step, or which of the root's parts it begins; "" for neither."""
    if node.op == "placeholder":
        return "input"
    return _block(blocks, name, sizes) or _root_group(node, modules)


def _blocks(name: str, modules: dict[str, nn.Module]) -> list[str]:
    """Return the modules around a step that do something of their own, the outermost first."""
    parts = name.split(".")[:-1]
    prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
    return [p for p in prefixes if not isinstance(modules.get(p), _CONTAINERS)]


def _block(found: list[str], name: str, sizes: Counter[str]) -> str:
    """Return the outermost block that still fits a screen.

    The sequence around a step without a block.
    """
    fitting = (block for block in found if sizes[block] <= _MOST)
    return next(fitting, found[-1] if found else name.rpartition(".")[0])


def _root_group(node: Node, modules: dict[str, nn.Module]) -> str:
    if node.op != "call_module":
        return "head" if "flatten" in str(node.target) else ""
    module = modules[str(node.target)]
    return next((group for kind, group in _ROOT_GROUPS if isinstance(module, kind)), "")
