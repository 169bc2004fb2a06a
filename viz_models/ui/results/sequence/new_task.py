"""The door from the lesson on a new task to what is computed; torch waits behind it."""

from viz_models.recordings.sequence import new_task as recordings
from viz_models.records.sequence.new_task import JudgeSpec, Judging, Learned, NewTaskRuns
from viz_models.ui.kit.cache import cached


@cached()
def judging(spec: JudgeSpec) -> Judging:
    """Return what the shipped networks say of a sentence and of its variants.

    Raises:
        ValueError: With one line for the reader, if the sentence cannot be read.
    """
    from viz_models.analysis.sequence.new_task import judging as compute

    return compute(spec)


@cached(turn=False)
def recorded() -> NewTaskRuns:
    """Return how well each network learned the task."""
    return recordings.load()


@cached()
def learned() -> tuple[Learned, ...]:
    """Return what each way reached with each number of examples."""
    from viz_models.analysis.sequence.new_task import learned as compute

    return compute(recorded())
