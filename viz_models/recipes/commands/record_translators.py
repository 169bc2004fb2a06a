"""`record translators`: test every shipped translator, and train two of them with several seeds."""

import sys
from pathlib import Path

from viz_models.recordings.sequence import translators as recordings


def write(into: Path) -> Path:
    """Measure and keep the scores; takes 15 minutes of one core."""
    from viz_models.models.threads import one_thread
    from viz_models.recipes.sequence import translators_runs

    with one_thread():
        found = translators_runs.measure(_tell)
    return recordings.save(found, into / recordings.PATH.name)


def _tell(done: int, total: int) -> None:
    """Tell on stderr how many trainings are done."""
    sys.stderr.write(f"translators: {done} of {total} trainings\n")
