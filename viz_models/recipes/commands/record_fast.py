"""`record fast`: the times that the lesson on fast networks opens with."""

from pathlib import Path

from viz_models.recordings.vision import fast as recordings


def write(into: Path) -> Path:
    """Time every way, and keep it; returns where."""
    from viz_models.analysis.vision import fast

    return recordings.save(fast.recorded(), into / recordings.PATH.name)
