"""The contract of a run store; every implementation must pass."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sqlalchemy as sql

from tests.runs.rig import TINY, records, tiny
from viz_models.records.train.experiments import Arm, Evaluation, ExperimentSpec, StepRecord, Wrong
from viz_models.runs import database, files, owners
from viz_models.runs.database import addresses
from viz_models.runs.owners import NoSuchRunError, QuotaError
from viz_models.runs.store import Store


def submit(store, spec=None, owner="ann", key=None):
    return store.submit(owner, spec or tiny(), key or uuid.uuid4().hex)


def started(store, spec=None, owner="ann"):
    """A run that a worker has begun."""
    submit(store, spec, owner)
    job = store.work.claim()
    assert store.work.begin(job.run, job.attempt, "worker-1", "cpu")
    return job


def states(store, experiment):
    return [run.state for run in store.experiment(experiment.id).runs]


# ---------------------------------------------------------------- what people ask


def test_an_experiment_has_every_arm_with_every_seed(store):
    spec = ExperimentSpec(
        name="two by two", arms=(Arm(label="a", run=TINY), Arm(label="b", run=TINY)), seeds=(3, 4)
    )
    made = submit(store, spec)
    assert store.experiment(made.id) == made
    assert made.spec == spec
    assert [(run.arm, run.spec.seed) for run in made.runs] == [(0, 3), (1, 3), (0, 4), (1, 4)]
    assert {run.state for run in made.runs} == {"queued"}
    assert [run.place for run in made.runs] == [1, 2, 3, 4]


def test_the_same_click_starts_once(store, two_runs):
    with ThreadPoolExecutor(8) as pool:
        ids = {e.id for e in pool.map(lambda _: submit(store, two_runs, key="click"), range(50))}
    assert len(ids) == 1
    assert len(store.experiments(None)) == 1
    assert store.work.waiting() == 2


def test_two_people_may_have_the_same_key(store):
    assert submit(store, owner="ann", key="k").id != submit(store, owner="bob", key="k").id


def test_a_list_is_ones_own_and_the_latest_first(store):
    first, second = submit(store), submit(store)
    submit(store, owner="bob")
    assert [e.id for e in store.experiments("ann")] == [second.id, first.id]
    assert len(store.experiments(None)) == 3


@pytest.mark.parametrize("what", ["cancel", "pause", "stop", "resume", "delete", "check_owner"])
def test_nobody_else_may_change_it(store, what):
    made = submit(store)
    for id in (made.id, made.runs[0].id):
        with pytest.raises(NoSuchRunError, match="no such run"):
            getattr(store, what)("bob", id)
    with pytest.raises(NoSuchRunError):
        store.rename("bob", made.id, "mine")
    assert store.experiment(made.id) == made


@pytest.mark.parametrize("id", ["", "0" * 32, "../../etc/passwd", "' or 1=1 --", "x" * 10_000])
def test_an_unknown_id_is_no_run(store, id):
    submit(store)
    for read in (store.experiment, store.run):
        with pytest.raises(NoSuchRunError):
            read(id)
    assert store.points(id).steps == ()
    assert store.moments(id) == ()


def test_names_are_cleaned(store):
    made = submit(store, tiny(name="  \u202eevil\x00\n<b>name</b>  " + 200 * "x"))
    assert made.name == ("evil <b>name</b> " + 200 * "x")[:80]
    store.rename("ann", made.id, "=cmd()\t\u200bnice")
    assert store.experiment(made.id).name == "=cmd() nice"
    with pytest.raises(ValueError, match="empty"):
        store.rename("ann", made.id, "\u202e \n")


def test_one_without_a_name_is_called_by_its_arms(store):
    arms = (Arm(label="batch 64", run=TINY), Arm(label="batch 640", run=TINY))
    assert submit(store, ExperimentSpec(arms=arms)).name == "batch 64 vs batch 640"


def test_too_many_runs_are_refused(store):
    with pytest.raises(ValueError, match="201 runs: choose arms and seeds for 1 to 200 runs"):
        submit(store, tiny(seeds=tuple(range(201))))


def test_hosted_one_runs_and_one_waits(hosted):
    first = submit(hosted)
    submit(hosted)
    with pytest.raises(QuotaError, match="wait for one, or cancel it"):
        submit(hosted)
    submit(hosted, owner="bob")
    hosted.cancel("ann", first.id)
    third = submit(hosted)
    with pytest.raises(QuotaError):
        hosted.resume("ann", first.id)
    hosted.resume("ann", third.id)


def test_many_people_of_one_address_leave_room_for_others(hosted):
    full = tiny(seeds=tuple(range(owners.HOSTED_RUNS)))

    def ask(name, address, spec=full):
        return hosted.submit(name, spec, uuid.uuid4().hex, address=address)

    for i in range(owners.HOSTED_ADDRESS // owners.HOSTED_RUNS):
        last = ask(f"cookie {i}", "one address")
    with pytest.raises(QuotaError, match="from your network wait already"):
        ask("cookie 25", "one address")
    ask("bob", "another")
    with pytest.raises(QuotaError, match="choose fewer seeds"):
        ask("bob", "another", tiny(seeds=(0,)))
    hosted.cancel(None, last.id)
    again = ask("cookie 26", "one address")
    hosted.cancel(None, again.id)
    hosted.delete(None, again.id)
    with hosted.database.read() as connection:
        kept = connection.execute(sql.select(addresses.c.experiment)).scalars().all()
    assert again.id not in kept


def test_on_ones_own_machine_nothing_is_counted(store):
    for _ in range(3):
        submit(store, tiny(seeds=tuple(range(41))))


def test_a_deleted_experiment_leaves_nothing(store):
    job = started(store)
    made = store.experiment(store.run(job.run).experiment)
    store.work.push(job.run, job.attempt, records(1, 3))
    files.save_checkpoint(store.folder, job.run, 3, {"a": b"b"})
    with pytest.raises(ValueError, match="cancel it, then delete it"):
        store.delete("ann", made.id)
    store.work.end(job.run, job.attempt, "finished")
    store.delete("ann", made.id)
    assert store.experiments(None) == ()
    assert store.points(job.run).steps == ()
    assert not (store.folder / job.run).exists()


# ---------------------------------------------------------------- who is next


def test_the_owner_with_the_fewest_running_is_next(store):
    submit(store, tiny(seeds=tuple(range(5))), "ann")
    submit(store, tiny(seeds=(0, 1)), "bob")
    order = [store.experiment(store.run(store.work.claim().run).experiment).owner for _ in range(7)]
    assert order == ["ann", "bob", "ann", "bob", "ann", "ann", "ann"]
    assert store.work.claim() is None


def test_on_one_slot_a_sweep_delays_others_by_one_run_at_most(store):
    """Nobody runs when the slot is free: whoever waited longest kept it to the last run."""
    submit(store, tiny(seeds=tuple(range(6))), "ann")
    order = []

    def next_one():
        job = store.work.claim()
        order.append(store.experiment(store.run(job.run).experiment).owner)
        store.work.end(job.run, job.attempt, "finished")

    next_one()
    submit(store, tiny(seeds=(0, 1)), "bob")
    submit(store, tiny(), "cleo")
    for _ in range(7):
        next_one()
    assert order == ["ann", "bob", "cleo", "ann", "bob", "ann", "ann", "ann"]


def test_places_and_waits_are_told_in_the_order_of_starts(store):
    ann = submit(store, tiny(seeds=(0, 1, 2)), "ann")
    bob = submit(store, owner="bob")
    runs = (*store.experiment(ann.id).runs, *store.experiment(bob.id).runs)
    waiting = {run.id: run for run in runs}
    assert sorted(run.place for run in waiting.values()) == [1, 2, 3, 4]
    waits = [run.wait_s for run in sorted(waiting.values(), key=lambda run: run.place)]
    assert waits == sorted(waits)
    places = [waiting[store.work.claim().run].place for _ in range(4)]
    assert places == [1, 2, 3, 4]


def test_hosted_one_experiment_of_a_person_after_the_other(hosted):
    first = submit(hosted, tiny(seeds=(0, 1)))
    submit(hosted)
    for _ in range(2):
        assert hosted.run(hosted.work.claim().run).experiment == first.id


def test_a_run_is_claimed_once(store):
    submit(store, tiny(seeds=tuple(range(12))))
    with ThreadPoolExecutor(6) as pool:
        jobs = list(pool.map(lambda _: store.work.claim(), range(20)))
    taken = [job.run for job in jobs if job]
    assert len(taken) == len(set(taken)) == 12


# ---------------------------------------------------------------- what a run tells


def test_what_is_told_is_read_back_exactly(store):
    job = started(store)
    test = Evaluation(
        loss=0.25,
        accuracy=0.75,
        confusion=((5, 1), (0, 6)),
        precision=(1.0, 0.8),
        recall=(0.5, 1.0),
        f1=(0.6, 0.9),
        worst=(Wrong(index=7, target=0, guess=1, probability=0.99),),
    )
    last = {"lr": 1e-3, "gradient_norm": 3.25, "seconds": 0.5, "memory": 123, "state": "finished"}
    told = [
        *records(1, 4),
        StepRecord(step=5, samples=40, loss=0.1, accuracy=1.0, evaluation=test, **last),
    ]
    assert store.work.push(job.run, job.attempt, told[:2], 0.4) == ""
    assert store.run(job.run).state == "running"
    first = store.points(job.run)
    assert store.work.push(job.run, job.attempt, told[2:], 1.0) == ""
    rest = store.points(job.run, first.after)
    assert list(first.steps + rest.steps) == told
    assert store.points(job.run).steps == first.steps + rest.steps
    assert store.points(job.run, rest.after).after == rest.after
    now = store.run(job.run)
    assert (now.step, now.share, now.accuracy) == (5, 1.0, 0.75)


def test_numbers_that_are_none_are_kept(store):
    job = started(store)
    nan, inf = float("nan"), float("inf")
    told = StepRecord(
        step=1, samples=8, loss=nan, accuracy=0.0, gradient_norm=inf, state="diverged"
    )
    store.work.push(job.run, job.attempt, [told])
    (read,) = store.points(job.run).steps
    assert np.isnan(read.loss)
    assert read.gradient_norm == inf
    assert read.state == "diverged"


def test_an_old_attempt_is_refused(store):
    job = started(store)
    store.work.push(job.run, job.attempt, records(1, 3))
    store.work.end(job.run, job.attempt, "lost", "it hung")
    assert store.work.push(job.run, job.attempt, records(4, 5)) is None
    assert not store.work.end(job.run, job.attempt, "finished")
    store.resume("ann", job.run)
    again = store.work.claim()
    assert (again.attempt, again.step) == (2, 3)
    assert store.work.push(job.run, job.attempt, records(4, 5)) is None
    assert not store.work.begin(job.run, job.attempt, "old", "cpu")
    assert store.work.begin(again.run, again.attempt, "new", "cpu")
    assert store.work.push(again.run, again.attempt, records(4, 5)) == ""
    assert [r.step for r in store.points(job.run).steps] == [1, 2, 3, 4, 5]


def test_many_may_make_a_new_one_at_once(tmp_path):
    """As the app and its first dispatcher do."""
    url, together = f"sqlite:///{tmp_path}/new.sqlite", threading.Barrier(6)

    def make(_):
        together.wait()
        database.Database(url).close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make, range(6)))


def test_writers_and_readers_get_along(store):
    jobs = []
    submit(store, tiny(seeds=tuple(range(4))))
    while job := store.work.claim():
        jobs.append(job)
    over = threading.Event()
    torn = []

    def write(job):
        for i in range(30):
            store.work.push(job.run, job.attempt, records(10 * i + 1, 10 * i + 10))

    def read():
        after, seen = dict.fromkeys((j.run for j in jobs), 0), {j.run: [] for j in jobs}
        while not (over.is_set() and all(len(s) == 300 for s in seen.values())):
            for run in seen:
                told = store.points(run, after[run])
                after[run] = told.after
                seen[run] += [r.step for r in told.steps]
        torn.extend(s for s in seen.values() if s != list(range(1, 301)))

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for writer in [pool.submit(write, job) for job in jobs]:
            writer.result()
        over.set()
        for reader in readers:
            reader.result()
    assert torn == []


# ---------------------------------------------------------------- states


def test_cancel_waits_for_what_runs_and_ends_what_waits(store, two_runs):
    made = submit(store, two_runs)
    job = store.work.claim()
    store.cancel("ann", made.id)
    assert states(store, made) == ["starting", "cancelled"]
    assert store.work.flag(job.run, job.attempt) == "cancel"
    assert store.work.push(job.run, job.attempt, records(1, 2)) == "cancel"
    store.stop("ann", made.id)
    assert store.work.flag(job.run, job.attempt) == "cancel"
    assert store.work.end(job.run, job.attempt, "cancelled")
    assert states(store, made) == ["cancelled", "cancelled"]


def test_one_run_of_an_experiment_can_be_cancelled(store, two_runs):
    made = submit(store, two_runs)
    store.cancel("ann", made.runs[1].id)
    assert states(store, made) == ["queued", "cancelled"]


def test_pause_and_resume(store, two_runs):
    made = submit(store, two_runs)
    job = store.work.claim()
    store.pause("ann", made.id)
    assert states(store, made) == ["starting", "paused"]
    assert store.work.flag(job.run, job.attempt) == "pause"
    store.resume("ann", made.id)
    assert store.work.flag(job.run, job.attempt) == ""
    assert states(store, made) == ["starting", "queued"]
    store.work.end(job.run, job.attempt, "paused")
    assert store.run(job.run).ended is None
    store.cancel("ann", made.id)
    assert states(store, made) == ["cancelled", "cancelled"]


def test_what_is_finished_stays_so(store):
    job = started(store)
    made = store.experiment(store.run(job.run).experiment)
    assert store.work.end(job.run, job.attempt, "finished")
    for change in (store.cancel, store.pause, store.stop, store.resume):
        change("ann", made.id)
    assert states(store, made) == ["finished"]
    assert store.run(job.run).share == 1.0


def test_a_sign_of_life_grows_the_beat(store):
    job = started(store)
    (before,) = store.work.alive()
    store.work.push(job.run, job.attempt, (), lease=7.0)
    (after,) = store.work.alive()
    assert after.beat > before.beat
    assert (after.lease, after.handle, after.state) == (7.0, "worker-1", "starting")


# ---------------------------------------------------------------- what is broken


def test_one_broken_row_never_breaks_the_list(store):
    good, bad, old = submit(store), submit(store), submit(store)
    for id, text in ((bad.id, "{torn"), (old.id, '{"arms": [], "what": 1}')):
        changed = sql.update(database.experiments).where(database.experiments.c.id == id)
        with store.database.write() as connection:
            connection.execute(changed.values(spec=text))
    again = Store(store.database.url, store.folder, hosted=False)
    from viz_models.runs import reading

    reading._specs.clear()
    listed = {e.id: e for e in again.experiments(None)}
    assert listed[good.id].spec == good.spec
    for id in (bad.id, old.id):
        assert listed[id].runs[0].state == "failed"
        assert "cannot be read: delete it" in listed[id].runs[0].reason
    assert again.work.claim().run == good.runs[0].id
    assert again.work.claim() is None
    again.delete("ann", bad.id)
    assert len(again.experiments(None)) == 2


def test_one_broken_chunk_never_breaks_a_curve(store):
    job = started(store)
    for i in range(3):
        store.work.push(job.run, job.attempt, records(2 * i + 1, 2 * i + 2))
    broken = sql.update(database.points).where(database.points.c.chunk == 2)
    with store.database.write() as connection:
        connection.execute(broken.values(steps="[[3,4"))
    assert [r.step for r in store.points(job.run).steps] == [1, 2, 5, 6]
