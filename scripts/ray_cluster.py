"""A Ray cluster of several nodes on this machine, for tests and the demonstration of a cluster.

Whoever joins it or sends it work needs its token (Ray's own token authentication). Ray listens on
every address that the machine has, so `scripts/loopback.sh` gives it a network without any other.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

WAIT_S = 60
STARTS = 3  # of a node that ends before it runs
STARTED = b"Ray runtime started"  # what `ray start` says then


class RayCluster:
    """A head that computes nothing, and nodes that do; `close` ends all of it."""

    def __init__(self) -> None:
        """Start the head and wait until it listens."""
        self.folder = Path(tempfile.mkdtemp(prefix="forward-pass-ray-", dir="/tmp"))
        token = self.folder / "token"
        token.write_text(secrets.token_hex(32), encoding="ascii")
        token.chmod(0o600)
        self.environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        self._port = _free_port()
        self.address = f"127.0.0.1:{self._port}"
        self.nodes: list[subprocess.Popen[bytes]] = []
        where = ["--head", f"--port={self._port}", f"--temp-dir={self.folder}"]
        self._head = self._start(*where, "--include-dashboard=false", "--num-cpus=0")
        self._wait()

    def add_node(self, cpus: int = 1) -> None:
        """Start one more node with so many cores, and wait until it says that it runs.

        Two that start at the same moment on one machine take each other's ports now and then.
        """
        self.nodes.append(self._start(f"--address={self.address}", f"--num-cpus={cpus}"))

    def kill_node(self) -> None:
        """Kill the last node with all its processes, as a machine that loses its power."""
        _kill(self.nodes.pop())

    def close(self) -> None:
        """Kill every node and the head, and remove what they kept."""
        for process in (*self.nodes, self._head):
            _kill(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        """Start the head or a node; one that ends at once is started again.

        Raises:
            ChildProcessError: If it ends each time; the line is the last that it said.
        """
        command = [str(Path(sys.executable).with_name("ray")), "start", "--block"]
        command += ["--node-ip-address=127.0.0.1", "--disable-usage-stats", *options]
        said = b""
        for _ in range(STARTS):
            process = subprocess.Popen(
                command,
                env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            assert process.stdout
            for line in process.stdout:
                said = line.strip() or said
                if STARTED in line:
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                    return process
            _kill(process)
        raise ChildProcessError(f"Ray does not start: {said.decode(errors='replace')}")

    def _wait(self) -> None:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.1)
        self.close()
        raise TimeoutError(f"Ray's head does not answer after {WAIT_S} s")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a node: `ray start`, and the processes that it started in sessions of their own."""
    import psutil

    family = [process.pid]
    if psutil.pid_exists(process.pid):
        family += [p.pid for p in psutil.Process(process.pid).children(recursive=True)]
    for pid in family:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
