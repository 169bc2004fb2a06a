"""How good every shipped translator is: pretrained/recorded/translators.json.

`python -m viz_models record translators` writes it; a test fails when the networks are others.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.sequence.translators import TranslatorScores

PATH = FOLDER / "translators.json"


def save(scores: TranslatorScores, path: Path = PATH) -> Path:
    """Write the scores; return where."""
    return files.save(scores, path)


@cache
def load(path: Path = PATH) -> TranslatorScores:
    """Read the scores.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(TranslatorScores, path)
