"""A whole cluster on this machine: `make cluster-demo`; Ctrl-C stops all of it again.

PostgreSQL, a Ray head with two nodes of one core each, the dispatcher, two web servers, and nginx,
which keeps each visitor on one of them by a cookie. Ray listens on every address that a machine
has. So all of them run in a network of their own, where only 127.0.0.1 exists, if this account may
make one; a door of this machine, on 127.0.0.1 as well, leads to nginx through a file.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import postgres
import ray_cluster

ROOT = Path(__file__).parents[1]
WAIT_S = 120  # for each part to answer
WEB = (8611, 8612)  # ports of the web servers, in their own network
READY, SOCKET = "ready", "web.sock"  # in the folder that both networks share
NO_NGINX = "no nginx found and none could be installed: install nginx"
NGINX = """
daemon off; error_log {folder}/nginx.log; pid {folder}/nginx.pid; worker_processes 1;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  map $cookie_forward_pass_route $route {{ default $cookie_forward_pass_route; '' $request_id; }}
  map $cookie_forward_pass_route $new_route {{
    default ''; '' "forward_pass_route=$request_id; Path=/; HttpOnly; SameSite=Lax";
  }}
  upstream web {{
    hash $route consistent; # a cookie, not the address: a whole class may share one
    {servers}
  }}
  server {{
    listen unix:{folder}/{socket};
    client_max_body_size 11m;
    location / {{
      proxy_pass http://web;
      add_header Set-Cookie $new_route;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For 127.0.0.1;
      proxy_read_timeout 1h;
      proxy_buffering off;
    }}
  }}
}}
"""


def nginx() -> str:
    """Return where nginx is; installs Debian's package when root.

    Raises:
        FileNotFoundError: If there is none.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-q", "-y", "nginx-light"]
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
        found = shutil.which("nginx", path="/usr/sbin")
    if found is None:
        raise FileNotFoundError(NO_NGINX)
    return found


@contextlib.contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in this project; the block ends it as Ctrl-C would."""
    started = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        started.send_signal(signal.SIGINT)  # Ray takes SIGTERM for itself
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def inside(folder: Path) -> None:
    """Run every part until this process is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as parts:
        say("PostgreSQL")
        database = postgres.Postgres()
        parts.callback(database.close)
        say("Ray: a head, and two nodes of one core each")
        cluster = ray_cluster.RayCluster()
        parts.callback(cluster.close)
        for _ in range(2):
            cluster.add_node()
        told = {"FORWARD_PASS_DATABASE": database.url(), "FORWARD_PASS_HOME": str(folder / "home")}
        module = (sys.executable, "-m", "viz_models")
        say("the dispatcher, and two web servers behind nginx")
        ray = ("dispatch", "--engine", "ray", "--address", cluster.address)
        parts.enter_context(process(*module, *ray, **told, **cluster.environment))
        for port in WEB:
            where = ("--address", "127.0.0.1", "--port", str(port))
            parts.enter_context(process(*module, "serve", *where, **told))
        for port in WEB:
            wait(lambda port=port: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"))
        config = folder / "nginx.conf"
        servers = " ".join(f"server 127.0.0.1:{port};" for port in WEB)
        config.write_text(NGINX.format(folder=folder, socket=SOCKET, servers=servers))
        parts.enter_context(process(nginx(), "-c", str(config), "-p", str(folder)))
        wait((folder / SOCKET).stat)
        (folder / SOCKET).chmod(0o666)  # nginx has made it as another account
        (folder / READY).touch()
        signal.pause()


def wait(look: object) -> None:
    """Call something until it raises no OSError.

    Raises:
        TimeoutError: If it still does after two minutes.
    """
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            look()  # type: ignore[operator]
        except OSError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"it does not answer after {WAIT_S} s: {error}") from error
            time.sleep(0.2)
        else:
            return


def say(part: str) -> None:
    """Say what is started next."""
    sys.stderr.write(f"Starting {part}\n")


async def door(folder: Path, port: int, inner: subprocess.Popen[bytes], check: bool) -> int:
    """Lead connections of this machine to nginx; returns when the cluster, or whoever looks, ends.

    Args:
        folder: With nginx' socket.
        port: On 127.0.0.1.
        inner: The process in which the cluster runs.
        check: Whether to ask once for a page and to end.
    """

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):  # cancelled: the door closes
            far_reader, far_writer = await asyncio.open_unix_connection(str(folder / SOCKET))
            await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    while not (folder / READY).exists():
        if inner.poll() is not None:
            return inner.returncode or 1
        await asyncio.sleep(0.2)
    server = await asyncio.start_server(connected, "127.0.0.1", port)
    sys.stderr.write(f"Open http://127.0.0.1:{port} · Ctrl-C stops all of it\n")
    async with server:
        if check:
            address = f"http://127.0.0.1:{port}/healthz"
            answer = await asyncio.to_thread(urllib.request.urlopen, address)
            sys.stderr.write(f"{answer.status} {answer.headers['Set-Cookie']}\n")
            return 0
        while inner.poll() is None:
            await asyncio.sleep(0.5)
    return inner.returncode or 0


def main() -> int:
    """Start the cluster in its own network, and open the door to it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8600, help="default: %(default)s")
    parser.add_argument("--check", action="store_true", help="start, ask once, and stop")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside)
        return 0
    nginx()
    with tempfile.TemporaryDirectory(prefix="forward-pass-cluster-", dir="/tmp") as name:
        Path(name).chmod(0o755)  # PostgreSQL's and nginx' accounts look into it
        command = ["sh", str(ROOT / "scripts/loopback.sh"), sys.executable, __file__]
        inner = subprocess.Popen([*command, "--inside", name], start_new_session=True)
        try:
            return asyncio.run(door(Path(name), options.port, inner, options.check))
        except KeyboardInterrupt:
            return 0
        finally:
            sys.stderr.write("Stopping\n")
            inner.terminate()
            inner.wait()


if __name__ == "__main__":
    sys.exit(main())
