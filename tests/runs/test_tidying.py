"""What strangers leave on a machine does not fill it."""

from tests.runs.rig import tiny
from viz_models.runs import files
from viz_models.runs.dispatcher import forget_oldest


def ended(store, key, size):
    made = store.submit("ann", tiny(), key)
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "me")
    files.save_checkpoint(store.folder, job.run, 1, {"weights": bytes(size)})
    store.work.end(job.run, job.attempt, "finished")
    return made


def test_the_oldest_that_have_ended_go_first(store):
    made = [ended(store, str(i), 100_000) for i in range(4)]
    waiting = store.submit("ann", tiny(), "waits")
    assert forget_oldest(store, 500_000) == 0
    assert forget_oldest(store, 250_000) == 2
    left = {each.id for each in store.experiments(None)}
    assert left == {made[2].id, made[3].id, waiting.id}
    assert set(files.runs(store.folder)) == {made[i].runs[0].id for i in (2, 3)}


def test_what_runs_or_waits_stays(store):
    store.submit("ann", tiny(), "k")
    job = store.work.claim()
    files.save_checkpoint(store.folder, job.run, 1, {"weights": bytes(10_000)})
    assert forget_oldest(store, 1) == 0
    assert store.experiments(None)
