"""What one hostile visitor can do to a server of our own on this machine: `make hostile`.

Each attack is bounded, goes against 127.0.0.1 alone, and ends with a line that says whether the
server held. Meanwhile a light visitor, from another address, opens pages; how long that takes at
most is measured too.
"""

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from urllib.error import HTTPError

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - a client of its protocol
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above

from benchmarks.load import quantile
from benchmarks.served import Served, fresh_server

EVE, ANN = "198.51.100.1", "203.0.113.7"  # addresses that no machine has; a proxy here says them
LIGHT = ("home", "attend", "positions")  # what the light visitor opens, in turn
BUDGET_S = 0.7  # p95 of a light page under attack by one person
SECONDS = 12.0  # of each attack that lasts
WARM_S = 60.0  # for each page, until it has imported what it needs
PATIENCE_S = 30.0
RACES = "preset=ResNet-50&side=224&seeds=5%20seeds&init={init}"
INITS = ("he", "xavier", "torch", "orthogonal")
LARGE = "model=vgg19&weights=random%2C%20seed%20{seed}"


class Line:
    """What one attack came to."""

    def __init__(self, attack: str, held: bool, said: str) -> None:
        """Keep it."""
        self.attack, self.held, self.said = attack, held, said

    def __str__(self) -> str:
        """One row of the table."""
        return f"{'held' if self.held else 'FELL':5} {self.attack:44} {self.said}"


def request(served: Served, path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    """Return the status of an answer, and its headers."""
    asked = urllib.request.Request(served.url + path, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return answer.status, dict(answer.headers)
    except HTTPError as refused:
        return refused.code, dict(refused.headers)


def cookie(served: Served, address: str) -> str:
    """Return a name that the server gives to a new browser; "" for none."""
    _, headers = request(served, Accept="text/html", **{"X-Forwarded-For": address})
    found = re.search(r"owner=[^;]*", headers.get("set-cookie", headers.get("Set-Cookie", "")))
    return found[0] if found else ""


def tab(served: Served, address: str, name: str = "", **more: str) -> websockets.connect:
    """Return a socket to the server, not open yet."""
    headers = {"X-Forwarded-For": address, **({"Cookie": name} if name else {}), **more}
    return websockets.connect(
        served.url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=2**26,
        proxy=None,
        open_timeout=PATIENCE_S,
        ping_interval=None,
    )


def asks(page: str, query: str = "") -> bytes:
    """Return what a browser sends to open a page."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    return message.SerializeToString()


async def visit(served: Served, page: str, patience: float = PATIENCE_S) -> float:
    """Seconds until a page is there; `patience` if it never was, or was an error."""
    begin = time.monotonic()
    with suppress(OSError, TimeoutError, websockets.WebSocketException):
        async with asyncio.timeout(patience), tab(served, ANN) as wire:
            await wire.send(asks(page))
            async for raw in wire:
                message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                if message.delta.new_element.WhichOneof("type") == "exception":
                    return patience
                if message.WhichOneof("type") == "script_finished":
                    return time.monotonic() - begin
    return patience


async def light(served: Served, seconds: float) -> float:
    """p95 of the pages that a light visitor opens for so long."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until or len(took) < len(LIGHT):
        took.append(await visit(served, LIGHT[len(took) % len(LIGHT)]))
        await asyncio.sleep(0.2)
    return quantile(took, 0.95)


async def under(served: Served, attack: str, flood: Callable[[], Awaitable[None]]) -> Line:
    """Return what a light visitor notices of something that goes on."""
    task = asyncio.create_task(flood())  # type: ignore[arg-type]
    await asyncio.sleep(1)
    p95 = await light(served, SECONDS)
    task.cancel()
    with suppress(asyncio.CancelledError, OSError, websockets.WebSocketException):
        await task
    return Line(attack, p95 <= BUDGET_S, f"a light page takes {p95:.2f} s (p95, budget {BUDGET_S})")


async def tabs(served: Served, page: str, queries: Sequence[str]) -> None:
    """One person opens these at once, and listens."""
    name = cookie(served, EVE)
    async with AsyncExitStack() as opened:
        wires = [await opened.enter_async_context(tab(served, EVE, name)) for _ in queries]
        for wire, query in zip(wires, queries, strict=True):
            await wire.send(asks(page, query))
        await asyncio.gather(*(_listen(wire) for wire in wires))


async def _listen(wire: websockets.ClientConnection) -> None:
    async for _ in wire:
        pass
    await asyncio.sleep(SECONDS)


async def clearing(served: Served) -> None:
    """Ask five times a second that everybody's caches be emptied."""
    async with tab(served, EVE) as wire:
        while True:
            await wire.send(BackMsg(clear_cache=True).SerializeToString())
            await asyncio.sleep(0.2)


def doors(served: Served) -> list[Line]:
    """Foreign names, foreign pages, forged and many cookies."""
    foreign, _ = request(served, Host="evil.example")
    names = [cookie(served, EVE) for _ in range(300)]
    given = sum(bool(name) for name in names)
    again = bool(cookie(served, ANN))
    return [
        Line("a foreign Host", foreign == 403, f"status {foreign}"),
        Line("300 new names for one address", given <= 130 and again, f"{given} given"),
    ]


async def sockets(served: Served) -> list[Line]:
    """Foreign Origins, and five hundred sockets."""
    begin, got = time.monotonic(), 0
    for _ in range(20):
        with suppress(websockets.WebSocketException):
            async with tab(served, EVE, Origin="http://evil.example"):
                got += 1
    took = time.monotonic() - begin
    async with AsyncExitStack() as opened:
        count = 0
        for _ in range(500):
            with suppress(websockets.InvalidStatus):
                await opened.enter_async_context(tab(served, EVE))
                count += 1
        status, _ = await asyncio.to_thread(request, served, "/healthz")
        there = await visit(served, "home")
    held = status == 200 and there < PATIENCE_S and count <= 120
    return [
        Line(
            "20 sockets of a page of another site", got == 0, f"{got} let in, {took:.1f} s in all"
        ),
        Line("500 sockets of one address", held, f"{count} let in; a page took {there:.2f} s"),
    ]


async def attack(served: Served) -> list[Line]:
    """All of them, one after the other."""
    for page in (*LIGHT, "build", "flow"):
        await visit(served, page, WARM_S)
    usual = await light(served, SECONDS / 2)
    lines = [Line("nobody attacks", True, f"a light page takes {usual:.2f} s (p95)")]
    races = [RACES.format(init=init) + again for init in INITS for again in ("", "&act=gelu")]
    large = [LARGE.format(seed=seed) for seed in range(1, 5)]
    lines.append(await under(served, "clear_cache, five a second", lambda: clearing(served)))
    lines.append(
        await under(served, "8 races of a ResNet-50", lambda: tabs(served, "build", races))
    )
    lines.append(await under(served, "4 times a VGG-19", lambda: tabs(served, "flow", large)))
    lines += await sockets(served)
    return lines + await asyncio.to_thread(doors, served)


def main(arguments: Sequence[str] = ()) -> int:
    """Start a server in a folder of its own, attack it, print; 1 where something fell."""
    argparse.ArgumentParser(prog="python -m benchmarks.hostile").parse_args(arguments)
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"FORWARD_PASS_HOME": home, "FORWARD_PASS_HOSTED": "1"}
        try:
            with fresh_server("app.py") as served:
                served.wait()
                lines = asyncio.run(attack(served))
        finally:
            os.environ.clear()
            os.environ |= before
    print("\n".join(map(str, lines)))
    return int(not all(line.held for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
