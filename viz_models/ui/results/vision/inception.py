"""Results for the lesson on Inception modules; torch is imported when one is computed."""

from collections.abc import Sequence

from viz_models.recordings.vision import inception as recordings
from viz_models.records.train.paired import Paired
from viz_models.records.vision.inception import (
    InceptionPrice,
    InceptionRecord,
    InceptionSpec,
    ModulesRun,
    Opened,
    OpenedValue,
    Widths,
)
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> InceptionRecord:
    """Return all trainings of the lesson."""
    return recordings.load()


@cached()
def shipped() -> tuple[float, str]:
    """Return the accuracy of the network that the page opens, and what it was tested on."""
    from viz_models.analysis.vision.inception import NAME
    from viz_models.models import weights

    card = weights.cards()[NAME]
    return card.accuracy, card.tested_on


@cached()
def opened(spec: InceptionSpec) -> Opened:
    """Return one digit in one module of the trained network."""
    from viz_models.analysis.vision import inception

    return inception.opened(spec)


@cached()
def value(spec: InceptionSpec, cell: tuple[int, int, int]) -> OpenedValue:
    """Return how one value of a module came about."""
    from viz_models.analysis.vision import inception

    return inception.value(spec, cell)


@cached()
def price(widths: Widths, side: int) -> InceptionPrice:
    """Return what a module costs with and without its reducing convolutions."""
    from viz_models.analysis.vision import inception

    return inception.price(widths, side)


@cached()
def modules_run() -> ModulesRun:
    """Return which modules of torchvision's GoogLeNet run in train and in eval mode."""
    from viz_models.analysis.vision import inception

    return inception.modules_run()


def paired(differences: Sequence[float]) -> Paired:
    """Return the mean of paired differences with its interval."""
    from viz_models.analysis import seed_noise

    return seed_noise.paired(differences)
