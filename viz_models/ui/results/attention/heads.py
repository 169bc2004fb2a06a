"""Results for the lesson on heads; recorded, or computed when torch is there."""

from collections.abc import Sequence

from viz_models.recordings import attention as recordings_attention
from viz_models.records import Head, HeadsOverSentences, HeadsResult, HeadsSpec, SetCost
from viz_models.ui.kit.cache import cached


@cached()
def heads(spec: HeadsSpec) -> HeadsResult:
    """One sentence with all heads, with some off, and with each one off by itself.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.attention.heads import heads as compute

    return compute(spec)


@cached(turn=False)
def recorded() -> HeadsOverSentences:
    """Return what each head is worth over many sentences."""
    return recordings_attention.load_heads()


def over_sentences(off: Sequence[Head]) -> SetCost:
    """Return the same sentences with these heads off: looked up if recorded, else measured now."""
    known = recorded()
    wanted = tuple(sorted(off))
    for cost in (known.full, *known.alone):
        if cost.off == wanted:
            return cost
    return _measured(wanted)


@cached()
def _measured(off: tuple[Head, ...]) -> SetCost:
    from viz_models.analysis.attention.heads import over_sentences as compute
    from viz_models.training.data import grammar

    drawn = grammar.test_pairs(recorded().sentences, recorded().seed)
    return compute([(pair.english, pair.french) for pair in drawn], off)
