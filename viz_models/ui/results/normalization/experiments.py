"""The door from the normalization lessons to what is computed; torch waits behind it.

Every result is looked up before it is made, by the frozen spec that asked for it.
"""

from collections.abc import Sequence

from viz_models.records import (
    Alone,
    BatchErrors,
    GradientFacts,
    NormGrid,
    NormSpec,
    Place,
    Running,
    RunningSpec,
    RunningTrace,
    Sentences,
    SentenceSpec,
    SourceSpec,
)
from viz_models.ui.kit import cache
from viz_models.ui.kit.sizes import held_bytes
from viz_models.ui.results.normalization.axes import activation

# Lesson: how many examples does a mean need?


def batch_errors(source: SourceSpec) -> BatchErrors:
    """How far the statistics of a batch are from those of all the data."""
    from viz_models.analysis.normalization import batch_error as compute

    return cache.remembered(
        (source, "batch errors"), lambda: compute(activation(source)), held_bytes
    )


def alone(shape: Place) -> Alone:
    """BatchNorm in training with a single example."""
    from viz_models.analysis.normalization import alone as compute

    return cache.remembered((shape, "alone"), lambda: compute(shape), held_bytes)


# Lesson: what changes between train and eval?


def running(source: SourceSpec, spec: RunningSpec) -> RunningTrace:
    """Running statistics, step by step."""
    from viz_models.analysis.normalization import running as compute

    return cache.remembered((source, spec), lambda: compute(activation(source), spec), held_bytes)


# Lesson: why LayerNorm in a Transformer?


def sentences(spec: SentenceSpec) -> Sentences:
    """A padded batch under three norms, and what more padding and other neighbors do."""
    from viz_models.analysis.normalization import sentences as compute

    return cache.remembered(spec, lambda: compute(spec), held_bytes)


def padding_changes(specs: Sequence[SentenceSpec]) -> dict[str, list[float]]:
    """Norm -> change of the first sentence's outputs under each spec."""
    rows = [row for spec in specs for row in sentences(spec).rows]
    labels = dict.fromkeys(row.label for row in rows)
    return {label: [r.padding_change for r in rows if r.label == label] for label in labels}


# Lesson: what does it do to training?


def backward(source: SourceSpec, spec: NormSpec) -> GradientFacts:
    """What a norm lets through on the way back; in eval mode with the tensor's own statistics."""
    from viz_models.analysis.normalization import backward as compute

    def measure() -> GradientFacts:
        x = activation(source)
        kept = Running(x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3)))
        return compute(x, spec, kept)

    return cache.remembered((source, spec, "backward"), measure, held_bytes)


def training_grid() -> NormGrid:
    """The recorded runs of every norm over learning rates and batch sizes."""
    from viz_models.recordings import norm as recordings_norm

    return recordings_norm.load()
