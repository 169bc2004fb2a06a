"""What a sweep costs on this machine, said before it starts."""

from viz_models.records.train.experiments import ExperimentSpec
from viz_models.records.train.sweep import SweepPrice
from viz_models.runs import home, limits, owners


def price(spec: ExperimentSpec) -> SweepPrice:
    """Return how many runs it has, and how long they take on all slots of this machine.

    Raises:
        ValueError: If a run is too much, or there are too many; the line says what fits.
    """
    from viz_models.models.threads import one_thread
    from viz_models.training.loop.price import price as of_run

    runs = len(spec.arms) * len(spec.seeds)
    if home.hosted() and runs > owners.HOSTED_RUNS:
        raise ValueError(
            f"{runs} runs, {owners.HOSTED_RUNS} at a time here: choose fewer values or seeds"
        )
    slots = min(limits.slots(), runs)
    with one_thread():  # as many as a run has; with two on a busy machine it said 32 minutes for 1
        each = [of_run(arm.run, home.hosted()).seconds for arm in spec.arms]
    seconds = sum(each) * len(spec.seeds)
    return SweepPrice(runs=runs, slots=slots, seconds=seconds / slots)
