"""A data folder that is read-only, full, overwritten or removed: a real disk, and a real server."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from tests.runs.rig import records, tiny
from tests.web.rig import opened, told
from viz_models.runs.home import DATABASE_FILE
from viz_models.runs.store import Store

PATIENCE_S = 60
DISK = """
mount -t tmpfs -o size=2m,mode=700 tmpfs "$FORWARD_PASS_HOME" || exit 1
cp -a "$1"/. "$FORWARD_PASS_HOME" || exit 1
while echo ready && read -r line; do eval "$line"; done
"""
SERVER = "{python} -m streamlit run app.py {options} < /dev/null > {log} 2>&1 &"


class SmallDisk:
    """A disk of 2 MiB that only the processes started here see, and the app on it."""

    def __init__(self, folder, content):
        home = folder / "home"
        home.mkdir()
        rights = [] if os.geteuid() == 0 else ["-r"]
        self.environment = {**os.environ, "FORWARD_PASS_HOME": str(home), "PYTHONPATH": str(ROOT)}
        self.shell = subprocess.Popen(
            ["unshare", *rights, "-m", "sh", "-c", DISK, "sh", content],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self.shell.stdout.readline() != "ready\n":
            pytest.skip("needs the right to mount a disk of its own")
        self.folder, self.log = home, folder / "log"
        self.inside = Path(f"/proc/{self.shell.pid}/root{home}")

    def do(self, line):
        """Run a line in the shell that sees the disk."""
        self.shell.stdin.write(f"{line}\n")
        self.shell.stdin.flush()
        assert self.shell.stdout.readline() == "ready\n"

    def serve(self):
        """Start the app; returns when it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        options = {"port": self.host[10:], "address": "127.0.0.1", "headless": "true"}
        text = " ".join(f"--server.{name} {value}" for name, value in options.items())
        self.do(SERVER.format(python=sys.executable, options=text, log=self.log))
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                if requests.get(f"http://{self.host}/healthz", timeout=10).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        pytest.fail(f"no server:\n{self.log.read_text()[-2000:]}")

    def fill(self):
        with (self.inside / "filler").open("wb", buffering=0) as file:
            for size in (2**16, 512):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def page(self, name, query=""):
        """What a page says: (kind, text) of headlines, lines, bars and errors."""
        said = []
        with opened(self.host, name, query) as wire:
            for answer in told(wire, PATIENCE_S):
                element = answer.delta.new_element
                kind = element.WhichOneof("type")
                if kind in ("alert", "heading", "markdown"):
                    said.append((kind, getattr(element, kind).body.replace("\\", "")))
                elif kind in ("progress", "exception"):
                    said.append((kind, str(getattr(element, kind))))
        return said

    def until(self, line, name, query=""):
        """Ask for a page until one of its lines says so; returns what it says then."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            said = self.page(name, query)
            if any(kind == "alert" and line in text for kind, text in said):
                return said
            time.sleep(0.2)
        pytest.fail(f"not {line!r} but {[each for each in said if each[0] != 'markdown']}")

    def end(self):
        own = f"FORWARD_PASS_HOME={self.folder}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if own in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:  # it has ended meanwhile, or is somebody else's
                continue
        self.shell.wait()


@pytest.fixture
def half_done(tmp_path):
    """A data folder with a run that is half done, and its experiment's id."""
    folder = tmp_path / "content"
    folder.mkdir()
    store = Store(f"sqlite:///{folder / DATABASE_FILE}", folder / "runs", hosted=False)
    id = store.submit("local", tiny(), "k").id
    job = store.work.claim()
    store.work.push(job.run, job.attempt, records(1, 30), share=0.5)
    store.close()
    (folder / "runs").mkdir(exist_ok=True)
    return folder, id


@pytest.fixture
def disk(tmp_path, half_done):
    if sys.platform != "linux" or not shutil.which("unshare"):
        pytest.skip("needs Linux and unshare")
    made = SmallDisk(tmp_path, half_done[0])
    yield made
    made.end()


def fine(said):
    kinds = [kind for kind, _ in said]
    assert "exception" not in kinds, said
    assert "heading" in kinds or any(text.startswith("# ") for _, text in said)
    return kinds


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_runs_are_shown_as_what_they_are_whatever_happens_to_the_disk(disk, half_done):
    _, id = half_done
    disk.do('mount -o remount,ro "$FORWARD_PASS_HOME"')
    disk.serve()
    for page, query in (("train", f"run={id}"), ("runs", ""), ("runs", f"run={id}")):
        said = disk.until("the data folder is read-only", page, query)
        assert "progress" not in fine(said), "a bar that stands still"
        (line,) = [text for kind, text in said if kind == "alert"]
        assert "running] 50 %" in line
        assert str(disk.folder) not in str(said)
    assert "alert" not in fine(disk.page("train"))  # recorded answers need no disk
    assert "alert" not in fine(disk.page("home"))

    disk.do('mount -o remount,rw "$FORWARD_PASS_HOME"')
    disk.fill()
    said = disk.until("the disk is full", "train", f"run={id}")
    assert "progress" not in fine(said)
    (disk.inside / "filler").unlink()

    (disk.inside / DATABASE_FILE).write_bytes(b"this was never a database" * 100)
    fine(disk.until("was damaged and has been set aside", "train", f"run={id}"))
    assert fine(disk.page("runs"))

    disk.do('rm -rf "$FORWARD_PASS_HOME"/*')
    fine(disk.until("No such run: it was deleted", "train", f"run={id}"))
    fine(disk.page("runs"))
