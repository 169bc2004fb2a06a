"""The steps of a known network before it runs: names, links, shapes, and the calls behind them.

A network without weights is run once, on torch's meta device, which computes shapes alone. Every
later pass has the same steps in the same order, so a step is found again by its number.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet import names
from viz_models.analysis.anynet.grouping import groups
from viz_models.analysis.anynet.session import Session, unnumbered
from viz_models.analysis.anynet.watcher import Draft, Given, Watcher
from viz_models.analysis.anynet.watching import watched
from viz_models.analysis.flow.parts import NOTHING, Change
from viz_models.analysis.pricing.counting import Counter
from viz_models.models import registry
from viz_models.records import ModelRef

_OPENING = "resnet18"  # what the page opens with, and nobody should wait for
_PART = "getitem"  # what torch.fx calls one of several tensors that a call gave


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One tensor that a network computes."""

    name: str  # "input" for the photo
    group: str  # what it folds into
    function: str  # "torch.nn.functional.relu"; "input" for the photo
    module: str  # the one of torch's modules that gives it; "" for none
    sources: tuple["Planned", ...]  # what it is computed from, in torch's order; x + x counts twice
    reads: tuple[str, ...]  # parameters and buffers that its call reads
    shape: tuple[int, ...]  # without the batch axis
    macs: int  # as torch counts them
    is_part: bool  # one of several that its call gave
    args: tuple[Any, ...]  # of the call; None for a tensor
    kwargs: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All steps of a network in order; it holds no weights and is right for any copy."""

    steps: tuple[Planned, ...]
    calls: tuple[str, ...]  # the function of every call, also of those that are no step
    numbered: Mapping[tuple[int, int], Planned]  # number of the call, output of it -> step
    skeleton: nn.Module

    def by_name(self, change: Callable[[str, Tensor], Tensor]) -> Given:
        """Return what a watcher asks, for somebody who knows steps by their names.

        Args:
            change: Is told of each step with its value, batch axis included, and returns what the
                step gives.
        """

        def given(draft: Draft, out: Any) -> Any:  # noqa: ANN401 (whatever a call gives)
            if draft.number >= len(self.calls) or draft.function != self.calls[draft.number]:
                raise RuntimeError(f"{draft.function} is not what came here when this was planned")
            parts = iter(range(1 << 30))

            def changed(value: Any) -> Any:  # noqa: ANN401
                if isinstance(value, Tensor):
                    step = self.numbered.get((draft.number, next(parts)))
                    return change(step.name, value) if step else value
                if type(value) in (tuple, list):
                    return type(value)(map(changed, value))
                return value

            return changed(out)

        return given


def plan(ref: ModelRef) -> Plan:
    """Return the steps of a network, planned once per architecture.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _plan(ref.architecture)


@lru_cache(maxsize=8)
def _plan(ref: ModelRef) -> Plan:
    skeleton, shape = registry.skeleton(ref), registry.card(ref).input_shape
    if ref.name != _OPENING or ref.build is not None:
        return plan_of(skeleton, torch.empty(1, *shape, device="meta"))
    with registry.shared(ref) as model:  # to be run anyway; on the meta device, the first
        return plan_of(model, torch.zeros(1, *shape), skeleton)  # relu imports a compiler


def plan_of(net: nn.Module, x: Tensor, skeleton: nn.Module | None = None) -> Plan:
    """Return the steps of any network, in eval mode.

    Args:
        net: Best on the meta device: only its modules and shapes are used.
        x: What it takes, on the same device, with a batch axis.
        skeleton: The same network on the meta device, if `net` is not there.
    """
    with torch.no_grad(), Counter() as counter:
        seen = _Seen(net, counter)
        walk(seen, net, x)
    read = {source[:2] for draft in seen.steps for source in draft.sources}
    made = [
        (draft, k)
        for draft in seen.steps
        for k in range(len(draft.sizes))
        if len(draft.sizes) == 1 or (draft.number, k) in read  # the rest of a cut is thrown away
    ]
    found = names.extracted([_unnumbered(draft) for draft, _ in made])
    steps = [(*m, name) for m, name in zip(made, found, strict=True) if _is_step(*m)]
    modules = [draft.path if draft.is_modules_own else "" for draft, *_ in steps]
    root = skeleton or net
    around = groups([(n, m, d.function) for (d, _, n), m in zip(steps, modules, strict=True)], root)
    numbered: dict[tuple[int, int], Planned] = {}
    for (draft, k, name), module, group in zip(steps, modules, around, strict=True):
        call = seen.calls[draft.number]
        numbered[draft.number, k] = Planned(
            name=name,
            group=group,
            function=draft.function,
            module=module,
            sources=tuple(numbered[s[:2]] for s in draft.sources if s[:2] in numbered),
            reads=tuple(known for *_, known, _ in draft.sources if known),
            shape=_of_one(draft.sizes[k][0]),
            macs=call.macs,
            is_part=len(draft.sizes) > 1,
            args=call.args,
            kwargs=call.kwargs,
        )
    calls = tuple(draft.function for draft in seen.steps)
    return Plan(tuple(numbered.values()), calls, numbered, root)


def walk(watcher: Watcher, net: nn.Module, x: Tensor) -> Tensor:
    """Run a network with a watcher that sees the steps of its plan; return its output.

    Args:
        watcher: Sees each step.
        net: Any network with a plan, in eval mode; it may be on any device.
        x: What it takes, with a batch axis; it is copied, for a first layer may work in place.
    """
    taken = watcher.take("input", x.clone())
    out: Tensor = watched(watcher, net, lambda: net(taken), as_extracted=True)
    return out


def until(planned: Plan, name: str, net: nn.Module, x: Tensor, change: Change = NOTHING) -> Tensor:
    """Run a network until a step, and return what that gave, batch axis included.

    Nothing behind the step runs: it might overwrite the value.

    Raises:
        ValueError: If there is no such step.
    """
    if name not in (step.name for step in planned.steps):
        raise ValueError(f"unknown step {name!r}; choose one of the network's steps")

    def given(step: str, value: Tensor) -> Tensor:
        value = change.applied(step, value)
        if step == name:
            raise _ReachedError(value)
        return value

    try:
        walk(Watcher(planned.by_name(given)), net, x)
    except _ReachedError as reached:
        return reached.value
    raise RuntimeError(f"{name} did not run, though it was planned")


class _ReachedError(Exception):
    """Ends a forward pass at a step."""

    def __init__(self, value: Tensor) -> None:
        super().__init__()
        self.value = value


def without_batch(value: Tensor) -> Tensor:
    """Return the value of one example; a table of biases has no batch."""
    return value[0] if value.ndim and value.shape[0] == 1 else value


def _of_one(size: torch.Size) -> tuple[int, ...]:
    return tuple(size[1:] if size and size[0] == 1 else size)


def _is_step(draft: Draft, output: int) -> bool:
    _, dtype, _ = draft.sizes[output]
    return dtype.is_floating_point


def _unnumbered(draft: Draft) -> tuple[str, str]:
    """Return the name of what a call gave, and the class around it."""
    around = type(draft.module).__name__
    if len(draft.sizes) == 1:
        return unnumbered(draft), around
    return f"{draft.path}.{_PART}" if draft.path else _PART, around


@dataclass(frozen=True, slots=True)
class _Call:
    macs: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class _Seen(Session):
    """Notes how each step was called, and how many multiply-adds it took."""

    def __init__(self, root: nn.Module, counter: Counter) -> None:
        super().__init__(root, float("inf"))
        self.counter, self.before = counter, 0
        self.calls: list[_Call] = []
        self.given_now: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def read(self, draft: Draft, args: Iterable[Any], kwargs: Mapping[str, Any]) -> None:
        """Note what a call is given, without the tensors."""
        super().read(draft, args, kwargs)
        self.given_now = tuple(map(_plain, args)), {k: _plain(v) for k, v in kwargs.items()}

    def add(self, draft: Draft, made: list[Tensor]) -> None:
        """Note what a step took since the one before."""
        super().add(draft, made)
        self.calls.append(_Call(self.counter.macs - self.before, *self.given_now))
        self.before, self.given_now = self.counter.macs, ((), {})


def _plain(value: Any) -> Any:  # noqa: ANN401 (an argument of any call)
    """Return an argument without the tensors in it, which would stay as long as the plan."""
    if isinstance(value, Tensor):
        return None
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
