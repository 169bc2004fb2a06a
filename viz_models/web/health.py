"""Whether this server is alive and ready, and what it does: for machines and for teachers."""

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from viz_models.runs import client, home, presence, processes
from viz_models.web import gate, secret

DISK_BYTES = 256 << 20  # with less left, runs cannot keep what they compute
PATIENCE_S = 4.0  # for a store that hangs
FRESH_S = 1.0  # an answer is given again for so long: asking often costs nothing
SIGNED = "status page"
LOCAL = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Ready:
    """What a server needs to take people; each reason is "" where all is well."""

    store: str
    dispatcher: str
    disk: str
    disk_left_mib: int

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not (self.store or self.dispatcher or self.disk)


_latest: list[tuple[float, Ready]] = []


def look() -> Ready:
    """Ask the run store, its dispatcher and the disk; at most once a second."""
    now = time.monotonic()
    if _latest and now - _latest[0][0] < FRESH_S:
        return _latest[0][1]
    try:
        folder = str(home.home())
        left = shutil.disk_usage(folder).free
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        line = f"the data folder cannot be written: {error.strerror}"
        found = Ready(line, "it needs the data folder", "it cannot be read", 0)
    else:
        short = f"{left >> 20} MiB are left, {DISK_BYTES >> 20} are needed"
        found = Ready(_store(), _dispatcher(), short if left < DISK_BYTES else "", left >> 20)
    _latest[:] = [(now, found)]
    return found


def _store() -> str:
    try:
        client.ping()
    except OSError as error:  # a StoreError is one
        return error.strerror or str(error)
    return ""


def _dispatcher() -> str:
    """Return what is wrong with it; where runs wait and it is gone, it is started again."""
    try:
        if client.counts():
            presence.ensure()
        return presence.trouble()
    except OSError as error:
        return f"it cannot be started: {error.strerror}"


async def healthz(_: Request) -> PlainTextResponse:
    """Answer a load balancer; Streamlit answers every unknown path with 200."""
    return PlainTextResponse("ok")


async def readyz(_: Request) -> JSONResponse:
    """Say whether this server should be sent people; 503 with the reason where not."""
    try:
        found = await asyncio.wait_for(asyncio.to_thread(look), PATIENCE_S)
    except TimeoutError:
        found = Ready(f"no answer in {PATIENCE_S:g} s", "not asked", "not asked", 0)
    said = {"ready": found.ready} | asdict(found)
    return JSONResponse(said, 200 if found.ready else 503, {"Cache-Control": "no-store"})


def key() -> str:
    """Return the secret with which a teacher reads the status of a hosted server."""
    return secret.signature(SIGNED)


def may_look(request: Request) -> bool:
    """Whether somebody has the teacher's secret, or sits at a machine that nobody shares."""
    if secret.is_signed(SIGNED, request.query_params.get("key", "")):
        return True
    return not home.hosted() and request.client is not None and request.client.host in LOCAL


def numbers(queue: Callable[[], tuple[int, int]]) -> dict[str, object]:
    """Return what the status page shows.

    Args:
        queue: How many compute for pages now, and how many wait for their turn.
    """
    computing, waiting = queue()
    found, runs = look(), client.counts()
    tabs, addresses = gate.present()
    return {
        "tabs open": tabs,
        "addresses": addresses,
        "pages computing": computing,
        "pages waiting for their turn": waiting,
        "runs that compute": runs["running"] + runs["starting"],
        "runs that wait": runs["queued"],
        "run store": found.store or "answers",
        "dispatcher": found.dispatcher or "there",
        "disk left, MiB": found.disk_left_mib,
        "memory of the server, MiB": processes.memory(processes.own_name()) >> 20,
        "processors": os.cpu_count() or 1,
        "devices for runs": ", ".join(client.devices()) or "CPU",
    }


def status(queue: Callable[[], tuple[int, int]]) -> Route:
    """Return the page for whoever teaches: people, queue, device, memory."""

    async def answer(request: Request) -> Response:
        if not may_look(request):
            return PlainTextResponse("Not found\n", 404)
        said = await asyncio.to_thread(numbers, queue)
        if request.query_params.get("format") == "json":
            return Response(json.dumps(said), media_type="application/json")
        return HTMLResponse(_page(said), headers={"Cache-Control": "no-store"})

    return Route("/status", answer)


def _page(said: dict[str, object]) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in said.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Status</title>'
        '<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">'
        "<style>:root{color-scheme:light dark}body{font:18px system-ui;margin:2rem}"
        "th{text-align:left;font-weight:400;padding:.3rem 2rem .3rem 0}td{font-weight:600}</style>"
        f"<main><h1>Forward Pass: this server now</h1><table>{rows}</table></main></html>"
    )
