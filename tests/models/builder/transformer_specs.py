"""Transformers that the builder's controls can ask for, small enough to run by the hundred."""

from dataclasses import fields
from typing import get_args, get_type_hints

import torch
from hypothesis import strategies as st

from viz_models.models.builder.repair import repaired
from viz_models.records import TransformerSpec

SIZES = {
    "layers": (1, 3),
    "d_model": (1, 48),
    "num_heads": (1, 8),
    "num_kv_heads": (1, 8),
    "vocabulary": (2, 40),
    "length": (1, 40),
    "size": (4, 32),
    "in_channels": (1, 3),
    "patch": (2, 12),
    "classes": (1, 20),
}


def _values(name, hint):
    if get_args(hint):
        return st.sampled_from(get_args(hint))
    if hint is bool:
        return st.booleans()
    if name in SIZES:
        return st.integers(*SIZES[name])
    return st.sampled_from([0.25, 1.0, 2.7, 4.0] if name == "ffn_factor" else [0.0, 0.3])


HINTS = get_type_hints(TransformerSpec)
ASKED = st.builds(
    TransformerSpec, **{f.name: _values(f.name, HINTS[f.name]) for f in fields(TransformerSpec)}
)
SPECS = ASKED.map(lambda spec: repaired(spec)[0])


def example(spec, n, seed=0):
    """A batch that the network takes."""
    generator = torch.Generator().manual_seed(seed)
    if spec.source == "tokens":
        return torch.randint(spec.vocabulary, (n, spec.length), generator=generator)
    return torch.randn(n, spec.in_channels, spec.size, spec.size, generator=generator)
