"""What is one step, though many calls of torch run inside, or none."""

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from torch import nn

# In eval mode these leave their fast path, and change their last bits, when somebody looks.
FUSED = (nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerEncoder)
_FUNCTIONS = {  # torchvision marks them with torch.fx.wrap
    "torchvision.models.swin_transformer": (
        "_patch_merging_pad",
        "_get_relative_position_bias",
        "shifted_window_attention",
    ),
    "torchvision.ops.stochastic_depth": ("stochastic_depth",),
}


def is_fused(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Return whether one of torch's modules would take another way if its calls were seen."""
    if module.training or not isinstance(module, FUSED):
        return False
    if isinstance(module, nn.TransformerEncoder):  # it packs sentences only where there is padding
        return len(args) > 2 or kwargs.get("src_key_padding_mask") is not None
    return True


def functions() -> Iterator[tuple[ModuleType, tuple[str, ...]]]:
    """Yield the functions that are one step for torchvision's feature extraction.

    Each with the module of Python where it stands, as far as that is imported.
    """
    for name, found in _FUNCTIONS.items():
        if (home := sys.modules.get(name)) is not None:
            yield home, found
