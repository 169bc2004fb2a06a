"""Processes have names that are never used again; a lock ends with its holder."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT
from tests.runs.rig import until
from viz_models.runs import presence, processes
from viz_models.runs.lock import Lock

HOLD = """
import sys, time
from pathlib import Path
from viz_models.runs.lock import Lock
lock = Lock(Path(sys.argv[1]))
assert lock.acquire({"version": 1})
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield child
    child.kill()
    child.wait()


def test_a_process_has_one_name_as_long_as_it_lives(sleeper):
    name = processes.name_of(sleeper.pid)
    assert processes.alive(name)
    assert processes.pid_of(name) == sleeper.pid
    until(lambda: processes.memory(name) > 2**20)
    processes.kill(name)
    until(lambda: not processes.alive(name))  # also while it is a zombie
    processes.kill(name)


PARENT = """
import subprocess, sys, time
held = "import sys; x = b'x' * (80 << 20); print(1, flush=True); sys.stdin.read()"
pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
child = subprocess.Popen([sys.executable, "-c", held], **pipes)
child.stdout.readline()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_memory_of_a_run_is_that_of_all_its_processes():
    """A run of two workers had the limit of one."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout.readline() == "held\n"
        name = processes.name_of(parent.pid)
        assert processes.memory(name) < 80 << 20 <= processes.family_memory(name)
    finally:
        parent.communicate("")
    assert processes.family_memory(name) == 0


def test_a_process_that_was_stopped_is_known(sleeper):
    name = processes.name_of(sleeper.pid)
    assert not processes.stopped(name)
    sleeper.send_signal(signal.SIGSTOP)
    until(lambda: processes.stopped(name))
    assert processes.alive(name)
    sleeper.send_signal(signal.SIGCONT)
    until(lambda: not processes.stopped(name))


@pytest.mark.parametrize("part", [1, 2])
def test_another_process_with_the_same_id_is_another(sleeper, part):
    parts = processes.name_of(sleeper.pid).split(":")
    parts[part] = "1"
    other = ":".join(parts)
    assert not processes.alive(other)
    processes.kill(other)
    assert sleeper.poll() is None


@pytest.mark.parametrize("name", ["", "nobody", "-1:2:3", "0:1:2", "99999999:1:2"])
def test_what_is_no_name_is_nobodys(name):
    assert not processes.alive(name)
    processes.kill(name)
    assert processes.memory(name) == processes.family_memory(name) == 0
    assert not processes.stopped(name)


def test_a_lock_is_one_process_and_ends_with_it(tmp_path):
    lock = Lock(tmp_path / "a.lock")
    assert not lock.held()
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, lock.path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "held\n"
    assert lock.held()
    assert lock.words() == {"version": 1}
    assert not lock.acquire({"version": 2})
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not lock.held()
    assert lock.acquire({"version": 2})
    assert lock.words() == {"version": 2}
    lock.release()
    assert not lock.held()


def test_workers_are_told_no_secrets(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "x")
    monkeypatch.setenv("aws_secret_access_key", "x")
    secrets = {"AWS_ACCESS_KEY_ID", "DATABASE_URL", "PGPASSFILE", "SSH_AUTH_SOCK", "OMP_API_KEY"}
    for name in secrets:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:password@proxy")
    monkeypatch.setenv("http_proxy", "http://proxy:8080")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("FORWARD_PASS_DATABASE", "postgresql://me:password@here/runs")
    told = presence.environment()
    assert told.keys().isdisjoint({"HF_TOKEN", "HTTPS_PROXY", *secrets})
    assert told["http_proxy"] == "http://proxy:8080"
    assert told["OMP_NUM_THREADS"] == "1"
    assert "aws_secret_access_key" not in told
    assert told["FORWARD_PASS_DATABASE"] == os.environ["FORWARD_PASS_DATABASE"]
    assert told["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize("module", ["engine", "dispatcher", "worker", "lock", "client", "files"])
def test_nothing_that_windows_lacks_is_imported_at_top_level(module):
    lacking = {"fcntl", "resource", "pwd", "grp", "termios"}
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import viz_models.runs.{module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    ours = (ROOT / "viz_models" / "runs").glob("*.py")
    assert "viz_models.runs" in said.stderr
    assert "torch" not in {line.rpartition("|")[2].strip() for line in said.stderr.splitlines()}
    for path in ours:
        top = [t for t in path.read_text(encoding="utf-8").splitlines() if t.startswith("import ")]
        assert not lacking & {line.split()[1] for line in top}


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_tell_memory_and_names_too(sleeper, monkeypatch, system):
    """Of Windows ours said 0 bytes, so that its limit of memory never acted."""
    monkeypatch.setattr(processes, "_SYSTEM", system)
    name = processes.name_of(sleeper.pid)
    assert processes.alive(name)
    until(lambda: processes.memory(name) > 2**20)
    assert not processes.stopped(name)
    processes.kill(name)
    until(lambda: not processes.alive(name))
    assert processes.memory(name) == 0


def test_a_lock_is_taken_in_one_thread_and_let_go_of_in_another(tmp_path):
    lock, other = Lock(tmp_path / "one.lock"), Lock(tmp_path / "one.lock")
    assert not other.held()
    taker = threading.Thread(target=lock.acquire, args=({"version": 3},))
    taker.start()
    taker.join()
    assert (lock.held(), other.held(), other.acquire({})) == (True, True, False)
    assert other.words() == {"version": 3}
    lock.release()
    assert not other.held()
    assert other.acquire({"version": 4})
    other.release()
