"""The recorded GANs: pretrained/recorded/gan.json of the plane, and gan_digits.json.

`python -m viz_models record gan` writes the first, `train-gan` the second.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.gan import DigitGan, GanRecording

PLANE, DIGITS = FOLDER / "gan.json", FOLDER / "gan_digits.json"


def save(recording: GanRecording | DigitGan, path: Path) -> Path:
    """Write a recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PLANE) -> GanRecording:
    """Read the runs in the plane.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(GanRecording, path)


@cache
def load_digits(path: Path = DIGITS) -> DigitGan:
    """Read what was measured about the generator of digits.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(DigitGan, path)
