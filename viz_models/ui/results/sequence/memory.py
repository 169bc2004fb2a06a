"""Results for the lesson on memory: recorded training, and influences that are measured now."""

from dataclasses import replace

from viz_models.recordings.sequence import memory as recordings
from viz_models.records.sequence.memory import Carried, Influence, MemoryGrid, ReaderSpec
from viz_models.records.sequence.translators import TranslateSpec
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> MemoryGrid:
    """Return all trained readers, from the recording; needs no torch."""
    return recordings.load()


@cached()
def untrained(reader: ReaderSpec, seeds: int) -> tuple[Influence, ...]:
    """Return the influence of every input before training, for the seeds 0, 1, ..."""
    from viz_models.analysis.sequence import memory

    return tuple(memory.influence(replace(reader, seed=seed)) for seed in range(seeds))


@cached()
def carried(spec: TranslateSpec) -> Carried:
    """Return what every word of a sentence still does to the states of a trained encoder.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.sequence.memory_sentence import carried as compute

    return compute(spec)
