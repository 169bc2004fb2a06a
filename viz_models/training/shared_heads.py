"""What sharing K/V heads keeps right on sentences that no training run has seen, and its costs."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from viz_models.analysis.attention import cache_costs
from viz_models.analysis.attention.sharing import KV_HEADS, accuracy
from viz_models.models.text_models import KvHeads
from viz_models.recordings_sharing import SEED, SENTENCES, SharingRecording
from viz_models.records import (
    CacheGrowth,
    CacheTimes,
    CacheTimesSpec,
    SharingAccuracy,
    SharingKind,
    WordTimes,
)
from viz_models.training.grammar import test_pairs

Measured = TypeVar("Measured", CacheGrowth, CacheTimes, SharingAccuracy, WordTimes)
VERSIONS: tuple[tuple[SharingKind, KvHeads], ...] = (
    ("trained", 4),
    *((kind, heads) for kind in ("pooled", "retrained", "summed") for heads in KV_HEADS),
)


def measure(told: Callable[[int, int], None] = lambda done, total: None) -> SharingRecording:
    """Everything that the lesson on shared K/V heads does not measure while somebody waits.

    Args:
        told: How many versions are done, and of how many.
    """
    accuracies = []
    for done, (kind, heads) in enumerate(VERSIONS):
        told(done, len(VERSIONS))
        accuracies.append(_recorded(held_out_accuracy(kind, heads)))
    told(len(VERSIONS), len(VERSIONS))
    return SharingRecording(
        accuracies=tuple(accuracies),
        growth=_recorded(cache_costs.growth()),
        times=_recorded(cache_costs.layer_times(CacheTimesSpec())),
        words=_recorded(cache_costs.word_times()),
    )


def held_out_accuracy(kind: SharingKind, heads: KvHeads, count: int = SENTENCES) -> SharingAccuracy:
    """How many sentences with an unseen word pairing a version translates word for word."""
    pairs = [(" ".join(pair.english), pair.french) for pair in test_pairs(count, SEED)]
    found = accuracy(kind, heads, pairs)
    return replace(found, provenance=replace(found.provenance, seed=SEED))


def _recorded(result: Measured) -> Measured:
    today = datetime.date.today().isoformat()
    kept = replace(result.provenance, kind="recorded run", date=today)
    return replace(result, provenance=kept)
