"""The recorded runs of the question cards: pretrained/recorded/train_cards.json.

`make record` writes them; a test fails when a recorded experiment is no longer its card's.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.cards import CardResult, CardResults
from viz_models.records.train.experiments import ExperimentSpec

PATH = FOLDER / "train_cards.json"


def written(spec: ExperimentSpec) -> str:
    """Return an experiment as JSON: the same text for the same runs."""
    return json.dumps(asdict(spec), separators=(",", ":"))


def save(results: Iterable[CardResult], path: Path = PATH) -> Path:
    """Write the results, one card a line; returns where."""
    return files.save(CardResults(cards=tuple(results)), path)


@cache
def load(path: Path = PATH) -> dict[str, CardResult]:
    """Card id -> its result.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return {result.card: result for result in files.load(CardResults, path).cards}
