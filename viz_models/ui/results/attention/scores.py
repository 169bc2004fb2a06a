"""The door from the lessons on attention to what is computed; torch waits behind it.

Every result is looked up before it is made. A pass depends on the text and the network alone,
so that another head or another mask costs no second one.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viz_models.records import (
    AttendSpec,
    AttentionStages,
    Block,
    FilledRow,
    MaskedCall,
    PaddedBatch,
    Score,
    TextAttention,
)
from viz_models.ui.kit import cache
from viz_models.ui.kit.cache import cached

if TYPE_CHECKING:
    from viz_models.analysis.attention.reading import Reading

_DEFAULT = AttendSpec()


def asked(spec: AttendSpec) -> AttendSpec:
    """Return the spec without what the pass does not depend on.

    Which attention, which head, the mask.
    """
    return replace(spec, part=_DEFAULT.part, layer=0, head=0, mask=None)


def reading(spec: AttendSpec) -> "Reading":
    """Return the pass of a text, everything kept.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.attention.reading import read

    key = asked(spec)
    return cache.remembered((key, "reading"), lambda: read(key), lambda r: r.bytes)


@cached(asked)
def text(spec: AttendSpec) -> TextAttention:
    """Return what the network makes of a text: its words, what it writes, all its weights."""
    from viz_models.analysis.attention.scores import text_attention

    return text_attention(asked(spec), reading(spec))


@cached()
def stages(spec: AttendSpec) -> AttentionStages:
    """One head from Q, K and V to its output."""
    from viz_models.analysis.attention.scores import stages as compute

    return compute(spec, reading(spec))


def _all_heads(spec: AttendSpec) -> AttendSpec:
    return replace(spec, layer=0, head=0)


@cached(_all_heads)
def head_weights(spec: AttendSpec) -> np.ndarray:
    """(L, H, T, S) weights of all heads of one kind of attention under the spec's mask."""
    from viz_models.analysis.attention.scores import head_weights as compute

    return compute(_all_heads(spec), reading(spec)).numpy()


def _whole_layer(spec: AttendSpec) -> AttendSpec:
    return replace(spec, head=0, mask=None)


@cached(_whole_layer)
def block(spec: AttendSpec) -> Block:
    """Return the layer around an attention."""
    from viz_models.analysis.attention.block import block as compute

    return compute(_whole_layer(spec), reading(spec))


def batch(spec: AttendSpec) -> PaddedBatch:
    """Return the sentences of the batch as the keys of an attention see them."""
    from viz_models.analysis.attention.reading import batch as compute

    return compute(reading(spec), spec.part)


@cached()
def score(spec: AttendSpec, query: int, key: int) -> Score:
    """One score, from its products to its share of the row."""
    from viz_models.analysis.attention.score import score as compute

    fill = spec.mask.fill if spec.mask else "-inf"
    return compute(stages(spec), query, key, fill)


def three_ways(spec: AttendSpec, query: int) -> tuple[FilledRow, ...]:
    """One row of weights under the three ways to strike out what it may not see."""
    from viz_models.analysis.attention.masks import three_ways as compute

    found = stages(spec)
    return compute(found.scaled[query], found.allowed[query])


@cached()
def empty_row() -> tuple[MaskedCall, ...]:
    """Return what four calls of torch make of a query that may look at nothing."""
    from viz_models.analysis.attention.rows import empty_row as compute

    return compute()


@cached()
def conventions() -> tuple[MaskedCall, ...]:
    """Return what two calls of torch make of the same boolean mask."""
    from viz_models.analysis.attention.rows import conventions as compute

    return compute()
