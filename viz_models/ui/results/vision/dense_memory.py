"""Results for the lesson on the memory of dense blocks; torch is imported when one is computed."""

from viz_models.recordings.vision import dense_memory as recordings
from viz_models.records.vision.dense_memory import DenseMemory, DenseMemorySpec, DenseNetMemory
from viz_models.ui.kit.cache import cached


def memory(spec: DenseMemorySpec, depth: int) -> DenseMemory:
    """Return all depths as recorded where these are the recorded blocks; else measure this one."""
    recorded = recordings.load().blocks
    if spec == recorded.spec:
        return recorded
    return measured(spec, depth)


@cached()
def measured(spec: DenseMemorySpec, depth: int) -> DenseMemory:
    """Measure one block now, both ways."""
    from dataclasses import replace

    from viz_models.analysis.vision import dense_memory

    return dense_memory.measure(replace(spec, depths=(depth,)))


def network() -> DenseNetMemory:
    """Return what torchvision's DenseNet121 holds, as recorded."""
    return recordings.load().network
