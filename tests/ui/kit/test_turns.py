"""Who computes next, when more ask than there is room for."""

import threading
import time

import pytest

from viz_models.ui.kit.turns import LARGE, TOGETHER, Turns, drawing

MOST_S = 10


class Work:
    """Somebody's computation, which goes on until it is told to end."""

    def __init__(self, turns, person, bytes_=0, wanted=lambda: None):
        self.began, self.end, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.error = None

        def run():
            try:
                with turns.taken(person, bytes_, wanted):
                    self.began.set()
                    self.end.wait(MOST_S)
            except ValueError as error:
                self.error = error
            self.ended.set()

        threading.Thread(target=run, daemon=True).start()

    def waits(self):
        return not self.began.wait(0.1)

    def begins(self):
        return self.began.wait(MOST_S)

    def stop(self):
        self.end.set()
        assert self.ended.wait(MOST_S)


def test_one_person_has_one_turn_at_a_time_however_many_tabs():
    turns = Turns(slots=2)
    tabs = [Work(turns, "eve", LARGE) for _ in range(8)]
    while not any(tab.began.is_set() for tab in tabs):
        time.sleep(0.01)
    time.sleep(0.1)
    assert sum(tab.began.is_set() for tab in tabs) == 1
    other = Work(turns, "ann")
    assert other.begins()
    for work in (other, *tabs):
        work.end.set()
    assert all(tab.ended.wait(MOST_S) for tab in tabs)


def test_large_ones_run_one_at_a_time_by_memory_and_small_ones_beside_them():
    turns = Turns(slots=4)
    first = Work(turns, "ann", TOGETHER - LARGE)
    assert first.begins()
    second, small = Work(turns, "bob", 2 * LARGE), Work(turns, "eve")
    assert small.begins()
    assert second.waits()
    third = Work(turns, "joe", LARGE)
    assert third.begins()  # it fits beside the first
    for work in (first, third):
        work.stop()
    assert second.begins()
    for work in (second, small):
        work.stop()


def test_one_larger_than_all_there_is_runs_as_the_only_large_one():
    turns = Turns(slots=4)
    huge = Work(turns, "ann", 9 * TOGETHER)
    assert huge.begins()
    other = Work(turns, "bob", LARGE)
    assert other.waits()
    huge.stop()
    other.stop()


def test_whoever_computed_least_of_late_comes_first():
    turns = Turns(slots=1)
    first = Work(turns, "eve")
    assert first.begins()
    again = Work(turns, "eve")
    assert again.waits()
    ann = Work(turns, "ann")
    assert ann.waits()
    time.sleep(0.05)
    first.stop()
    assert ann.begins()
    assert again.waits()
    ann.stop()
    assert again.begins()
    again.stop()


def test_what_nobody_wants_any_more_leaves_the_queue():
    turns = Turns(slots=1)
    first = Work(turns, "ann")
    assert first.begins()
    gone = threading.Event()

    def wanted():
        if gone.is_set():
            raise ValueError("the tab is closed")

    left = Work(turns, "bob", wanted=wanted)
    assert left.waits()
    gone.set()
    assert left.ended.wait(MOST_S)
    assert str(left.error) == "the tab is closed"
    assert not turns._waiting
    first.stop()
    assert not turns._running


def test_a_result_within_a_result_needs_no_second_turn():
    turns = Turns(slots=1)
    with turns.taken("ann"), turns.taken("ann"):
        assert len(turns._running) == 1
    assert not turns._running


def test_long_work_lets_others_go_first():
    turns = Turns(slots=1)
    order = []

    def long():
        with turns.taken("eve"):
            order.append("eve begins")
            while not turns._waiting:
                time.sleep(0.01)
            time.sleep(0.02)
            turns.give_way()
            order.append("eve goes on")

    thread = threading.Thread(target=long)
    thread.start()
    while not order:
        time.sleep(0.01)
    with turns.taken("ann"):
        order.append("ann")
    thread.join(MOST_S)
    assert order == ["eve begins", "ann", "eve goes on"]


@pytest.mark.parametrize("fails", [True, False])
def test_an_error_gives_the_turn_back(fails):
    turns = Turns(slots=1)
    try:
        with turns.taken("ann"):
            if fails:
                raise ValueError
    except ValueError:
        pass
    assert not turns._running


def test_everybody_who_waits_has_a_place():
    turns = Turns(slots=1)
    places = {}

    def noted(person):
        def wanted():
            places[person] = turns.place()

        return wanted

    first = Work(turns, "ann")
    assert first.begins()
    assert turns.place() == (0, 0)
    bob = Work(turns, "bob", wanted=noted("bob"))
    assert bob.waits()
    eve = Work(turns, "eve", wanted=noted("eve"))
    until = time.monotonic() + MOST_S
    while places != {"bob": (1, 2), "eve": (2, 2)} and time.monotonic() < until:
        time.sleep(0.01)
    assert places == {"bob": (1, 2), "eve": (2, 2)}
    assert turns.count() == (1, 2)
    for work in (first, bob, eve):
        work.stop()
    assert turns.place() == (0, 0)


def page_that_computes():
    import streamlit as st

    from viz_models.ui.kit import cache

    st.write(cache.remembered("a new thing", lambda: 42, lambda _: 8))


def test_whoever_waits_on_a_page_is_told_their_place(monkeypatch):
    from streamlit.testing.v1 import AppTest

    from viz_models.ui.kit import cache

    monkeypatch.setattr(cache, "NOTE_AFTER_S", 0.0)
    monkeypatch.setattr(cache, "_store", cache.Store(cache.LIMIT))
    others = [Work(cache.TURNS, f"person {i}") for i in range(cache.TURNS._slots)]
    assert all(other.begins() for other in others)
    release = threading.Timer(1.0, others[0].end.set)
    release.start()
    page = AppTest.from_function(page_that_computes).run(timeout=MOST_S)
    for other in others:
        other.stop()
    assert [note.value for note in page.toast] == ["Others compute just now. You are next."]
    assert page.markdown[0].value == "`42`"


def test_one_page_is_drawn_at_a_time_and_an_error_lets_the_next_one_in():
    first, go, second = threading.Event(), threading.Event(), threading.Event()

    def broken():
        with drawing():
            first.set()
            go.wait(MOST_S)
            raise ValueError("broken")

    def fails():
        with pytest.raises(ValueError, match="broken"):
            broken()

    def follows():
        with drawing():
            second.set()

    threads = [threading.Thread(target=work, daemon=True) for work in (fails, follows)]
    threads[0].start()
    assert first.wait(MOST_S)
    threads[1].start()
    assert not second.wait(0.2)
    go.set()
    assert second.wait(MOST_S)
