"""Results for the Train page: cards, recorded runs, and what live runs came to."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viz_models.language import gettext as _
from viz_models.records import (
    ENDED,
    DataSpec,
    Experiment,
    ModelRef,
    Photo,
    Prepared,
    Repair,
    RnnSpec,
    Run,
    RunSpec,
)
from viz_models.records.build.builder import MOST_FOLLOWED
from viz_models.records.train import cards as train_cards
from viz_models.records.train.cards import Card, CardResult, Comparison, Difference, Outcome
from viz_models.records.train.curves import Course, RunCurve
from viz_models.ui.kit import cache, owner
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.sizes import held_bytes
from viz_models.ui.results.train import runs

if TYPE_CHECKING:
    from viz_models.training.loop.price import RunPrice

_OUTCOME = 20_000  # bytes, about what one holds


def cards() -> dict[str, Card]:
    """Return the question cards; the first is the one that the page opens with."""
    from viz_models.training.cards.cards import CARDS

    return CARDS


@cached(turn=False)
def recorded(card: str) -> CardResult:
    """Return what its runs came to when they were recorded."""
    from viz_models.recordings import train

    return train.load()[card]


def outcomes(experiment: Experiment) -> tuple[Outcome, ...]:
    """Return what the runs that have ended came to."""
    return tuple(
        _outcome(experiment, run)
        for run in experiment.runs
        if run.state in ENDED and run.started is not None
    )


def _outcome(experiment: Experiment, run: Run) -> Outcome:
    key = (run.id, run.attempt, run.state, run.step, "outcome")
    return cache.remembered(key, lambda: runs.outcome(experiment.spec, run), lambda _: _OUTCOME)


def differences(
    comparisons: Sequence[Comparison], found: Sequence[Outcome]
) -> tuple[Difference, ...]:
    """Each comparison, paired by seed."""
    from viz_models.training.verdict import differences as compute

    return compute(comparisons, found)


def by_class(confusion: np.ndarray) -> tuple[tuple[float | None, ...], ...]:
    """Precision, recall and F1 of each class; None where nothing can be measured."""
    from viz_models.training.verdict import by_class as compute

    return compute(confusion.tolist())


def curves(found: Sequence[Outcome], share: float = 1.0) -> list[RunCurve]:
    """Return recorded runs as a chart takes them.

    Args:
        found: Of any arms and seeds.
        share: How much of each is shown, from its beginning.
    """
    return [
        RunCurve(
            arm=o.arm,
            seed=o.seed,
            state=o.state if share == 1.0 else "finished",
            training=_course(o.training, share * o.steps),
            validation=_course(o.tests, share * o.steps),
        )
        for o in found
    ]


def _course(kept: train_cards.Course, last: float) -> Course:
    count = max(1, sum(step <= last for step in kept.step))
    return Course(
        step=np.array(kept.step[:count]),
        sample=np.array(kept.samples[:count]),
        second=np.array(kept.seconds[:count]),
        value={
            "loss": np.array(kept.loss[:count], dtype=float),
            "accuracy": np.array(kept.accuracy[:count], dtype=float),
        },
    )


# One's own run


def presets() -> dict[str, RunSpec]:
    """Return runs with names that people know."""
    from viz_models.training.presets import PRESETS

    return PRESETS


def read(text: str) -> RunSpec:
    """Read the run that a link names: a whole one, or a network of the builder.

    Raises:
        ValueError: If it is neither; the line says why.
    """
    from viz_models.training import specs
    from viz_models.training.loop.checks import check_numbers

    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError(_('this is not JSON; write something like {"family": "mlp"}')) from None
    if isinstance(data, dict) and "family" in data:
        base = presets()["resnet"]
        return replace(base, model=specs.model_from_json(data), augment=())
    run = specs.run_from_json(data)
    if run.lesson:
        raise ValueError(_("a lesson's training starts on the page of its lesson"))
    check_numbers(run)
    return run


def fitted(run: RunSpec) -> tuple[RunSpec, tuple[Repair, ...]]:
    """Return the run with its network fitted to its data, and what had to move.

    Raises:
        ValueError: If no such network can read these examples.
    """
    from viz_models.training.presets import fitted as fit

    return fit(run)


def paced(run: RunSpec, data: DataSpec) -> RunSpec:
    """Return a preset with a budget for a first try on that data.

    As it is where the data is unknown.
    """
    from viz_models.training.presets import paced as pace

    try:
        return pace(run, data)
    except (ValueError, OSError):
        return run


def networks() -> tuple[str, ...]:
    """Names of torchvision's classification networks."""
    from viz_models.training.loop.networks import zoo

    return zoo()


def left_out(data: DataSpec) -> tuple[str, ...]:
    """Return what of a folder of pictures is not used, a sentence for each reason."""
    from viz_models.training.data import sets

    return sets.left_out(data)


def price(run: RunSpec) -> "RunPrice":
    """Return what a run costs.

    Raises:
        ValueError: If it is too much or cannot be run; the line says the limit and what fits.
    """
    from viz_models.training.loop.price import price as compute

    asked = replace(run, seed=0)
    return cache.remembered(
        (asked, owner.hosted(), "price"), lambda: compute(asked, owner.hosted()), lambda _: 4096
    )


def script(run: RunSpec) -> str:
    """Return the run as one file of plain PyTorch, as a worker here would compute it."""
    from viz_models.runs import limits
    from viz_models.training.script import source

    threads = limits.threads()
    key = (run, threads, "script")
    return cache.remembered(key, lambda: source(run, threads), lambda text: len(text))


# A trained run on the flow page


def can_be_explored(run: Run) -> bool:
    """Whether its tensors can be followed; that of data on images alone."""
    images = run.spec.data.name not in ("moons", "circles", "spirals") and not run.spec.lesson
    model = run.spec.model
    long = isinstance(model, RnnSpec) and model.over_time > MOST_FOLLOWED
    return images and run.state in ENDED and not long


def explored(id: str) -> tuple[Run, ModelRef]:
    """Return a run, and its network with the weights that it kept last.

    Raises:
        ValueError: If there is no such run, or it cannot be followed; the line says why.
    """
    from viz_models.runs import client, files
    from viz_models.training import exploring
    from viz_models.training.loop import checkpoints

    store = client.store()
    run = store.run(id)
    if run.spec.lesson:
        raise ValueError(_("this run belongs to a lesson, and cannot be followed here"))
    kept = files.last_checkpoint(store.folder, id)
    if kept is None:
        raise ValueError(_("this run has kept no weights yet"))
    return run, exploring.network(run.spec, str(kept[0] / checkpoints.WEIGHTS))


def arm_label(run: Run) -> str:
    """Return what the experiment of a run calls this run's network.

    Raises:
        ValueError: If the experiment is gone.
    """
    from viz_models.runs import client

    return client.experiment(run.experiment).spec.arms[run.arm].label


def channels(run: RunSpec) -> int:
    """Return how many channels the network of a run reads."""
    from viz_models.training.loop import networks

    return networks.channels(run.model)


def example(spec: DataSpec, index: int, channels: int) -> tuple[Photo, Prepared]:
    """Return a test example in the place of a photo, with the channels that the network reads."""
    from viz_models.training import exploring

    return cache.remembered(
        (spec, index, channels, "example"),
        lambda: exploring.example(spec, index, channels),
        held_bytes,
    )
