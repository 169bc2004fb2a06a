"""One job in this very process, as a worker computes it."""

from dataclasses import replace

import pytest

from tests.runs.rig import LONG, tiny, until
from viz_models.records.train.experiments import Budget
from viz_models.runs import files, worker
from viz_models.training.loop import loop


def test_a_pause_that_is_taken_back_ends_no_run(store, monkeypatch):
    run = store.submit("ann", tiny(LONG), "k").runs[0].id
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "me")
    save, pushed = worker._save, []

    def saving(session, teller, *rest):
        save(session, teller, *rest)
        pushed.append(store.resume("ann", run))  # while the checkpoint was being written
        until(lambda: not teller.flag)

    monkeypatch.setattr(worker, "_save", saving)
    store.pause("ann", run)
    assert worker.execute(store, job, "worker-1") == ("queued", "")
    assert len(pushed) == 1


def test_a_long_evaluation_is_no_hang(store, monkeypatch):
    """The lease would end: each batch of the test set is a sign of life."""
    spec = replace(LONG, budget=Budget(amount=2, unit="steps"), evaluations=1)
    store.submit("ann", tiny(spec), "k")
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "me")
    signs = []
    sign = worker.Teller.sign
    monkeypatch.setattr(worker.Teller, "sign", lambda self: signs.append(1) or sign(self))
    assert worker.execute(store, job, "worker-1").state == "finished"
    assert len(signs) == 2  # one batch of test digits, one checkpoint


@pytest.mark.parametrize("ask", ["pause", "stop"])
def test_a_run_that_is_steps_ahead_of_what_it_told_ends_where_it_was_told(store, monkeypatch, ask):
    """As on a GPU, whose steps are read seven at a time; asked in the middle of them."""
    monkeypatch.setattr(loop, "longest", lambda device: 7)
    monkeypatch.setattr(loop, "fitting", lambda seconds: 7)
    run = store.submit("ann", tiny(LONG), "k").runs[0].id
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "me")
    tell = worker.Teller.tell

    def telling(teller, record, share):
        tell(teller, record, share)
        if record.step == 18:  # 1, 8, 15, 22: the numbers of these were read together
            getattr(store, ask)("ann", run)
            until(lambda: teller.flag)

    monkeypatch.setattr(worker.Teller, "tell", telling)
    outcome = worker.execute(store, job, "worker-1")
    store.work.end(job.run, job.attempt, *outcome)
    assert files.last_checkpoint(store.folder, run)
    assert worker._checkpoint(store, job).done.step == 22
    assert [r.step for r in store.points(run).steps] == list(range(1, 23))
    assert outcome.state == {"pause": "paused", "stop": "finished"}[ask]
    if ask == "stop":
        assert outcome.reason == "stopped at step 22"
        assert store.points(run).steps[-1].evaluation
        return
    store.resume("ann", run)
    again = store.work.claim()
    store.work.begin(again.run, again.attempt, "me")
    short = replace(again, spec=replace(again.spec, budget=Budget(amount=30, unit="steps")))
    monkeypatch.setattr(worker.Teller, "tell", tell)
    assert worker.execute(store, short, "worker-1").state == "finished"
    assert [r.step for r in store.points(run).steps] == list(range(1, 31))
