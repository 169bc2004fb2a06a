"""What `record` does for the lessons on masked words and on a new task; some minutes each."""

from collections.abc import Callable
from pathlib import Path

from viz_models.recipes.commands.progress import progress
from viz_models.recordings.sequence import masked_words, new_task


def record_arms(into: Path) -> Path:
    """Train with four ways to spoil words, and write the scores; returns where."""
    from viz_models.recipes.sequence import masked_runs

    return masked_words.save(
        masked_runs.arms(progress("masked_arms")), into / masked_words.ARMS_PATH.name
    )


def record_context(into: Path) -> Path:
    """Mask more and more of what the shipped network reads, and write what it guesses."""
    from viz_models.recipes.sequence import masked_runs

    return masked_words.save(
        masked_runs.contexts(progress("masked_context")), into / masked_words.CONTEXT_PATH.name
    )


def record_new_task(into: Path) -> Path:
    """Learn a new task in three ways, and write how well; returns where."""
    from viz_models.recipes.sequence import new_task as recipe

    return new_task.save(recipe.measure(progress("new_task")), into / new_task.PATH.name)


RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "masked_arms": record_arms,
    "masked_context": record_context,
    "new_task": record_new_task,
}
