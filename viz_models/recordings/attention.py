"""What lessons on attention recorded: costs over n tokens, and heads over many sentences.

`python -m viz_models record attention_cost` and `attention_heads` write them; tests fail when
they are no longer what the pages ask for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import CostRun, HeadsOverSentences

COST = FOLDER / "attention_cost.json"
HEADS = FOLDER / "attention_heads.json"


def save(result: CostRun | HeadsOverSentences, path: Path) -> Path:
    """Write a result; returns where."""
    return files.save(result, path)


@cache
def load_cost(path: Path = COST) -> CostRun:
    """Read the costs.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(CostRun, path)


@cache
def load_heads(path: Path = HEADS) -> HeadsOverSentences:
    """Read what each head is worth.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(HeadsOverSentences, path)
