"""Results for the lesson on sharing K and V; torch is imported when one is computed."""

from viz_models.recordings.sharing import SharingRecording, load
from viz_models.records import CacheTimes, CacheTimesSpec, Sharing, SharingSpec
from viz_models.ui.kit.cache import cached


@cached()
def sharing(spec: SharingSpec) -> Sharing:
    """One attention under every way of sharing.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.attention.sharing import sharing as compute

    return compute(spec)


@cached(turn=False)
def recorded() -> SharingRecording:
    """Accuracies, bytes and times that take too long for a first picture."""
    return load()


@cached()
def times_here(spec: CacheTimesSpec) -> CacheTimes:
    """Return the times again, on the machine that runs this page."""
    from viz_models.analysis.attention.cache_costs import layer_times

    return layer_times(spec)
