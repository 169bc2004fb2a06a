"""Results for the lesson on squeeze-and-excitation; torch is imported when one is computed."""

from viz_models.recordings.vision import squeeze as recordings
from viz_models.records import Verdict
from viz_models.records.vision.squeeze import Squeeze, SqueezeRecord, SqueezeSpec
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> SqueezeRecord:
    """Return what was measured with several seeds."""
    return recordings.load()


@cached()
def squeeze(spec: SqueezeSpec) -> Squeeze:
    """Return one digit on its way through the trained network."""
    from viz_models.analysis.vision import squeeze as analysis

    return analysis.squeeze(spec)


def change(kind: str) -> tuple[float, float, float, Verdict]:
    """Return mean and 95 % interval of (replaced - own) accuracy, paired by seed.

    Args:
        kind: A field of SqueezeEnd.
    """
    from viz_models.analysis.seed_noise import interval, verdict

    pairs = [getattr(end, kind) - end.own for end in recorded().ends]
    mean, low, high = interval(pairs)
    assert mean is not None
    assert low is not None
    assert high is not None
    return mean, low, high, verdict(len(pairs), low, high)
