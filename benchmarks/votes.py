"""Sixty people vote within one second: how many votes are counted, and when each sees its own.

Real sockets, each with a cookie that the server gave, all behind one address, as a school is. The
tabs tick as a browser's do. Part of `make load`; alone: `python -m benchmarks.votes`.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - a client of its protocol
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above

from benchmarks.hostile import ANN, asks, cookie, tab
from benchmarks.load import quantile
from benchmarks.served import Served, fresh_server, own_folder
from viz_models.records.classroom.room import QuestionSpec
from viz_models.runs import home as places
from viz_models.runs.classroom import classes, polls
from viz_models.runs.database import Database

PEOPLE = 60
WITHIN_S = 1.0
TICK_S = 2.0  # as the page asks for
PATIENCE_S = 90.0  # for all to come in, and for all to see their votes
QUESTION = QuestionSpec(text="A or B?", choices=("A", "B"), answer="1")


@dataclass
class Student:
    """One tab of the class page."""

    code: str
    choice: str
    ballot: str = ""  # id of the choices on the page
    fragment: str = ""
    pressed: bool = False
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    took: float = PATIENCE_S  # s from the press until the page shows the own vote
    errors: list[str] = field(default_factory=list)

    async def take_part(self, served: Served, go: "asyncio.Future[float]", place: float) -> None:
        """Come in, wait for the moment, vote, and wait until the page shows the vote.

        Args:
            served: The server.
            go: When the second begins, as time.monotonic() tells it.
            place: When in this second to press, in s.
        """
        name = await asyncio.to_thread(cookie, served, ANN)
        async with tab(served, ANN, name) as wire:
            await wire.send(asks("class", f"room={self.code}"))
            hears = asyncio.create_task(self._hear(wire))
            ticks = asyncio.create_task(self._tick(wire))
            begin = await go
            await asyncio.sleep(max(0.0, begin + place - time.monotonic()))
            self.pressed = True
            await wire.send(self._asks(tick=False))
            await self.seen.wait()
            self.took = time.monotonic() - begin - place
            for task in (hears, ticks):
                task.cancel()

    async def _tick(self, wire: websockets.ClientConnection) -> None:
        await self.loaded.wait()
        while True:
            await asyncio.sleep(TICK_S)
            await wire.send(self._asks(tick=True))

    def _asks(self, *, tick: bool) -> bytes:
        """Return what a browser sends; each message says all that was chosen on the page so far."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.query_string = "class", f"room={self.code}"
        asked.fragment_id, asked.is_auto_rerun = self.fragment, tick
        if self.pressed:
            state = asked.widget_states.widgets.add()
            state.id, state.json_value = self.ballot, json.dumps({"choice": f"{self.choice}:0"})
        return message.SerializeToString()

    async def _hear(self, wire: websockets.ClientConnection) -> None:
        async for raw in wire:
            message = ForwardMsg.FromString(raw)
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.errors.append(element.exception.message[:120])
            found = element.bidi_component
            if found.component_name == "forward_pass.ballot":
                self.ballot, self.fragment = found.id, message.delta.fragment_id
                self.loaded.set()
                if json.loads(found.json)["chosen"] == self.choice:
                    self.seen.set()


async def vote(served: Served, code: str, people: int) -> list[Student]:
    """All come in, then all vote within a second, half of them for each choice."""
    students = [Student(code, str(i % 2)) for i in range(people)]
    go: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(2 * PATIENCE_S), asyncio.TaskGroup() as group:
        for i, student in enumerate(students):
            group.create_task(student.take_part(served, go, WITHIN_S * i / people))
        await asyncio.gather(*(student.loaded.wait() for student in students))
        go.set_result(time.monotonic() + 0.1)
    return students


@contextmanager
def opened_class(url: str) -> Iterator[tuple[Database, str]]:
    """Yield the store and the code of a class in which a question is open.

    Args:
        url: Of the server's run store.
    """
    database = Database(url)
    code, secret = classes.start(database)
    classes.come(database, code, "teacher", secret=secret)
    polls.ask(database, code, "teacher", QUESTION)
    yield database, code
    classes.end(database, code, "teacher")
    database.close()


def measure(served: Served, url: str, people: int = PEOPLE) -> list[str]:
    """Return the table; each line ends with the budget, where there is one."""
    with opened_class(url) as (database, code):
        students = asyncio.run(vote(served, code, people))
        tally = polls.room(database, code).tally
    took = [1000 * student.took for student in students]
    errors = [error for student in students for error in student.errors]
    right = all(tally.counts[str(i)] == (people + 1 - i) // 2 for i in range(2))
    return [
        f"{people} people vote within {WITHIN_S:g} s",
        f"votes that are counted       {tally.voters:7d}      budget {people}"
        f"{'' if right else ', and not for what was pressed'}",
        f"from press to own vote, p50  {quantile(took, 0.5):7.0f} ms",
        f"from press to own vote, p95  {quantile(took, 0.95):7.0f} ms",
        f"errors                       {len(errors):7d}      budget 0",
        *sorted(set(errors))[:3],
    ]


def main(arguments: Sequence[str] = ()) -> None:
    """Start a server in a folder of its own, vote, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.votes")
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args(arguments)
    with own_folder(hosted=True), fresh_server("app.py") as served:
        served.wait()
        print("\n".join(measure(served, places.database_url(), asked.people)))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
