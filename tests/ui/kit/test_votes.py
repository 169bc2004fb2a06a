import pytest

from viz_models.ui.kit import votes
from viz_models.ui.kit.votes import LESSON_S, Ballots


@pytest.fixture
def clock():
    return [100.0]


@pytest.fixture
def ballots(clock):
    return Ballots(lambda: clock[0])


def test_votes_are_counted_by_question(ballots):
    ballots.cast("depth", "ann", "higher")
    ballots.cast("depth", "bob", "lower")
    ballots.cast("depth", "eve", "lower")
    ballots.cast("growth", "eve", "higher")
    assert ballots.count("depth") == {"higher": 1, "lower": 2}
    assert ballots.count("growth") == {"higher": 1}
    assert ballots.count("of nobody") == {}


def test_of_one_voter_the_first_vote_counts(ballots):
    ballots.cast("depth", "ann", "higher")
    ballots.cast("depth", "ann", "lower")  # having seen the answer
    assert ballots.count("depth") == {"higher": 1}


def test_the_next_lesson_begins_without_votes(ballots, clock):
    ballots.cast("depth", "ann", "higher")
    clock[0] += LESSON_S - 1
    ballots.cast("depth", "bob", "higher")
    assert ballots.count("depth") == {"higher": 2}
    clock[0] += 2
    assert ballots.count("depth") == {"higher": 1}
    ballots.cast("depth", "ann", "lower")
    assert ballots.count("depth") == {"higher": 1, "lower": 1}


def test_only_so_many_are_kept(ballots, monkeypatch):
    monkeypatch.setattr(votes, "MOST", 3)
    for i in range(5):
        ballots.cast("depth", f"voter {i}", "lower" if i < 2 else "higher")
    assert ballots.count("depth") == {"higher": 3}
