"""torchvision's classification models: from a seed, or with the weights of its Weights API."""

import difflib
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from torch import Tensor, nn

from viz_models.language import gettext as _
from viz_models.models import download
from viz_models.patches.light import torchvision
from viz_models.recordings import shipped
from viz_models.records.flow.inputs import Weights
from viz_models.records.flow.zoo import NAMES
from viz_models.records.train.experiments import CIFAR10_CLASSES, ZooSpec

DEMO_MODEL = "resnet18"
MIRROR = "FORWARD_PASS_MIRROR"  # address of a folder with the files of download.pytorch.org/models
# Where torchvision's default takes another size than the network is built for.
_CHOSEN = {"vit_h_14": "IMAGENET1K_SWAG_LINEAR_V1"}
_LONG_START = {"init_weights": True}  # the default, said aloud: torchvision warns otherwise
_OPTIONS: dict[str, dict[str, Any]] = {"googlenet": _LONG_START, "inception_v3": _LONG_START}
# Google's weights expect other colors than ImageNet's; torchvision then adds a step for that.
_RECOLORED = ("googlenet", "inception_v3")
# DenseNet's files are older than its names: "norm.1" has become "norm1".
_OLD_NAME = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)")


def check(name: str) -> None:
    """Raise a ValueError with one clear line unless torchvision has such a model."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 3, 0.5) or ["resnet18", "alexnet", "vgg11"]
        raise ValueError(
            _("unknown model {name!r}; choose a torchvision name: {near}").format(
                name=name, near=", ".join(near)
            )
        )


def network(name: str, *, recolored: bool = False) -> nn.Module:
    """Return a fresh model from torch's global generator, as torchvision builds it.

    Args:
        name: As torchvision calls it.
        recolored: With the steps in front that the weights of GoogLeNet and Inception v3 need.
    """
    options = dict(_OPTIONS.get(name, {}))
    if recolored and name in _RECOLORED:
        options |= {"transform_input": True}
    made: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    return made


@lru_cache
def options(spec: ZooSpec) -> dict[str, object]:
    """Return what torchvision is asked for.

    Heads beside the last would give a tuple in training.
    """
    found: dict[str, object] = {"weights": None, "num_classes": spec.classes}
    if spec.name in ("googlenet", "inception_v3"):
        found |= {"aux_logits": False, "init_weights": True}
    return found


def trainable(spec: ZooSpec) -> nn.Module:
    """Return a network with so many classes and fresh weights, in training mode."""
    made: nn.Module = torchvision.models.get_model(spec.name, **options(spec))
    return made


def api(name: str) -> Any:  # noqa: ANN401 (a member of one of torchvision's enumerations)
    """Return the entry of torchvision's Weights API that "imagenet" stands for."""
    known = torchvision.models.get_model_weights(name)
    return known[_CHOSEN[name]] if name in _CHOSEN else known.DEFAULT


def parameters(name: str) -> int:
    """How many it has, as torchvision's table says; a test holds the table to the models."""
    count: int = api(name).meta["num_params"]
    return count


def megabytes(name: str) -> float:
    """Return how large the file of its weights is, as torchvision's table says."""
    mebibytes: float = api(name).meta["_file_size"]
    return mebibytes * 2**20 / 1e6


def address(name: str) -> tuple[str, str]:
    """Where the weights are, and how their SHA-256 begins: torchvision writes it in the name."""
    url: str = api(name).url
    digest = re.search(r"-([0-9a-f]{8,})\.pth$", url)
    if mirror := os.environ.get(MIRROR):
        url = f"{mirror.rstrip('/')}/{urlsplit(url).path.rsplit('/', 1)[-1]}"
    return url, digest[1] if digest else ""


def file(name: str) -> Path:
    """Where torch keeps the weights of a model once they are downloaded."""
    return download.target_of(address(name)[0])


def fetch(name: str) -> Iterator[tuple[int, int]]:
    """Download the weights of a model into torch's cache; stop reading to stop.

    Yields:
        Bytes so far and in all.

    Raises:
        DownloadError: With one line for the reader.
    """
    url, digest = address(name)
    return download.download(url, file(name), digest)


def fill(model: nn.Module, name: str) -> None:
    """Give a model on the meta device its weights from torch's cache, which may hold no code.

    Raises:
        ValueError: If they are not there, or the file is damaged.
    """
    path = file(name)
    if not path.exists():
        raise ValueError(
            _("the weights of {name} are not on this machine; download them first").format(
                name=name
            )
        )
    try:
        tensors: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
        tensors = {_OLD_NAME.sub(r"\1\2", key): value for key, value in tensors.items()}
        model.load_state_dict(tensors, assign=True)
    except Exception as error:  # torch.load has no error of its own
        line = str(error).splitlines()[0]
        raise ValueError(
            _("{path} is damaged; remove it and download it anew ({line})").format(
                path=path, line=line
            )
        ) from error


def demo_is_here() -> bool:
    """Whether the weights that this project trained are shipped."""
    return shipped.DEMO in shipped.names()


def default_weights(name: str) -> Weights:
    """Return what to show first: what has learned something, if it is here."""
    return "demo" if name == DEMO_MODEL and demo_is_here() else "random"


def demo_network() -> nn.Module:
    """ResNet18 for the ten things of CIFAR-10, not trained yet."""
    made: nn.Module = torchvision.models.resnet18(weights=None, num_classes=len(CIFAR10_CLASSES))
    return made
