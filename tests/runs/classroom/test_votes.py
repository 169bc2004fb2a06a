import pytest

from viz_models.runs.classroom import votes
from viz_models.runs.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def clock(monkeypatch):
    now = [NOW]
    monkeypatch.setattr(votes.time, "time", lambda: now[0])
    return now


@pytest.fixture
def box(store, clock):
    return store.database


def test_votes_are_counted_by_question(box):
    votes.cast(box, "depth", "ann", "higher")
    votes.cast(box, "depth", "bob", "lower")
    votes.cast(box, "depth", "eve", "lower")
    votes.cast(box, "growth", "eve", "higher")
    assert votes.count(box, "depth") == {"higher": 1, "lower": 2}
    assert votes.count(box, "growth") == {"higher": 1}
    assert votes.count(box, "of nobody") == {}


def test_of_one_voter_the_first_vote_counts(box):
    assert votes.cast(box, "depth", "ann", "higher")
    assert not votes.cast(box, "depth", "ann", "lower")  # having seen the answer
    assert votes.count(box, "depth") == {"higher": 1}
    assert votes.of(box, "depth", "ann") == "higher"
    assert votes.of(box, "depth", "bob") is None


def test_whoever_looked_at_the_answer_cannot_vote_afterwards(box):
    votes.cast(box, "depth", "ann", "")
    assert not votes.cast(box, "depth", "ann", "higher")
    assert votes.of(box, "depth", "ann") == ""
    assert votes.count(box, "depth") == {}


def test_the_next_lesson_begins_without_votes(box, clock):
    votes.cast(box, "depth", "ann", "higher")
    clock[0] += votes.LESSON_S - 1
    votes.cast(box, "depth", "bob", "higher")
    assert votes.count(box, "depth") == {"higher": 2}
    clock[0] += 2
    assert votes.count(box, "depth") == {"higher": 1}
    votes.cast(box, "depth", "ann", "lower")
    assert votes.count(box, "depth") == {"higher": 1, "lower": 1}


def test_votes_outlive_the_server_and_no_number_of_others_drives_them_out(box, store):
    votes.cast(box, "depth", "ann", "higher")
    for i in range(1200):
        votes.cast(box, "depth", f"voter {i}", "lower", f"address {i % 20}")
    again = Store(box.url, store.folder, hosted=False).database
    assert votes.count(again, "depth") == {"higher": 1, "lower": 1200}


def test_one_address_stuffs_no_more_than_a_class_has(box):
    taken = [votes.cast(box, "depth", f"cookie {i}", "lower", "one address") for i in range(130)]
    assert sum(taken) == votes.EACH_ADDRESS >= 60
    assert votes.cast(box, "depth", "ann", "higher", "another")
    assert votes.cast(box, "growth", "cookie 129", "lower", "one address")  # another question


@pytest.mark.parametrize("question", ["q" * 81, "q" * 100_000])
def test_nobody_fills_the_store_with_long_questions(box, question):
    assert not votes.cast(box, question, "ann", "higher")
    assert not votes.cast(box, "depth", "ann", question)
    assert votes.count(box, "depth") == {}
