"""The networks that can be explored, and the one place that builds and shares them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, get_args

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from viz_models.language import gettext as _
from viz_models.models import weights, zoo
from viz_models.models.builder import repair
from viz_models.models.builder.conv import ConvNet
from viz_models.models.builder.mlp import Mlp
from viz_models.models.builder.recurrent import Recurrent
from viz_models.models.builder.transformer import Transformer
from viz_models.models.builder.unrolled import Unrolled
from viz_models.models.digits_net import DigitsNet
from viz_models.patches.unfilled import unfilled
from viz_models.recordings.shipped import DEMO
from viz_models.records import (
    CIFAR10_CLASSES,
    ConvSpec,
    DigitsNetSpec,
    MlpSpec,
    ModelRef,
    RnnSpec,
    TransformerSpec,
    ZooSpec,
)
from viz_models.records.flow.inputs import Built, Weights

SHARED_BYTES = 256 * 2**20  # five ResNet18s; the oldest go first
MAX_SEED = 2**32 - 1
TITLES = {"resnet18": "ResNet18"}  # where people write it otherwise than torchvision


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a page needs to know about a network before it is built."""

    title: str
    builder: Callable[[], nn.Module]  # freshly initialized, from torch's global generator
    input_shape: tuple[int, int, int]  # C H W
    mean: tuple[float, ...]  # what preprocessing subtracts, per channel, of 0..1
    std: tuple[float, ...]  # and divides by
    labels: tuple[str, ...]  # one per class
    resize: int = 0  # px, the short side before the crop; 0: 8/7 of the crop
    interpolation: str = "bilinear"  # or "bicubic"


@lru_cache
def _card(name: str, weights: Weights) -> ModelCard:
    """Return the card of one of torchvision's models, from what its Weights API says."""
    preset = zoo.api(name).transforms()
    demo = weights == "demo"
    return ModelCard(
        title=TITLES.get(name, name),
        builder=zoo.demo_network
        if demo
        else partial(zoo.network, name, recolored=weights == "imagenet"),
        input_shape=(3, *preset.crop_size * 2),
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        labels=CIFAR10_CLASSES if demo else tuple(zoo.api(name).meta["categories"]),
        resize=preset.resize_size[0],
        interpolation=preset.interpolation.value,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    model: nn.Module
    lock: threading.RLock
    bytes: int


_listing = threading.Lock()  # held for microseconds, never while building
_models: OrderedDict[ModelRef, _Shared] = OrderedDict()


def card(ref: ModelRef) -> ModelCard:
    """Return the card of a network.

    Raises:
        ValueError: If the name, the weights or the seed is not one we have, or if the parts of
            a built network cannot go together.
    """
    if ref.build is None:
        zoo.check(ref.name)
    if ref.weights != "random":
        _check_weights(ref)
    if not 0 <= ref.seed <= MAX_SEED:
        raise ValueError(
            _("seed {seed} is out of range; choose 0 to {max_seed}").format(
                seed=ref.seed, max_seed=MAX_SEED
            )
        )
    if ref.build is None:
        return _card(ref.name, ref.weights)
    found = _built(ref.build, ref.side)
    return replace(found, labels=ref.labels) if len(ref.labels) == len(found.labels) else found


def _check_weights(ref: ModelRef) -> None:
    if ref.weights not in get_args(Weights):
        raise ValueError(
            _("unknown weights {weights!r}; choose {weights_2}").format(
                weights=ref.weights, weights_2=", ".join(get_args(Weights))
            )
        )
    if ref.build is not None:
        raise ValueError(
            _("a network of your own has no {weights} weights; choose random").format(
                weights=ref.weights
            )
        )
    if ref.weights == "demo" and (ref.name != zoo.DEMO_MODEL or not zoo.demo_is_here()):
        raise ValueError(
            _("there are no demo weights for {name} here; choose random or imagenet").format(
                name=ref.name
            )
        )


def _built(spec: Built, side: int) -> ModelCard:
    if isinstance(spec, ZooSpec):
        zoo.check(spec.name)
        return replace(
            _card(spec.name, "random"),
            builder=lambda: zoo.trainable(spec),
            input_shape=(3, side, side),
            labels=tuple(f"class {i}" for i in range(spec.classes)),
        )
    if isinstance(spec, DigitsNetSpec):
        return replace(
            _card("resnet18", "random"),
            title="a small network for digits",
            builder=lambda: DigitsNet(spec),
            input_shape=(1, 8, 8),
            labels=tuple("0123456789"),
        )
    repair.check(spec)
    return replace(
        _card("resnet18", "random"),  # photos are normalized alike for all
        title="the network you built",
        builder=lambda: _own(spec),
        input_shape=(spec.in_channels, spec.size, spec.size),
        labels=tuple(f"class {i}" for i in range(spec.classes)),
    )


def _own(spec: ConvSpec | MlpSpec | TransformerSpec | RnnSpec) -> nn.Module:
    """One of the builder's networks, with whatever random numbers come."""
    if isinstance(spec, ConvSpec):
        return ConvNet(spec)
    if isinstance(spec, RnnSpec):
        return Recurrent(spec)
    return Mlp(spec) if isinstance(spec, MlpSpec) else Transformer(spec)


def build(ref: ModelRef) -> nn.Module:
    """Return a fresh network of your own, in training mode, as torchvision would build it.

    Equals `torch.manual_seed(ref.seed)` followed by the builder bit for bit, but leaves
    torch's global generator where it was. With `ref.trained` it has the weights of that file.

    Raises:
        ValueError: If the registry does not have it, or the file has other weights.
    """
    builder = card(ref).builder
    if ref.weights == "imagenet":
        model = skeleton(ref).train()
        zoo.fill(model, ref.name)
        return model
    with seeded(ref.seed):
        model = builder()
    if ref.weights == "demo":
        model.load_state_dict(weights.load(DEMO))
    if ref.trained:
        _load(model, ref.trained)
    return _unrolled(model)


def _unrolled(model: nn.Module) -> nn.Module:
    """Return a recurrent network step by step, so that each step is one of its operations."""
    return Unrolled(model) if isinstance(model, Recurrent) else model


def _load(model: nn.Module, path: str) -> None:
    """Fill a network from a file of safetensors, which can hold no code."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        model.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        line = str(error).splitlines()[0]
        raise ValueError(
            _("these weights cannot be opened in this network: {line}").format(line=line)
        ) from error


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers as after `torch.manual_seed(seed)`, bit for bit, for this thread alone.

    Modules initialize themselves from torch's global generator, which all threads share. Here each
    call that would draw from it draws from a generator of its own, so that nobody waits for
    somebody else's large network; the global one is left alone. On the CPU only; do not nest.
    """
    with _Seeded(torch.Generator().manual_seed(seed)):
        yield


class _Seeded(TorchFunctionMode):
    """Calls that draw random numbers and name no generator get this one."""

    def __init__(self, generator: torch.Generator) -> None:
        """Draw from `generator`."""
        super().__init__()
        self._generator = generator

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        """Call anything; what takes a generator gets ours. Nothing on the meta device draws."""
        given = dict(kwargs or {})
        draws = func in _DRAWING or "generator" in given
        filled = args[0] if args else given.get("tensor")
        hollow = isinstance(filled, Tensor) and filled.is_meta
        if draws and given.get("generator") is None and not hollow:
            given["generator"] = self._generator
        return func(*args, **given)


_DRAWING = (
    *(torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli),
    *(torch.multinomial, Tensor.normal_, Tensor.uniform_, Tensor.random_, Tensor.bernoulli_),
    *(Tensor.exponential_, Tensor.geometric_, Tensor.cauchy_, Tensor.log_normal_),
)


def skeleton(ref: ModelRef) -> nn.Module:
    """Return the network on the meta device: shapes and modules, no values, no memory."""
    with unfilled():
        return _unrolled(card(ref).builder().to("meta").eval())


@contextmanager
def shared(ref: ModelRef) -> Iterator[nn.Module]:
    """Yield the process-wide copy of a network: eval, frozen, and yours alone inside the block.

    What is called inside the block may ask for the same network again. Do not change it. What
    takes seconds or needs gradients belongs on a copy from `build`.

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
        entry = _models.setdefault(ref, _Shared(model, threading.RLock(), size))
        while len(_models) > 1 and sum(e.bytes for e in _models.values()) > SHARED_BYTES:
            _models.popitem(last=False)
    return entry
