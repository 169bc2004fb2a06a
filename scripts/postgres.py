"""A PostgreSQL server of one's own in a folder, for tests and the demonstration of a cluster.

`python scripts/postgres.py` says where PostgreSQL is, and installs Debian's package when root.
It listens on 127.0.0.1 alone, on a free port, and trusts whoever is on this machine.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

NONE_FOUND = "no PostgreSQL found and none could be installed: install PostgreSQL 14 or newer"
DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"  # the server refuses to run as root
WAIT_S = 60


def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`; the newest where there are several."""
    versions = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdecimal()]
    found = sorted(versions, key=lambda path: int(path.parent.name))
    if on_path := shutil.which("pg_ctl"):
        found.append(Path(on_path).resolve().parent)
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


def install() -> None:
    """Try to get Debian's package; `programs` tells whether it worked."""
    if not _is_root() or not shutil.which("apt-get"):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "postgresql"]):
        subprocess.run(["apt-get", *command], env=quiet, check=False, stdout=subprocess.DEVNULL)


class Postgres:
    """A server that lives in a new folder; `close` stops it and removes the folder."""

    def __init__(self) -> None:
        """Make the folder and start the server.

        Raises:
            FileNotFoundError: If PostgreSQL is not installed.
            subprocess.CalledProcessError: If it does not start.
        """
        found = programs()
        if found is None:
            raise FileNotFoundError(NONE_FOUND)
        self._programs = found
        self._user = ACCOUNT if _is_root() else None
        self.folder = Path(tempfile.mkdtemp(prefix="forward-pass-postgres-"))
        if self._user:
            shutil.chown(self.folder, self._user, self._user)
        self.port = _free_port()
        self._run("initdb", "-D", self._data, "-U", ACCOUNT, "--auth=trust", "--no-sync")
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c fsync=off"
        options += f" -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log.txt")
        self._control("start", "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop it as a machine that goes down does: open connections are cut."""
        self._control("stop", "-m", "fast")

    def close(self) -> None:
        """Stop it and remove all that it kept."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str = "public") -> str:
        """Return what FORWARD_PASS_DATABASE takes; another schema is another, empty store."""
        address = f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{self.port}/{ACCOUNT}"
        return f"{address}?options=-csearch_path%3D{schema}"

    def add_schema(self, name: str) -> str:
        """Make an empty store; returns its address."""
        sql = f"create schema {name}"
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", ACCOUNT]
        self._run("psql", "-q", *where, "-c", sql)
        return self.url(name)

    def _control(self, verb: str, *options: str) -> None:
        self._run("pg_ctl", verb, "-D", self._data, "-w", "-t", str(WAIT_S), *options)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def main() -> int:
    """Print where it is; install it where there is none."""
    if programs() is None:
        sys.stderr.write("No PostgreSQL here; installing one for the tests.\n")
        install()
    found = programs()
    sys.stdout.write(f"{found or NONE_FOUND}\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
