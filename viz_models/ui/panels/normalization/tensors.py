"""The tensors that the lessons on normalization look at, and a norm as one writes it."""

from viz_models.language import N_
from viz_models.records import NormSpec, Place, SourceSpec

DIGITS = SourceSpec(kind="digits", shape=(1797, 8, 8, 8))  # as many as there are
DRAWN = SourceSpec(kind="normal", shape=(1797, 8, 8, 8))
SIDES = {N_("8×8 maps"): None, N_("2×2 maps"): 2, N_("1×1 maps"): 1}


def module(spec: NormSpec, shape: Place) -> str:
    """Return the norm of an (N, C, H, W) tensor as one writes it.

    "nn.GroupNorm(2, 8, eps=1e-05)".
    """
    _, channels, *maps = shape
    covered = str(channels) if spec.over == "c" else str((channels, *maps))
    name, arguments = {
        "batch": ("BatchNorm2d", f"{channels}"),
        "layer": ("LayerNorm", covered),
        "instance": ("InstanceNorm2d", f"{channels}, affine=True"),
        "group": ("GroupNorm", f"{spec.groups}, {channels}"),
        "rms": ("RMSNorm", covered),
    }[spec.norm]
    return f"nn.{name}({arguments}, eps={spec.eps:g})"
