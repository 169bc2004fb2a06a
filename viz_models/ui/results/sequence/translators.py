"""Results for the lesson on recurrent translators; torch is imported when one is computed."""

from viz_models.recordings.sequence import translators as recordings
from viz_models.records.sequence.translators import (
    Forcing,
    MaskedLoss,
    PaddedStates,
    TranslateSpec,
    Translation,
    TranslatorScores,
)
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> TranslatorScores:
    """Return how good every shipped translator is on unseen sentences."""
    return recordings.load()


@cached()
def translation(spec: TranslateSpec) -> Translation:
    """Return a sentence, what a network wrote of it, and what was computed on the way.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.sequence.translators import translation as compute

    return compute(spec)


@cached()
def forcing(spec: TranslateSpec) -> Forcing:
    """Return the loss of each word under teacher forcing and in free running."""
    from viz_models.analysis.sequence.translators_loss import forcing as compute

    return compute(spec)


@cached()
def masked_loss(spec: TranslateSpec) -> MaskedLoss:
    """Return the loss of a padded batch, term by term."""
    from viz_models.analysis.sequence.translators_loss import masked_loss as compute

    return compute(spec)


@cached()
def padded_states(spec: TranslateSpec) -> PaddedStates:
    """Return what a sentence becomes when the encoder reads its padding."""
    from viz_models.analysis.sequence.translators_loss import padded_states as compute

    return compute(spec)
