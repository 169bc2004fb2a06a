"""Results for the lesson on sentences; torch is imported when one is computed."""

import random
from collections.abc import Sequence

from viz_models.records import Sentences, SentenceSpec
from viz_models.ui.kit.cache import cached


@cached()
def sentences(spec: SentenceSpec) -> Sentences:
    """Return a padded batch under three norms, and what more padding and other neighbors do."""
    from viz_models.analysis.normalization import sentences as compute

    return compute(spec)


@cached()
def drawn(lengths: tuple[int, ...], seed: int) -> SentenceSpec:
    """Return sentences of the translator's grammar with so many words, and other neighbors.

    Args:
        lengths: Words of each sentence; the neighbors have as many as those they replace.
        seed: Which sentences.
    """
    from viz_models.training.data import grammar

    rng = random.Random(seed)
    wanted = [*lengths, *lengths[1:]]
    found: dict[int, str] = {}  # place -> sentence
    while len(found) < len(wanted):
        words = grammar.sentence(rng).english
        text = " ".join(words)
        places = (i for i, n in enumerate(wanted) if n == len(words) and i not in found)
        if text not in found.values() and (place := next(places, None)) is not None:
            found[place] = text
    texts = tuple(found[i] for i in range(len(wanted)))
    return SentenceSpec(sentences=texts[: len(lengths)], neighbors=texts[len(lengths) :])


def padding_changes(specs: Sequence[SentenceSpec]) -> dict[str, list[float]]:
    """Return norm -> change of the first sentence's outputs under each spec."""
    rows = [row for spec in specs for row in sentences(spec).rows]
    labels = dict.fromkeys(row.label for row in rows)
    return {label: [r.padding_change for r in rows if r.label == label] for label in labels}
