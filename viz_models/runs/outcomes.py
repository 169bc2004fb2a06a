"""What a run came to, from what it told the store."""

from dataclasses import replace

from viz_models.records.train.cards import Outcome
from viz_models.records.train.experiments import ExperimentSpec
from viz_models.records.train.runs import Run
from viz_models.runs.store import Store


def outcome(store: Store, spec: ExperimentSpec, run: Run) -> Outcome:
    """Return a run in as few numbers as a verdict needs, however far it is.

    Args:
        store: Where its steps are.
        spec: Of its experiment.
        run: Which one.
    """
    from viz_models.training.verdict import outcome as compute

    steps = store.points(run.id).steps
    looks = store.moments(run.id) if run.spec.moments else ()
    made = compute(spec, run.arm, run.spec.seed, run.state, steps, looks)
    return replace(made, early=run.early)
