"""A network as a list of operations, named as torchvision's feature extraction names them."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.fx import Node

from viz_models.models import registry
from viz_models.models.light import torchvision
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


_TRACING = threading.Lock()


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
    """The operations of a network, traced once per architecture with torch.fx.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _graph(replace(ref, seed=0, trained=""))


@lru_cache(maxsize=8)
def _graph(ref: ModelRef) -> Graph:
    return graph_of(registry.skeleton(ref))


def graph_of(skeleton: nn.Module) -> Graph:
    """The operations of any network that torch.fx can follow, in eval mode.

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
    """The forward until a step, whose output is returned as that step gave it.

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


def _groups(nodes: list[Node], names: dict[Node, str], root: nn.Module) -> Iterator[str]:
    """What folds together: the outermost block around a step, or a run of the root's own steps.

    A step that starts nothing of its own (a ReLU of the root, a reshape) joins the step before.
    """
    modules = dict(root.named_modules())
    last, current, used = "", "", set[str]()
    for node in nodes:
        wanted = "input" if node.op == "placeholder" else _block(names[node], modules)
        wanted = wanted or _root_group(node, modules) or last
        if wanted != last:  # a second stretch of the same kind is a group of its own
            current = f"{wanted}_{names[node]}" if wanted in used else wanted
            last = wanted
            used.add(wanted)
        yield current


def _block(name: str, modules: dict[str, nn.Module]) -> str:
    """The first module on the way down that does something of its own and is no leaf."""
    parts = name.split(".")[:-1]
    prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
    own = [p for p in prefixes if not isinstance(modules.get(p), _CONTAINERS)]
    return own[0] if own else (prefixes[-1] if prefixes else "")


def _root_group(node: Node, modules: dict[str, nn.Module]) -> str:
    if node.op != "call_module":
        return "head" if "flatten" in str(node.target) else ""
    module = modules[str(node.target)]
    return next((group for kind, group in _ROOT_GROUPS if isinstance(module, kind)), "")
