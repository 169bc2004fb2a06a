"""Databases and folders that are locked, torn or full of rubbish (F7)."""

import shutil
import sqlite3
import time

import pytest

from tests.runs.rig import LONG, TINY, records, tiny
from viz_models.runs import client
from viz_models.runs.home import DATABASE_FILE
from viz_models.runs.owners import NoSuchRunError
from viz_models.runs.store import Store, StoreError


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_f7_a_locked_database_holds_nothing_up_for_good(rig):
    id = rig.start(tiny(LONG))
    rig.wait_for_steps(id, 5)
    other = sqlite3.connect(rig.folder / DATABASE_FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(5)
    other.execute("COMMIT")
    other.close()
    rig.wait_for_steps(id, client.store().run(id).step + 50)
    steps = rig.steps(id)
    assert steps == list(range(1, len(steps) + 1))
    assert client.store().run(id).attempt == 1


def again(ask):
    """Ask; the first time it may say, in one line, that it could not."""
    try:
        ask()
    except StoreError as error:
        said = str(error)
        assert said.startswith("the list of runs could not be read and was set aside")


def filled(folder):
    store = Store(f"sqlite:///{folder / DATABASE_FILE}", folder / "runs", hosted=False)
    store.submit("ann", tiny(seeds=tuple(range(20))), "k")
    while job := store.work.claim():
        store.work.push(job.run, job.attempt, records(1, 200))
        store.work.end(job.run, job.attempt, "finished")
    store.close()
    return folder / DATABASE_FILE


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"this was never a database" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:100] + 4000 * b"\xff"),
        lambda path: path.write_bytes(b""),
    ],
    ids=["rubbish", "truncated", "torn", "empty"],
)
def test_f7_an_unreadable_database_is_set_aside(tmp_path, harm):
    path = filled(tmp_path)
    harm(path)
    broken = path.stat().st_size
    store = Store(f"sqlite:///{path}", tmp_path / "runs", hosted=False)
    again(lambda: store.experiments(None))
    assert store.experiments(None) == ()
    assert store.submit("ann", tiny(TINY), "k2").runs[0].state == "queued"
    store.close()
    aside = list(tmp_path.glob(f"{DATABASE_FILE}.broken-*"))
    assert len(aside) == bool(broken)


def test_f7_a_database_that_breaks_while_it_is_open(tmp_path):
    path = filled(tmp_path)
    store = Store(f"sqlite:///{path}", tmp_path / "runs", hosted=False)
    path.write_bytes(path.read_bytes()[:5000])
    for _ in range(3):
        again(lambda: store.submit("ann", tiny(TINY), "k2"))
    assert [e.owner for e in store.experiments("ann")] == ["ann"]
    store.close()


def test_f7_one_broken_folder_breaks_nothing(tmp_path):
    store = Store(f"sqlite:///{tmp_path / DATABASE_FILE}", tmp_path / "runs", hosted=False)
    ids = []
    for i in range(3):
        store.submit("ann", tiny(), str(i))
        job = store.work.claim()
        store.work.push(job.run, job.attempt, records(1, 3))
        ids.append(job.run)
    gone, rubbish, _ = ids
    shutil.rmtree(store.folder / gone, ignore_errors=True)
    (store.folder / rubbish).mkdir(parents=True)
    (store.folder / rubbish / "moments").write_bytes(b"a file where a folder should be")
    (store.folder / rubbish / "checkpoint-000000001").write_bytes(b"\x00")
    assert len(store.experiments("ann")) == 3
    for id in ids:
        assert len(store.points(id).steps) == 3
        assert store.moments(id) == ()
    (store.folder.parent / "runs-file").write_bytes(b"")
    with pytest.raises(NoSuchRunError):
        store.run("nobody")
    store.close()
