"""One job in this very process, as a worker computes it."""

from dataclasses import replace

from tests.runs.rig import LONG, tiny, until
from viz_models.records.train.experiments import Budget
from viz_models.runs import worker


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
