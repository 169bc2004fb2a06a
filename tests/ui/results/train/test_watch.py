import threading
import uuid

import pytest

from viz_models.records import Arm, ExperimentSpec, RunSpec, StepRecord
from viz_models.runs import client
from viz_models.runs.database import StoreError
from viz_models.ui.results.train import runs, watch
from viz_models.ui.results.train.watch import Gallery, Watched


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    monkeypatch.setattr(client, "ready", lambda: None)  # nobody computes: we write the record
    yield client.store()
    client.store().close()


@pytest.fixture
def job(store):
    """A run that a worker has begun."""
    spec = ExperimentSpec(arms=(Arm(label="a", run=RunSpec()),))
    experiment = store.submit("local", spec, uuid.uuid4().hex)
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
    return experiment.id, job


def told(first, last):
    return [
        StepRecord(step=i, samples=32 * i, loss=1 / i, accuracy=0.5) for i in range(first, last + 1)
    ]


def now(watched):
    """What a tick half a second later sees."""
    watched.forget()
    return watched.look()


def test_each_look_reads_only_what_is_new(store, job, monkeypatch):
    id, job = job
    here = client.store()
    read, points = [], here.points

    def counted(run, after):
        found = points(run, after)
        read.append(len(found.steps))
        return found

    monkeypatch.setattr(here, "points", counted)
    watched = Watched(id)
    for first in (1, 11, 21):
        store.work.push(job.run, job.attempt, told(first, first + 9))
        now(watched)
    assert read == [10, 10, 10]
    assert watched.curves[job.run].last.step == 30
    (drawn,) = watched.drawn()
    assert drawn.training.value["loss"].tolist() == [1 / i for i in range(1, 31)]


def test_sixty_tabs_read_the_store_once(store, job, monkeypatch):
    id, _ = job
    reads, experiment = [], client.experiment
    monkeypatch.setattr(client, "experiment", lambda i: reads.append(i) or experiment(i))
    gallery = Gallery()
    tabs = [threading.Thread(target=lambda: gallery.get(id).look()) for _ in range(60)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert reads == [id]


def test_a_run_that_ended_is_read_no_more(store, job, monkeypatch):
    id, job = job
    store.work.push(job.run, job.attempt, told(1, 10))
    store.work.end(job.run, job.attempt, "finished")
    watched = Watched(id)
    assert now(watched).runs[0].state == "finished"
    monkeypatch.setattr(client.store(), "points", lambda *_: pytest.fail("read again"))
    now(watched)
    assert not watched.active


def test_what_is_put_together_is_made_again_only_for_news(store, job):
    id, job = job
    watched, made = Watched(id), []

    def chart():
        return watched.made("chart", lambda: made.append(1) or len(made))

    now(watched)
    assert [chart(), chart()] == [1, 1]
    now(watched)
    assert chart() == 1
    store.work.push(job.run, job.attempt, told(1, 2))
    now(watched)
    assert chart() == 2


def test_while_the_store_does_not_answer_the_last_picture_stays(store, job, monkeypatch):
    id, job = job
    store.work.push(job.run, job.attempt, told(1, 10))
    watched = Watched(id)
    before = now(watched)

    def busy(_):
        raise StoreError("the database is busy")

    monkeypatch.setattr(client, "experiment", busy)
    assert now(watched) == before
    assert watched.trouble == "the database is busy"
    assert len(watched.drawn()[0].training.step) == 10
    monkeypatch.undo()
    monkeypatch.setenv("FORWARD_PASS_HOME", str(store.folder.parent))
    assert now(watched) is not None
    assert watched.trouble == ""


def test_one_that_waits_for_the_store_does_not_hold_up_the_others(store, job, monkeypatch):
    id, _ = job
    watched = Watched(id)
    now(watched)
    held, entered, experiment = threading.Event(), threading.Event(), client.experiment

    def slow(i):
        entered.set()
        held.wait(20)
        return experiment(i)

    monkeypatch.setattr(client, "experiment", slow)
    watched.forget()
    waiting = threading.Thread(target=watched.look)
    waiting.start()
    assert entered.wait(20)
    assert watched.look() is not None  # at once, with what was read before
    held.set()
    waiting.join(20)
    assert not waiting.is_alive()


def test_there_is_no_run_behind_a_made_up_id(store):
    assert Watched("0" * 32).look() is None
    assert runs.experiment("../../etc/passwd") is None


def test_few_are_kept_and_those_of_the_same_id_are_one(store):
    gallery = Gallery()
    first = gallery.get("0")
    assert gallery.get("0") is first
    for i in range(watch.MOST + 1):
        gallery.get(str(i + 1))
    assert gallery.get("0") is not first
