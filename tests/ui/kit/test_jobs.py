"""Work in a thread of its own, that can be watched, stopped and left alone."""

import threading
import time

from viz_models.ui.kit import jobs
from viz_models.ui.kit.jobs import Job


def forever(_spec, tell):
    while True:
        tell(0, 1)
        time.sleep(0.001)


def test_results_come_in_the_order_in_which_they_were_asked():
    order = []

    def compute(spec, tell):
        order.append(spec)
        tell(1, 2)
        return spec**2

    job = Job([3, 1, 2], compute)
    job.wait(5)
    assert not job.running
    assert order == [3, 1, 2]
    assert job.results == {3: 9, 1: 1, 2: 4}


def test_it_says_how_much_is_done():
    told, go_on = threading.Event(), threading.Event()

    def compute(_spec, tell):
        tell(1, 4)
        told.set()
        go_on.wait(5)

    job = Job(["one"], compute)
    assert told.wait(5)
    assert job.look() == 0.25
    go_on.set()
    job.wait(5)


def test_a_stopped_one_ends_and_keeps_what_is_done():
    job = Job(["quick", "endless"], lambda s, tell: 1 if s == "quick" else forever(s, tell))
    while not job.results:
        time.sleep(0.001)
    assert job.running
    job.stop()
    job.wait(5)
    assert not job.running
    assert job.results == {"quick": 1}
    assert job.trouble == ""


def test_it_ends_when_nobody_looks(monkeypatch):
    monkeypatch.setattr(jobs, "UNWATCHED", 0.1)
    job = Job(["endless"], forever)
    job.wait(5)
    assert not job.running


def test_it_goes_on_while_somebody_looks(monkeypatch):
    monkeypatch.setattr(jobs, "UNWATCHED", 0.3)
    job = Job(["endless"], forever)
    for _ in range(10):
        time.sleep(0.06)
        job.look()
    assert job.running
    job.stop()
    job.wait(5)


def test_what_is_wrong_with_the_question_is_told():
    def refuse(_spec, _tell):
        raise ValueError("there is no class 12")

    job = Job(["odd"], refuse)
    job.wait(5)
    assert job.trouble == "there is no class 12"
    assert not job.results
