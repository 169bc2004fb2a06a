"""The trained vision Transformers, one shared copy of each: ours for digits, torchvision's."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from viz_models.language import gettext as _
from viz_models.models import download, registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.vision_transformer import VisionConfig, VisionTransformer

if TYPE_CHECKING:
    from torchvision.models import VisionTransformer as TorchVit

DIGITS = "vit_digits"
VIT_SHA256 = "c867db91"  # as torchvision names the file; its beginning


def digits_vit() -> AbstractContextManager[VisionTransformer]:
    """Return the vision Transformer for 8x8 digits.

    Eval, frozen, and yours alone inside the block.
    """
    return _SHELF.take(DIGITS)


def build(seed: int = 0) -> VisionTransformer:
    """Return a fresh, untrained network of your own, in training mode.

    The same for the same seed.
    """
    with registry.seeded(seed):
        return VisionTransformer(VisionConfig())


def vit_b_16() -> "AbstractContextManager[TorchVit]":
    """Lend torchvision's vit_b_16, trained on ImageNet, frozen and in eval mode.

    Raises:
        ValueError: If its weights are not on this machine.

    References:
        Dosovitskiy et al. 2020, table 1, arXiv:2010.11929.
    """
    if not vit_file().exists():
        raise ValueError(_("the weights of vit_b_16 are not on this machine; download them first"))
    return _LARGE.take("vit_b_16")


def vit_url() -> str:
    """Where torchvision has the weights of vit_b_16 (half a second: it imports torchvision)."""
    from torchvision.models import ViT_B_16_Weights

    url: str = ViT_B_16_Weights.IMAGENET1K_V1.url
    return url


def vit_file() -> Path:
    """Where torch keeps the weights of vit_b_16, once they are downloaded."""
    return download.target_of(vit_url())


def fetch_vit() -> Iterator[tuple[int, int]]:
    """Download the weights of vit_b_16: bytes so far and in all, as they come.

    Raises:
        OSError: With one line for the reader.
    """
    return download.download(vit_url(), vit_file(), VIT_SHA256)


def _torchvisions(name: str) -> "TorchVit":
    import torchvision

    with torch.device("meta"):
        model = torchvision.models.get_model(name)
    tensors = torch.load(vit_file(), map_location="cpu", mmap=True, weights_only=True)
    model.load_state_dict(tensors, assign=True)
    return model


def _trained(name: str) -> VisionTransformer:
    model = build()
    model.load_state_dict(weights.load(name))
    return model


_SHELF = Shelf(_trained)
_LARGE = Shelf(_torchvisions)
