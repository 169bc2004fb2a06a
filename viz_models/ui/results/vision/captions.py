"""Results for the lesson on captions; torch is imported when one is computed."""

from viz_models.recordings.vision.captions import load
from viz_models.records.vision.captions import (
    Caption,
    CaptionRecord,
    CaptionSpec,
    Covered,
    OpenedLook,
)
from viz_models.ui.kit.cache import cached, remembered
from viz_models.ui.kit.sizes import held_bytes


@cached()
def caption(spec: CaptionSpec) -> Caption:
    """Describe a scene, and return what was computed on the way.

    Raises:
        ValueError: With one line for the reader, if the scene cannot be drawn.
    """
    from viz_models.analysis.vision.captions import caption as compute

    return compute(spec)


def opened(found: Caption, word: int, cell: int) -> OpenedLook:
    """Open how one cell got its weight for one word."""
    from viz_models.analysis.vision.captions import opened as compute

    return compute(found, word, cell)


def covered(found: Caption, word: int) -> tuple[Covered, Covered]:
    """Cover what one word looked at, and as many other cells; write both captions again."""
    from viz_models.analysis.vision.captions_covered import covered as compute

    key = ("captions covered", found.spec, word)
    return remembered(key, lambda: compute(found, word), held_bytes)


@cached(turn=False)
def recorded() -> CaptionRecord:
    """Return what takes too long for a first picture."""
    return load()
