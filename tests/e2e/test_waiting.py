"""Over real sockets: heavy work waits in one queue and is told its place; light work goes on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.mixed import Told, finished
from benchmarks.served import Served
from benchmarks.visitor import PATIENCE_S, asks, tab, visit
from tests.e2e.conftest import running_server
from viz_models.runs.limits import cores

pytestmark = pytest.mark.e2e
MORE = 2  # people than may compute at a time
RACE = "preset=ResNet-18&side=128&seeds=5%20seeds&init=he&{knob}"
KNOBS = ("act=relu", "act=gelu", "act=silu", "net_norm=none", "act=tanh", "init=xavier")


async def one(served, number):
    """Somebody asks for a race that nobody has asked for; what they were told, and what failed."""
    told = Told()
    async with asyncio.timeout(200), tab(served, f"198.51.100.{number + 1}") as wire:
        await wire.send(asks("build", f"{RACE.format(knob=KNOBS[number % 6])}&out={number}"))
        return told, await finished(wire, told)


async def all_at_once(served, people):
    """Several people ask for much; one looks at what is known meanwhile."""
    for page in ("build", "positions"):
        await visit(served, page, 90.0)
    heavy = [asyncio.create_task(one(served, number)) for number in range(people)]
    await asyncio.sleep(1.0)
    light = await visit(served, "positions")
    waited = not all(task.done() for task in heavy)
    return light, waited, await asyncio.gather(*heavy)


def test_who_waits_is_told_and_a_light_page_comes_meanwhile(tmp_path):
    people = max(2, cores()) + MORE
    home = str(tmp_path / "home")
    with running_server(
        tmp_path / "log.txt", FORWARD_PASS_HOSTED="1", FORWARD_PASS_HOME=home
    ) as running:
        served = Served(running.url, 0, 0.0)
        with ThreadPoolExecutor(1) as other:  # Playwright has a loop of its own in this thread
            light, waited, seen = other.submit(asyncio.run, all_at_once(served, people)).result()
    assert [wrong for _, wrong in seen if wrong] == []
    assert waited, "the light page came only after all of the heavy ones"
    assert light < PATIENCE_S
    assert sum(bool(told.places) for told, _ in seen) >= MORE
