"""The networks that can be explored, and the one place that builds and shares them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from viz_models.models.builder.conv import ConvNet
from viz_models.models.builder.repair import repaired
from viz_models.models.light import torchvision
from viz_models.records import ConvSpec, ModelRef

SHARED_BYTES = 256 * 2**20  # five ResNet18s; the oldest go first
MAX_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a page needs to know about a network before it is built."""

    title: str
    builder: Callable[[], nn.Module]  # freshly initialized, from torch's global generator
    input_shape: tuple[int, int, int]  # C H W
    mean: tuple[float, ...]  # what preprocessing subtracts, per channel, of 0..1
    std: tuple[float, ...]  # and divides by
    labels: tuple[str, ...]  # one per class


CARDS = {
    "resnet18": ModelCard(
        title="ResNet18",
        builder=lambda: torchvision.models.resnet18(weights=None),
        input_shape=(3, 224, 224),
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        labels=tuple(torchvision.models.ResNet18_Weights.IMAGENET1K_V1.meta["categories"]),
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    model: nn.Module
    lock: threading.Lock
    bytes: int


_seeding = threading.Lock()  # torch has one global generator for all threads
_listing = threading.Lock()  # held for microseconds, never while building
_models: OrderedDict[ModelRef, _Shared] = OrderedDict()


def card(ref: ModelRef) -> ModelCard:
    """The card of a network.

    Raises:
        ValueError: If the name, the weights or the seed is not one we have, or if the parts of
            a built network cannot go together.
    """
    if ref.build is None and ref.name not in CARDS:
        raise ValueError(f"unknown model {ref.name!r}; choose from {', '.join(sorted(CARDS))}")
    if ref.weights != "random":
        raise ValueError(f"unknown weights {ref.weights!r} for {ref.name}; choose random")
    if not 0 <= ref.seed <= MAX_SEED:
        raise ValueError(f"seed {ref.seed} is out of range; choose 0 to {MAX_SEED}")
    return CARDS[ref.name] if ref.build is None else _built(ref.build)


def _built(spec: ConvSpec) -> ModelCard:
    _, repairs = repaired(spec)
    if repairs:
        raise ValueError(f"{repairs[0].field}: {repairs[0].why}")
    return replace(
        CARDS["resnet18"],  # photos are normalized alike for all
        title="the network you built",
        builder=lambda: ConvNet(spec),
        input_shape=(spec.in_channels, spec.size, spec.size),
        labels=tuple(f"class {i}" for i in range(spec.classes)),
    )


def build(ref: ModelRef) -> nn.Module:
    """A fresh network of your own, in training mode, as torchvision would build it.

    Equals `torch.manual_seed(ref.seed)` followed by the builder bit for bit, but leaves
    torch's global generator where it was.

    Raises:
        ValueError: If the registry does not have it.
    """
    builder = card(ref).builder
    with seeded(ref.seed):
        return builder()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers of torch's global generator as after `torch.manual_seed(seed)`.

    Modules initialize themselves from that generator alone, and all threads share it: only one
    thread is inside at a time, and the generator is left where it was. Do not nest.
    """
    with _seeding, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def skeleton(ref: ModelRef) -> nn.Module:
    """The network on the meta device: shapes and modules, no values, no memory."""
    with torch.device("meta"), _Unfilled():
        return card(ref).builder().eval()


class _Unfilled(TorchFunctionMode):
    """There is no memory to fill, and torch would import its compiler for it."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        """Call anything but what fills a tensor with normal numbers."""
        return args[0] if func is Tensor.normal_ else func(*args, **(kwargs or {}))


@contextmanager
def shared(ref: ModelRef) -> Iterator[nn.Module]:
    """The process-wide copy of a network: eval, frozen, and yours alone inside the block.

    Do not change it. What takes seconds or needs gradients belongs on a copy from `build`.

    Raises:
        ValueError: If the registry does not have it.
    """
    entry = _find(ref) or _add(ref)
    with entry.lock:
        yield entry.model


def _find(ref: ModelRef) -> _Shared | None:
    with _listing:
        if ref in _models:
            _models.move_to_end(ref)
        return _models.get(ref)


def _add(ref: ModelRef) -> _Shared:
    model = build(ref).eval().requires_grad_(False)
    size = sum(t.nbytes for t in model.state_dict().values())
    with _listing:
        entry = _models.setdefault(ref, _Shared(model, threading.Lock(), size))
        while len(_models) > 1 and sum(e.bytes for e in _models.values()) > SHARED_BYTES:
            _models.popitem(last=False)
    return entry
