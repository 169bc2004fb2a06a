"""Results for the lesson on the family of architectures; torch is imported when one is computed."""

from viz_models.recordings.vision import architectures as recordings
from viz_models.records.vision.architectures import ArchitectureCost, CostRecord, TwinRecord
from viz_models.ui.kit.cache import cached


def costs() -> CostRecord:
    """Return what every network costs, as recorded."""
    return recordings.load()


def twins() -> TwinRecord:
    """Return how the twins learned, as recorded."""
    return recordings.load_twins()


@cached()
def here(name: str) -> ArchitectureCost:
    """Count and time one network on the machine that runs this page."""
    from viz_models.analysis.vision.architectures import cost

    return cost(name)
