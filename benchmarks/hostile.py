"""What one hostile visitor can do to a server of our own on this machine: `make hostile`.

Each attack is bounded, goes against 127.0.0.1 alone, and ends with a line that says whether the
server held. Meanwhile a light visitor, from another address, opens pages; how long that takes at
most is measured too. Attacks that need no flood (bad images, uploads, links, full disks) are tests.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - a client of its protocol
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above

from benchmarks import visitor
from benchmarks.load import quantile
from benchmarks.resident import grown, resident
from benchmarks.served import Served, fresh_server, own_folder
from benchmarks.visitor import ANN, EVE, PATIENCE_S, asks, cookie, request, tab, visit
from viz_models.records import ExperimentSpec, RunSpec
from viz_models.records.train.experiments import Arm, StepRecord
from viz_models.runs.store import Store

LIGHT = ("home", "attend", "positions")  # what the light visitor opens, in turn
BUDGET_S = 0.7  # p95 of a light page under attack by one person
SECONDS = 8.0  # of each attack that lasts
BACK_S = 5.0  # from the death of a server to the page of a run on the next one
WARM_S = 60.0  # for each page, until it has imported what it needs
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
    said = f"a light page takes {p95:.2f} s (p95, budget {BUDGET_S}), {resident(served)} MiB in use"
    return Line(attack, p95 <= BUDGET_S, said)


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


async def knocking(served: Served, **headers: str) -> None:
    """Open sockets as fast as the server answers, and keep those that it lets in."""
    async with AsyncExitStack() as opened:
        while True:
            with suppress(websockets.InvalidStatus):
                await opened.enter_async_context(tab(served, EVE, **headers))


async def naming(served: Served) -> None:
    """Ask for new names one after the other."""
    while True:
        await asyncio.to_thread(cookie, served, EVE)


async def uploading(served: Served) -> None:
    """Fill twenty tabs with files of 9 MiB each, one after the other, again and again."""
    _, headers = await asyncio.to_thread(request, served, "/_stcore/health")
    token = re.search(r"_streamlit_xsrf=([^;]*)", headers.get("set-cookie", ""))
    kept = f"_streamlit_xsrf={token[1]}" if token else ""
    async with AsyncExitStack() as opened:
        sessions = []
        for _ in range(20):
            wire = await opened.enter_async_context(tab(served, EVE, kept))
            await wire.send(asks("home"))
            message = ForwardMsg.FromString(await wire.recv())  # type: ignore[arg-type]
            sessions.append(message.new_session.initialize.session_id)
        while True:
            for session in sessions:
                await asyncio.to_thread(visitor.put, served, session, kept)


def doors(served: Served) -> list[Line]:
    """Foreign names, forged and many cookies."""
    foreign, _ = request(served, Host="evil.example")
    names = [cookie(served, EVE) for _ in range(300)]
    given = sum(bool(name) for name in names)
    again = bool(cookie(served, ANN))
    forged = {"Cookie": f"owner={'0123456789abcdef' * 2}", "X-Forwarded-For": ANN}
    _, headers = request(served, Accept="text/html", **forged)
    new = "owner=" in headers.get("set-cookie", "")
    return [
        Line("a foreign Host", foreign == 403, f"status {foreign}"),
        Line("300 new names for one address", given <= 130 and again, f"{given} given"),
        Line("a name that somebody made up", new, "replaced" if new else "taken"),
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


def killed() -> Line:
    """Kill a server that shows a run, start the next one, and see when the run is there again."""
    run = a_run()
    with fresh_server("app.py") as first:
        first.wait()
        os.kill(first.pid, signal.SIGKILL)
    with fresh_server("app.py") as served:
        asyncio.run(seen(served, run))
        took = time.time() - served.started
    return Line("SIGKILL of the web server", took <= BACK_S, f"its run is there after {took:.1f} s")


def a_run() -> str:
    """Return an experiment with one run that has ended, in the data folder of now."""
    spec = ExperimentSpec(name="kept", arms=(Arm(label="a", run=RunSpec()),))
    store = Store()
    made = store.submit("somebody", spec, "kept")
    if job := store.work.claim():
        told = [StepRecord(step=i, samples=i, loss=2 / i, accuracy=0.5) for i in range(1, 300)]
        store.work.push(job.run, job.attempt, told, 1.0)
        store.work.end(job.run, job.attempt, "finished")
    store.close()
    return made.id


async def seen(served: Served, run: str) -> None:
    """Return as soon as the curves of a run are on its page."""
    while True:
        with suppress(OSError, websockets.WebSocketException):
            async with tab(served, ANN) as wire:
                await wire.send(asks("train", f"run={run}"))
                async for raw in wire:
                    message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                    if message.delta.new_element.WhichOneof("type") == "progress":
                        return
        await asyncio.sleep(0.05)


async def attack(served: Served) -> AsyncIterator[Line]:
    """All of them, one after the other."""
    for page in (*LIGHT, "build", "flow"):
        await visit(served, page, WARM_S)
    usual = await light(served, SECONDS / 2)
    yield Line("nobody attacks", True, f"a light page takes {usual:.2f} s (p95)")
    races = [RACES.format(init=init) + again for init in INITS for again in ("", "&act=gelu")]
    large = [LARGE.format(seed=seed) for seed in range(1, 5)]
    foreign = {"Origin": "http://evil.example"}
    floods: dict[str, Callable[[], Awaitable[None]]] = {
        "clear_cache, five a second": lambda: clearing(served),
        "8 races of a ResNet-50": lambda: tabs(served, "build", races),
        "4 times a VGG-19": lambda: tabs(served, "flow", large),
        "20 tabs full of uploads": lambda: uploading(served),
        "sockets without end": lambda: knocking(served),
        "sockets of a page of another site": lambda: knocking(served, **foreign),
        "new names without end": lambda: naming(served),
    }
    for name, flood in floods.items():
        yield await under(served, name, flood)
    for line in (*await sockets(served), *await asyncio.to_thread(doors, served)):
        yield line
    yield Line("120 sessions on all pages", *await grown(served))


async def all_of(served: Served) -> bool:
    """Try them, and print each line as soon as it is known; whether all held."""
    held = True
    async for line in attack(served):
        print(line, flush=True)
        held &= line.held
    return held


def main(arguments: Sequence[str] = ()) -> int:
    """Start a server in a folder of its own, attack it, print; 1 where something fell."""
    argparse.ArgumentParser(prog="python -m benchmarks.hostile").parse_args(arguments)
    with own_folder(hosted=True):
        with fresh_server("app.py") as served:
            served.wait()
            held = asyncio.run(all_of(served))
        last = killed()
    print(last)
    return int(not (held and last.held))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
