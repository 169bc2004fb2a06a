"""The question cards: what they run can be run, and what was recorded is what they ask for."""

import pytest

from viz_models.analysis.seed_noise import MIN_PAIRS
from viz_models.recordings import train as recordings
from viz_models.records import Verdict
from viz_models.records.train.cards import Card
from viz_models.training.cards.cards import CARDS, OPENING, card
from viz_models.training.loop import checks
from viz_models.training.verdict import differences

EACH = pytest.mark.parametrize("asked", CARDS.values(), ids=CARDS)
MOST_BYTES = 360_000
MOST_SECONDS = 60  # of all runs of a card on two cores
COMPUTING = 2 * 0.75  # of these cores, for a part of the time goes to starting the runs


@EACH
def test_every_run_can_be_made(asked: Card) -> None:
    for _, run in asked.experiment.runs():
        checks.check(run)
    assert len(asked.experiment.seeds) >= MIN_PAIRS
    assert asked.experiment.card == asked.id


@EACH
def test_comparisons_name_arms_and_every_outcome_can_be_predicted(asked: Card) -> None:
    places = range(len(asked.experiment.arms))
    for comparison in asked.comparisons:
        assert {*comparison.plus, *comparison.minus} <= {*places}
        assert not {*comparison.plus} & {*comparison.minus}
    predictable: set[Verdict] = {"higher", "lower", "not larger than the seed noise"}
    assert asked.choices.keys() == predictable


@EACH
def test_the_recorded_runs_are_those_of_the_card(asked: Card) -> None:
    recorded = recordings.load()[asked.id]
    assert recorded.spec == recordings.written(asked.experiment), "run `record train_cards`"
    places = [(o.arm, o.seed) for o in recorded.outcomes]
    assert places == [(arm, run.seed) for arm, run in asked.experiment.runs()]
    for outcome, (_, run) in zip(recorded.outcomes, asked.experiment.runs(), strict=True):
        assert outcome.training.samples[-1] == outcome.steps * run.batch_size
    assert recorded.cpu_seconds <= MOST_SECONDS * COMPUTING
    # the steps are measured with the same clock as the whole, of which they are a part
    assert 0.5 < sum(o.seconds for o in recorded.outcomes) / recorded.cpu_seconds <= 1
    assert recorded.provenance.kind == "recorded run"


@EACH
def test_the_recorded_runs_decide_or_say_why_not(asked: Card) -> None:
    found = differences(asked.comparisons, recordings.load()[asked.id].outcomes)
    assert all(d.n >= MIN_PAIRS for d in found)
    assert all(d.verdict != "too few pairs" for d in found)


def test_recordings_are_small() -> None:
    assert recordings.PATH.stat().st_size < MOST_BYTES


def test_the_opening_card_is_the_first() -> None:
    assert next(iter(CARDS)) == OPENING


def test_an_unknown_card_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="batch-size, depth"):
        card("nonsense")


def test_one_recorded_run_comes_out_the_same_now() -> None:
    from viz_models.training.cards import record as card_record

    asked = CARDS["hidden-layers"]
    arm, run = next(iter(asked.experiment.runs()))
    now = card_record._outcome(asked.experiment, arm, run)
    then = recordings.load()[asked.id].outcomes[0]
    assert now.tests.accuracy == pytest.approx(then.tests.accuracy, abs=0.01)  # another processor
    assert now.tests.loss == pytest.approx(then.tests.loss, rel=1e-3)
