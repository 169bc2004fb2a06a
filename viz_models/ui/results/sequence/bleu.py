"""Results for the lesson on BLEU; counting needs no torch and takes no time."""

from viz_models.analysis.sequence.bleu import bleu as compute
from viz_models.analysis.sequence.bleu import words
from viz_models.records.sequence.bleu import Bleu, BleuSpec
from viz_models.ui.kit.cache import cached

__all__ = ["bleu", "words"]


@cached()
def bleu(spec: BleuSpec) -> Bleu:
    """Return a translation counted n-gram by n-gram.

    Raises:
        ValueError: With one line for the reader, if there is nothing to count.
    """
    return compute(spec)
