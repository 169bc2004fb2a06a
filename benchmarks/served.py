"""A real server of our own, and what it costs it to answer."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 60  # s


@dataclass(frozen=True, slots=True)
class Served:
    """A running `streamlit run app.py`."""

    url: str  # without a slash at the end
    pid: int
    started: float  # s, as time.time() tells it

    def cpu_seconds(self) -> float | None:
        """Processor time of the server so far; None where there is no /proc."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def wait(self) -> None:
        """Return as soon as the server answers.

        Raises:
            RuntimeError: When it does not, in a minute.
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                return
            time.sleep(0.02)
        raise RuntimeError(f"no answer from {self.url} in {_PATIENCE} s")


@contextmanager
def own_folder(*, hosted: bool = False) -> Iterator[None]:
    """Let this process and what it starts keep everything in a new data folder, inside the block.

    Args:
        hosted: Whether the servers are those for strangers.
    """
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ |= {"FORWARD_PASS_HOME": home} | ({"FORWARD_PASS_HOSTED": "1"} if hosted else {})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ |= before


@contextmanager
def fresh_server(script: str = "app.py") -> Iterator[Served]:
    """Start the app as the README says, on a port of its own; stop all of it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.port", str(port), "--server.headless", "true"]
    with tempfile.TemporaryFile() as log:
        started = time.time()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Served(f"http://localhost:{port}", process.pid, started)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for end in (process.terminate, process.kill):
        end()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            return
