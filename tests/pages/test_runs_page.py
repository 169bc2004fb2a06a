import hashlib
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from scipy import stats
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from viz_models.records import Arm, DigitsNetSpec, ExperimentSpec, RunSpec, StepRecord
from viz_models.records.train.experiments import Evaluation, Moment, Wrong
from viz_models.runs import client, files
from viz_models.runs.store import NoSuchRunError
from viz_models.ui.kit import owner
from viz_models.ui.panels.train import inside as panel
from viz_models.ui.results.train import runs as door
from viz_models.ui.results.train.watch import watch

RNG = np.random.default_rng(0)
PAGE = "train/runs.py"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    monkeypatch.setattr(client, "ready", lambda: None)  # nobody computes: we write the record
    yield client.store()
    client.store().close()


@pytest.fixture
def visit(open_page):
    def _visit(**query):
        at = open_page("pages/site.py")
        for name, value in query.items():
            at.query_params[name] = value
        return at.switch_page(PAGE).run()

    return _visit


def evaluation(accuracy=0.9):
    return Evaluation(
        loss=0.3,
        accuracy=accuracy,
        confusion=((9, 1), (2, 8)),
        precision=(9 / 11, 8 / 9),
        recall=(0.9, 0.8),
        f1=(0.857, 0.842),
        worst=(Wrong(index=5, target=1, guess=0, probability=0.97),),
    )


def moment(step):
    return Moment(
        step=step,
        samples=32 * step,
        layers=("conv", "head"),
        gradient_norms=(0.1 + step, 1.0),
        activation_means=(0.0, 0.1),
        activation_stds=(1.0, 2.0),
        filters=RNG.normal(size=(8, 1, 3, 3)).astype(np.float32),
        running_means={"bn": RNG.normal(size=8).astype(np.float32)},
        running_variances={"bn": np.ones(8, np.float32)},
    )


def submit(store, name, arms=("a",), seeds=(0,), owner="local"):
    spec = ExperimentSpec(
        name=name,
        arms=tuple(
            Arm(label=arm, run=replace(RunSpec(), model=DigitsNetSpec(widths=(4 + i,))))
            for i, arm in enumerate(arms)
        ),
        seeds=seeds,
    )
    return store.submit(owner, spec, uuid.uuid4().hex)


def finish_all(store, accuracy=lambda run: 0.9):
    """Write down all that waits, as a worker would."""
    while job := store.work.claim():
        store.work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
        steps = [StepRecord(step=i, samples=32 * i, loss=1 / i, accuracy=0.5) for i in range(1, 11)]
        steps[-1] = replace(steps[-1], evaluation=evaluation(accuracy(job)))
        store.work.push(job.run, job.attempt, steps, share=1.0)
        files.save_moment(store.folder, job.run, moment(0))
        files.save_moment(store.folder, job.run, moment(9))
        store.work.end(job.run, job.attempt, "finished")


def charts(at):
    return [json.loads(c.proto.spec) for c in at.get("echarts_chart")]


def said(at):
    return " ".join(e.value for kind in ("markdown", "caption", "warning") for e in at.get(kind))


def fine(at):
    assert [e.value for e in at.exception] == []
    assert [e.value for e in at.error] == []
    return at


@pytest.mark.slow
def test_without_runs_the_page_says_how_to_get_one(store, visit):
    at = fine(visit())
    assert "No runs yet" in said(at)
    assert charts(at) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "id", ["0" * 32, "../../etc/passwd", "<script>alert(1)</script>", "a" * 9999]
)
def test_an_id_of_nobody_is_one_line(store, visit, id):
    at = fine(visit(run=id))
    assert [w.value for w in at.warning] == [
        "No such run: it was deleted, or the link is not whole."
    ]


@pytest.mark.slow
def test_the_latest_experiment_is_open_and_a_ticked_one_is_laid_over_it(store, visit):
    first, second = submit(store, "first", ("x",)), submit(store, "second", ("y",))
    finish_all(store)
    at = fine(visit())
    assert [c.label for c in at.checkbox] == ["second", "first"]
    assert [c.value for c in at.checkbox] == [True, False]
    assert "2 experiments, 2 runs: 2 finished" in said(at)
    names = [s.get("name") for s in charts(at)[0]["series"]]
    assert names == ["y training", "y test"]
    at.checkbox[1].check().run()
    assert at.query_params["run"] == f"{second.id},{first.id}"
    names = [s.get("name") for s in charts(fine(at))[0]["series"]]
    assert names == ["y training", "y test", "x training", "x test"]


@pytest.mark.slow
def test_a_verdict_needs_five_pairs_and_is_that_of_scipy(store, visit):
    submit(store, "pairs", ("a", "b"), seeds=tuple(range(5)))
    results = {}

    def accuracy(job):
        arm = job.spec.model.widths[0] - 4
        return results.setdefault((arm, job.spec.seed), float(0.9 - 0.1 * arm + RNG.normal() / 50))

    finish_all(store, accuracy)
    pairs = [100 * (results[0, s] - results[1, s]) for s in range(5)]
    low, high = stats.ttest_1samp(pairs, 0).confidence_interval(0.95)
    text = said(fine(visit()))
    mean, half = re.search(
        r"\+([\d.]+) ± ([\d.]+) points, larger than the seed noise", text
    ).groups()
    assert float(mean) == pytest.approx(np.mean(pairs), rel=0.01)
    assert float(half) == pytest.approx((high - low) / 2, rel=0.05)


@pytest.mark.slow
def test_four_pairs_give_no_verdict(store, visit):
    submit(store, "pairs", ("a", "b"), seeds=tuple(range(4)))
    finish_all(store, lambda job: 0.9 if job.spec.model.widths[0] == 4 else 0.1)
    text = said(fine(visit()))
    assert "no verdict yet" in text
    assert "larger than the seed noise**" not in text


@pytest.mark.slow
def test_names_that_people_give_are_shown_as_they_are(store, visit):
    submit(store, "**bold** <b>&</b> :red[x] $y$")
    finish_all(store)
    at = fine(visit())
    (box,) = at.checkbox
    assert box.label.replace("\\", "") == "**bold** <b>&</b> :red[x] $y$"


@pytest.mark.slow
def test_rename_and_delete(store, visit):
    experiment = submit(store, "old name")
    finish_all(store)
    at = fine(visit())
    at.text_input[0].set_value("new name").run()
    assert store.experiment(experiment.id).name == "new name"
    at.button(key="delete_it").click().run()
    assert store.experiments(None) == ()
    assert "No runs yet" in said(fine(at))


@pytest.mark.slow
def test_what_runs_can_be_paused_stopped_and_cancelled(store, visit):
    experiment = submit(store, "going", seeds=(0, 1))
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
    steps = [StepRecord(step=i, samples=32 * i, loss=1 / i, accuracy=0.5) for i in range(1, 11)]
    store.work.push(job.run, job.attempt, steps, share=0.25)
    at = fine(visit())
    offered = [b.label for b in at.button if b.key and b.key.startswith("do_")]
    assert offered == ["Pause", "Stop and keep", "Cancel"]
    at.button(key="do_cancel").click().run()
    assert store.work.flag(job.run, job.attempt) == "cancel"
    assert store.experiment(experiment.id).runs[1].state == "cancelled"


@pytest.mark.slow
def test_cancelled_runs_are_not_called_done_and_are_not_resumed(store, visit):
    """Of ten seeds one has finished and one is at 25 % when all are cancelled."""
    experiment = submit(store, "ten", seeds=tuple(range(10)))
    done, going = store.work.claim(), store.work.claim()
    for job, share in ((done, 1.0), (going, 0.25)):
        store.work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
        steps = [StepRecord(step=1, samples=32, loss=1.0, accuracy=0.5)]
        store.work.push(job.run, job.attempt, steps, share=share)
    store.work.end(done.run, done.attempt, "finished")
    at = visit()
    at.button(key="do_cancel").click().run()
    store.work.end(going.run, going.attempt, "cancelled")
    watch(experiment.id).forget()  # what was read half a second ago would do otherwise
    at = fine(visit(run=experiment.id))
    (bar,) = at.get("progress")
    assert bar.proto.value == 12  # % of the training: (1 + 0.25) / 10
    assert "1 finished" in bar.proto.text
    assert "9 cancelled" in bar.proto.text
    assert "10 of 10" not in bar.proto.text
    assert [b.label for b in at.button if b.key and b.key.startswith("do_")] == []


@pytest.mark.slow
def test_resume_continues_what_was_lost_but_not_what_was_cancelled(store, visit):
    experiment = submit(store, "two", seeds=(0, 1))
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
    store.work.end(job.run, job.attempt, "lost", "the worker went away")
    store.cancel(None, experiment.id)
    at = fine(visit())
    at.button(key="do_resume").click().run()
    assert [run.state for run in store.experiment(experiment.id).runs] == ["queued", "cancelled"]


@pytest.mark.slow
def test_a_host_lists_only_ones_own_and_lets_nobody_touch_the_others(store, visit, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    monkeypatch.setattr(owner, "current", lambda: "a" * 32)  # no browser, no cookie
    theirs = submit(client.store(), "theirs", owner="f" * 32)
    job = client.store().work.claim()
    client.store().work.begin(job.run, job.attempt, "handle", "cpu, 1 thread")
    at = fine(visit())
    assert "No runs yet" in said(at)
    at = fine(visit(run=theirs.id))
    assert len(charts(at)) >= 1  # a link shows it
    assert [b.label for b in at.button if b.key and b.key.startswith(("do_", "delete"))] == []
    assert "Somebody else's" in said(at)


@pytest.mark.slow
@pytest.mark.parametrize("came", [("localhost", "192.0.2.7"), ("class.school.edu", "")])
def test_ones_own_machine_is_ones_own_although_others_reach_it(store, visit, monkeypatch, came):
    """Whoever came by another name or from another machine could delete all runs there."""
    local = submit(store, "mine", owner="local")
    assert [b.key for b in fine(visit()).button if b.key and "delete" in b.key]
    monkeypatch.setattr(owner, "_came", lambda: came)
    assert "No runs yet" in said(fine(visit()))
    at = fine(visit(run=local.id))
    assert "Somebody else's" in said(at)
    assert [b.label for b in at.button if b.key and b.key.startswith(("do_", "delete"))] == []
    with pytest.raises(client.NoSuchRunError):
        door.delete(local.id)
    monkeypatch.setattr(owner, "current", lambda: "b" * 32)
    theirs = submit(store, "theirs", owner="b" * 32)
    assert door.mine() == store.experiments("b" * 32)
    monkeypatch.setattr(owner, "_came", lambda: ("127.0.0.1", ""))
    assert {e.id for e in door.mine()} == {local.id, theirs.id}


@pytest.mark.slow
def test_on_a_host_the_owner_downloads_every_file_and_nobody_else_does(store, visit, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    reader = ["ann"]  # known only while a page is drawn, as in Streamlit
    monkeypatch.setattr(owner, "_named", lambda: reader[0] if get_script_run_ctx(True) else "")
    given = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, *_, **__: given.update({label: data})
    )
    mine = submit(client.store(), "mine", owner=hashlib.sha256(b"ann").hexdigest()[:32])
    finish_all(client.store())
    fine(visit(run=mine.id))
    made = {label: at_the_click(given[label]) for label in door.FILES.values()}
    assert len(made) == 5
    assert made.pop("Weights") == "there is no checkpoint: it ended before the first one"
    assert all(isinstance(data, bytes) and len(data) > 100 for data in made.values())
    reader[0] = "eve"
    fine(visit(run=mine.id))
    assert {at_the_click(given[label]) for label in door.FILES.values()} == {str(NoSuchRunError())}


def at_the_click(make):
    """What Streamlit gets when it calls this in a thread of its own, or why not."""

    def answer():
        try:
            return make()
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(answer).result()


@pytest.mark.slow
def test_inside_a_run_everything_follows_the_scrubber(store, monkeypatch):
    monkeypatch.setattr(owner, "_came", lambda: ("localhost", ""))  # there is no browser
    monkeypatch.setattr(panel, "in_sight", lambda *_, **__: True)  # AppTest cannot scroll
    submit(store, "seen")
    finish_all(store)

    def script():
        from viz_models.ui.kit import words
        from viz_models.ui.panels.train import inside as train_inside
        from viz_models.ui.results.train import runs as door
        from viz_models.ui.results.train.watch import watch

        watched = watch(door.mine()[0].id)
        watched.look()
        train_inside.draw_inside([watched], words.sections("pages/train/runs.py"))

    at = fine(AppTest.from_function(script, default_timeout=60).run())
    (heatmap,) = charts(at)
    assert heatmap["yAxis"]["data"] == ["conv", "head"]
    assert heatmap["series"][0]["markLine"]["data"] == [{"xAxis": 1}]
    text = said(at)
    assert "**1** read as **0**, 20.0 % of them" in text
    assert "**1 read as 0**: 2 of the test set, 1 shown" in text
    # filters, scrubber, statistics, confusion, table, the cell's images, the surest mistakes
    assert len(at.get("bidi_component")) == 7
