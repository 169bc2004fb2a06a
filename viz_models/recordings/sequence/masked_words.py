"""Small masked language models under test: pretrained/recorded/masked_*.json.

`python -m viz_models record masked_arms` and `masked_context` write them; tests fail when they
are no longer what the page asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.sequence.masked_words import MaskedContext, MaskedRuns

ARMS_PATH = FOLDER / "masked_arms.json"
CONTEXT_PATH = FOLDER / "masked_context.json"


def save(result: MaskedRuns | MaskedContext, path: Path) -> Path:
    """Write a result; returns where."""
    return files.save(result, path)


@cache
def load_arms(path: Path = ARMS_PATH) -> MaskedRuns:
    """Read the networks that were trained with other dice.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(MaskedRuns, path)


@cache
def load_context(path: Path = CONTEXT_PATH) -> MaskedContext:
    """Read how much the shipped network still guesses when more is masked.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(MaskedContext, path)
