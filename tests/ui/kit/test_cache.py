import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from viz_models.ui.kit import cache
from viz_models.ui.kit.cache import Store


@pytest.fixture
def fresh(monkeypatch):
    """A store of this test's own, in place of the one that all sessions share."""
    store = Store(limit=1 << 20)
    monkeypatch.setattr(cache, "_store", store)
    return store


def test_least_recently_used_goes_first_once_the_bytes_pass_the_limit():
    store = Store(limit=100)
    for key in ("a", "b"):
        store.get(key, lambda key=key: key.upper(), lambda _: 40)
    assert store.get("a", lambda: "again", lambda _: 40) == "A"  # a is now the fresher one
    store.get("c", lambda: "C", lambda _: 40)
    assert store.bytes == 80
    assert store.get("a", lambda: "again", lambda _: 40) == "A"
    assert store.get("b", lambda: "again", lambda _: 40) == "again"


def test_a_result_larger_than_the_limit_is_given_and_replaces_the_rest():
    store = Store(limit=100)
    store.get("small", lambda: 1, lambda _: 50)
    assert store.get("huge", lambda: 2, lambda _: 500) == 2
    assert store.get("small", lambda: "gone", lambda _: 50) == "gone"


def test_two_who_ask_together_compute_once():
    store, calls, start = Store(limit=100), [], threading.Barrier(4)

    def slow():
        calls.append(1)
        time.sleep(0.05)
        return len(calls)

    def ask():
        start.wait()
        answers.append(store.get("key", slow, lambda _: 1))

    answers: list[int] = []
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert (calls, answers) == ([1], [1, 1, 1, 1])


def test_different_keys_do_not_wait_for_each_other():
    store, first_runs, release = Store(limit=100), threading.Event(), threading.Event()

    def blocked():
        first_runs.set()
        assert release.wait(5)
        return 1

    thread = threading.Thread(target=store.get, args=("slow", blocked, lambda _: 1))
    thread.start()
    assert first_runs.wait(5)
    assert store.get("quick", lambda: 2, lambda _: 1) == 2  # while the other is computing
    release.set()
    thread.join()


def test_a_failure_is_not_kept():
    store = Store(limit=100)
    with pytest.raises(ValueError, match="no"):
        store.get("key", lambda: (_ for _ in ()).throw(ValueError("no")), lambda _: 1)
    assert store.get("key", lambda: "fine", lambda _: 1) == "fine"


def test_dropping_an_owner_frees_that_session_alone():
    store = Store(limit=100)
    store.welcome("me")
    store.welcome("you")
    store.get(("me", 1), lambda: "mine", lambda _: 10)
    store.get(("you", 1), lambda: "yours", lambda _: 10)
    store.drop("me")
    assert store.bytes == 10
    assert store.get(("you", 1), lambda: "again", lambda _: 10) == "yours"


def test_what_is_computed_for_somebody_who_leaves_meanwhile_is_not_kept():
    store = Store(limit=100)
    store.welcome("me")

    def leaves():
        store.drop("me")
        return "mine"

    assert store.get(("me", 1), leaves, lambda _: 10) == "mine"
    assert store.bytes == 0


def test_a_cached_function_is_computed_once_for_the_same_arguments(fresh):
    calls = []

    @cache.cached()
    def double(x, *, times=2):
        calls.append(x)
        return x * times

    assert [double(3), double(3), double(3, times=4)] == [6, 6, 12]
    assert calls == [3, 3]


def test_two_functions_with_equal_arguments_do_not_meet(fresh):
    @cache.cached()
    def up(x):
        return x + 1

    @cache.cached()
    def down(x):
        return x - 1

    assert (up(3), down(3)) == (4, 2)


def test_a_key_leaves_out_what_the_result_does_not_depend_on(fresh):
    calls = []

    @cache.cached(lambda spec, _: spec)
    def of_spec(spec, tensor):
        calls.append(tensor)
        return spec

    assert of_spec("a", [1]) == of_spec("a", [2]) == "a"
    assert calls == [[1]]


def test_a_private_result_is_kept_for_its_session_alone(fresh, monkeypatch):
    owner = ["one"]
    monkeypatch.setattr(cache, "_session", lambda: owner[0])
    fresh.welcome("one")
    fresh.welcome("two")
    calls = []

    @cache.cached(private=lambda spec: True)
    def of_upload(spec):
        calls.append(owner[0])
        return spec

    of_upload("a")
    owner[0] = "two"
    of_upload("a")
    of_upload("a")
    assert calls == ["one", "two"]


def test_a_run_that_waits_for_its_turn_goes_on_while_somebody_wants_it():
    def page():
        import streamlit as st

        from viz_models.ui.kit import cache

        cache.still_wanted()
        st.write("still here")

    at = AppTest.from_function(page).run()
    assert [e.value for e in at.exception] == []
    assert at.markdown[0].value == "still here"
