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
from viz_models.ui.kit.cache import cached
from viz_models.ui.results.normalization.axes import activation

# Lesson: how many examples does a mean need?


@cached()
def batch_errors(source: SourceSpec) -> BatchErrors:
    """How far the statistics of a batch are from those of all the data."""
    from viz_models.analysis.normalization import batch_error as compute

    return compute(activation(source))


@cached()
def alone(shape: Place) -> Alone:
    """BatchNorm in training with a single example."""
    from viz_models.analysis.normalization import alone as compute

    return compute(shape)


# Lesson: what changes between train and eval?


@cached()
def running(source: SourceSpec, spec: RunningSpec) -> RunningTrace:
    """Running statistics, step by step."""
    from viz_models.analysis.normalization import running as compute

    return compute(activation(source), spec)


# Lesson: why LayerNorm in a Transformer?


@cached()
def sentences(spec: SentenceSpec) -> Sentences:
    """A padded batch under three norms, and what more padding and other neighbors do."""
    from viz_models.analysis.normalization import sentences as compute

    return compute(spec)


def padding_changes(specs: Sequence[SentenceSpec]) -> dict[str, list[float]]:
    """Norm -> change of the first sentence's outputs under each spec."""
    rows = [row for spec in specs for row in sentences(spec).rows]
    labels = dict.fromkeys(row.label for row in rows)
    return {label: [r.padding_change for r in rows if r.label == label] for label in labels}


# Lesson: what does it do to training?


@cached()
def backward(source: SourceSpec, spec: NormSpec) -> GradientFacts:
    """What a norm lets through on the way back; in eval mode with the tensor's own statistics."""
    from viz_models.analysis.normalization import backward as compute

    x = activation(source)
    kept = Running(x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3)))
    return compute(x, spec, kept)


def training_grid() -> NormGrid:
    """The recorded runs of every norm over learning rates and batch sizes."""
    from viz_models.recordings import norm as recordings_norm

    return recordings_norm.load()
