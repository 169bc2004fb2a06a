"""What a KV cache costs in bytes and saves in time, on this machine."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.attention.cache import KvCache, random_cache, step
from viz_models.analysis.attention.incremental import Incremental
from viz_models.analysis.attention.sharing import KV_HEADS, network
from viz_models.models.attention import MultiHeadAttention
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, EOS, MAX_TOKENS
from viz_models.records import CacheGrowth, CacheTimes, CacheTimesSpec, Provenance, WordTimes

LIMIT = 1 << 26  # bytes of one cache that is timed
WORDS = (1, 8, 16, 32, 64, 128)


@torch.no_grad()
def growth(lengths: tuple[int, ...] = WORDS) -> CacheGrowth:
    """Return the bytes of the trained translators' caches, read from their tensors.

    Raises:
        ValueError: If a length is not one that the translators can write.
    """
    if not lengths or min(lengths) < 1 or max(lengths) > MAX_TOKENS:
        raise ValueError(f"choose lengths of 1 to {MAX_TOKENS} words, got {lengths}")
    held, source = np.zeros((len(KV_HEADS), len(lengths)), np.int64), []
    for row, kv_heads in enumerate(KV_HEADS):
        decoder = Incremental(network("retrained", kv_heads), torch.tensor([[EOS]]))
        source.append(decoder.source_nbytes)
        for written in range(1, max(lengths) + 1):
            decoder.step(torch.tensor([BOS]))
            if written in lengths:
                held[row, lengths.index(written)] = decoder.nbytes
    return CacheGrowth(
        kv_heads=KV_HEADS,
        lengths=np.array(lengths),
        nbytes=held,
        source_nbytes=np.array(source),
        provenance=_provenance(),
    )


@torch.no_grad()
def layer_times(spec: CacheTimesSpec) -> CacheTimes:
    """Measure one more token in one attention layer whose cache already has each length.

    Weights and cache are drawn from N(0, 1): what is in them does not change the time.

    Raises:
        ValueError: If the spec cannot be measured.
    """
    _check(spec)
    size = (len(spec.kv_heads), len(spec.lengths))
    spent, held = np.zeros(size), np.zeros(size, np.int64)
    generator = torch.Generator().manual_seed(spec.seed)
    width = spec.num_heads * spec.d_k
    x = torch.randn(1, 1, width, generator=generator)
    layers = [
        MultiHeadAttention(width, spec.num_heads, kv_heads).requires_grad_(False)
        for kv_heads in spec.kv_heads
    ]
    for column, length in enumerate(spec.lengths):
        kept = [random_cache(layer, length, generator) for layer in layers]
        work = [partial(_one_more, layer, x, k) for layer, k in zip(layers, kept, strict=True)]
        spent[:, column] = _milliseconds(work, spec.repeats)
        held[:, column] = [k.nbytes for k in kept]
    return CacheTimes(spec=spec, milliseconds=spent, nbytes=held, provenance=_provenance(spec.seed))


@torch.no_grad()
def word_times(lengths: tuple[int, ...] = WORDS, repeats: int = 9) -> WordTimes:
    """Measure the next word in the trained translators, with caches and without.

    Raises:
        ValueError: If a length is not one that the translators can write.
    """
    if not lengths or min(lengths) < 1 or max(lengths) > MAX_TOKENS:
        raise ValueError(f"choose lengths of 1 to {MAX_TOKENS} words, got {lengths}")
    source, word = torch.tensor([[EOS]]), torch.tensor([BOS])
    size = (len(KV_HEADS), len(lengths))
    cached, again = np.zeros(size), np.zeros(size)
    models = [network("retrained", kv_heads) for kv_heads in KV_HEADS]
    for column, length in enumerate(lengths):
        work: list[Callable[[], object]] = []
        for model in models:
            decoder = Incremental(model, source, room=length + repeats)
            for _ in range(length - 1):
                decoder.step(word)
            work += [partial(decoder.step, word)]
            work += [partial(model, source, torch.full((1, length), BOS))]
        spent = _milliseconds(work, repeats)
        cached[:, column], again[:, column] = spent[::2], spent[1::2]
    return WordTimes(
        lengths=np.array(lengths),
        kv_heads=KV_HEADS,
        cached=cached,
        recomputed=again,
        provenance=_provenance(),
    )


def _one_more(layer: MultiHeadAttention, x: Tensor, kept: KvCache) -> None:
    """Add one token to the cache, then forget it again, so that every run finds the same cache."""
    before = kept.length
    step(layer, x, kept)
    kept.length = before


def _milliseconds(work: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Return the fastest run of each; they take turns, so that other work slows all of them.

    Other work only ever adds, so the fastest turn is nearest to what the work itself takes.
    """
    spent = [[0.0] * repeats for _ in work]
    for turn in range(repeats):
        for times, one in zip(spent, work, strict=True):
            begin = time.perf_counter()
            one()
            times[turn] = (time.perf_counter() - begin) * 1e3
    return [min(times) for times in spent]


def _check(spec: CacheTimesSpec) -> None:
    sizes = (spec.num_heads, spec.d_k, spec.repeats, *spec.kv_heads, *spec.lengths)
    if not spec.kv_heads or not spec.lengths or min(sizes) < 1:
        raise ValueError("heads, widths, lengths and repeats must be 1 or more")
    largest = 8 * max(spec.kv_heads) * spec.d_k * max(spec.lengths)
    if largest > LIMIT:
        fits = LIMIT // (8 * max(spec.kv_heads) * spec.d_k)
        raise ValueError(
            f"a cache of {largest >> 20} MiB is over {LIMIT >> 20} MiB; at most {fits} tokens fit"
        )


def _provenance(seed: int | None = None) -> Provenance:
    return Provenance(seed=seed, versions=torch_version())
