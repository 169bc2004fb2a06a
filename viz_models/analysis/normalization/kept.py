"""What a BatchNorm2d has kept for eval mode once it has trained on tensors of one kind."""

from dataclasses import replace

from viz_models.analysis.normalization.source import activation, shape_of
from viz_models.analysis.normalization.train_eval import running
from viz_models.images import digits, samples
from viz_models.records import Running, RunningSpec, SourceSpec
from viz_models.records.normalization.axes import KEPT_STEPS

BATCH = 6  # examples a step
DRAWN = 256  # examples of a distribution


def kept(source: SourceSpec) -> Running:
    """Return the running statistics of a BatchNorm2d after KEPT_STEPS batches with momentum 0.1.

    The batches come from all sample photos, from all digits, or from DRAWN examples of the
    distribution. What is drawn with shifts has no other examples than its own.

    Args:
        source: The tensor on screen; its batch is one of those that the module can meet.
    """
    population = activation(_population(source))
    spec = RunningSpec(steps=KEPT_STEPS, batch_size=min(BATCH, len(population)))
    trace = running(population, spec)
    return Running(trace.running_mean[-1], trace.running_variance[-1])


def _population(source: SourceSpec) -> SourceSpec:
    if source.kind == "layer":
        return replace(source, photos=samples.NAMES)
    if source.kind == "digits":
        return replace(source, shape=(digits.COUNT, *source.shape[1:]))
    n, c, h, w = shape_of(source)
    drawn = n if source.kind == "shifted" else DRAWN
    return replace(source, shape=(drawn, c, min(h, 8), min(w, 8)), channels=None, side=None)
