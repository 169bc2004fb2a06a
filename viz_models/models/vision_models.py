"""The trained vision Transformer for digits, one shared copy."""

from contextlib import AbstractContextManager

from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.transformer import VisionConfig, VisionTransformer


def digits_vit() -> AbstractContextManager[VisionTransformer]:
    """The vision Transformer for 8x8 digits: eval, frozen, and yours alone inside the block."""
    return _SHELF.take("vit_digits")


def build(seed: int = 0) -> VisionTransformer:
    """A fresh, untrained network of your own, in training mode; the same for the same seed."""
    with registry.seeded(seed):
        return VisionTransformer(VisionConfig())


def _trained(name: str) -> VisionTransformer:
    model = build()
    model.load_state_dict(weights.load(name))
    return model


_SHELF = Shelf(_trained)
