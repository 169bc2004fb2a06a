"""The data folder, and what is done where it is full, removed or replaced."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.conftest import ROOT
from tests.runs.rig import tiny
from viz_models.runs import dispatcher, home
from viz_models.runs.home import DATABASE_FILE
from viz_models.runs.store import Store, StoreError

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from viz_models.runs import home, presence
print(home.trouble())
presence.ensure()
print([path.name for path in home.home().iterdir()])
"""


def opened(folder):
    return Store(f"sqlite:///{folder / DATABASE_FILE}", folder / "runs", hosted=False)


def test_nothing_is_wrong_with_a_usual_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    assert home.trouble() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_where_nothing_more_can_be_written_the_disk_is_called_full_and_nobody_is_started(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        env={**os.environ, "PYTHONPATH": str(ROOT), "FORWARD_PASS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    line, names = done.stdout.splitlines()
    assert line == "the disk is full, so that nothing can be stored until some space is free"
    assert names == "[]"


def test_a_folder_that_was_removed_begins_anew(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    store = opened(folder)
    store.submit("ann", tiny(), "1")
    shutil.rmtree(folder)
    with pytest.raises(StoreError):
        store.experiments(None)
    folder.mkdir()
    assert store.experiments(None) == ()
    assert store.submit("ann", tiny(), "2").runs[0].state == "queued"
    store.close()


def test_another_list_in_its_place_is_read(tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    store, other = opened(tmp_path / "here"), opened(tmp_path / "there")
    store.submit("ann", tiny(), "1")
    bobs = other.submit("bob", tiny(), "1")
    other.close()
    (tmp_path / "there" / DATABASE_FILE).replace(tmp_path / "here" / DATABASE_FILE)
    assert [each.id for each in store.experiments(None)] == [bobs.id]
    store.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_dispatcher_goes_on_where_its_log_has_no_room(monkeypatch):
    class Silent:
        def step(self, claims):
            raise StoreError("disk full: free some space, then resume")

        def unanswered(self):
            pass

    alive = None
    with suppress(OSError), open("/dev/full", "w", buffering=1) as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stderr", full)  # closing it fails as well
        alive = dispatcher.round_of(Silent())
    assert alive == 1
