"""Recurrent networks that the builder's controls can ask for, small enough for hundreds."""

from dataclasses import fields
from typing import get_args, get_type_hints

import torch
from hypothesis import strategies as st

from viz_models.models.builder.repair import repaired
from viz_models.records import RnnSpec

SIZES = {
    "layers": (1, 3),
    "hidden": (1, 12),
    "in_channels": (1, 3),
    "size": (1, 9),
    "vocabulary": (2, 40),
    "length": (1, 9),
    "embed": (1, 9),
    "classes": (1, 20),
}


def _values(name, hint):
    if get_args(hint):
        return st.sampled_from(get_args(hint))
    if hint is bool:
        return st.booleans()
    if name in SIZES:
        return st.integers(*SIZES[name])
    return st.sampled_from([0.0, 1.0, 4.0] if name == "forget_bias" else [0.0, 0.3])


HINTS = get_type_hints(RnnSpec)
ASKED = st.builds(RnnSpec, **{f.name: _values(f.name, HINTS[f.name]) for f in fields(RnnSpec)})
SPECS = ASKED.map(lambda spec: repaired(spec)[0])


def shape(spec):
    """Of one example."""
    return (spec.length,) if spec.source == "tokens" else (spec.in_channels, spec.size, spec.size)


def example(spec, n, seed=0, device="cpu"):
    """A batch that the network takes."""
    generator = torch.Generator().manual_seed(seed)
    if spec.source == "tokens":
        x = torch.randint(spec.vocabulary, (n, spec.length), generator=generator)
    else:
        x = torch.randn(n, *shape(spec), generator=generator)
    return x.to(device)
