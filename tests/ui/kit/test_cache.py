import threading
import time

import pytest

from viz_models.ui.kit.cache import Store


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
