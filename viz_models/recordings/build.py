"""The recorded loss surfaces: pretrained/recorded/loss_surface.json.

`make record` writes them; a test fails when they are no longer those of the default spec.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.build.surface import Surfaces

PATH = FOLDER / "loss_surface.json"


def save(surfaces: Surfaces, path: Path = PATH) -> Path:
    """Write both surfaces; returns where."""
    return files.save(surfaces, path)


@cache
def load(path: Path = PATH) -> Surfaces:
    """Read both surfaces.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(Surfaces, path)
