"""Sixty people start a run at once where two compute at a time: `python -m benchmarks.queue`.

Real runs, with the limits for strangers. The first person asks for ten runs and all others for one,
so a fair queue begins nobody's second run before everybody's first. At the end somebody fills the
queue, to see how it refuses what comes then. One's place is shown as soon as it can be read.
"""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from benchmarks.load import quantile
from benchmarks.served import own_folder
from viz_models.records import ENDED, Arm, Budget, DigitsNetSpec, ExperimentSpec, Run, RunSpec
from viz_models.runs import client

PEOPLE, SLOTS, SEEDS = 60, 2, 10
PLACE_S = 1.0  # budget: from the click until the own place is known
PATIENCE_S = 600.0
SHORT = RunSpec(
    model=DigitsNetSpec(widths=(4,)),
    batch_size=8,
    budget=Budget(amount=60, unit="steps"),
    device="cpu",
)


@dataclass(frozen=True)
class Clicked:
    """One person's experiment."""

    id: str
    took: float  # s, from the click until the place was known


def spec(seeds: int) -> ExperimentSpec:
    """Return so many short runs."""
    return ExperimentSpec(arms=(Arm(label="", run=SHORT),), seeds=tuple(range(seeds)))


def click(person: int) -> Clicked:
    """Start what a person asks for, and look at its place as their page does."""
    begin = time.monotonic()
    asked = spec(1 if person else SEEDS)
    id = client.start(f"person {person}", asked, uuid.uuid4().hex, f"198.51.100.{person}").id
    client.experiment(id)
    return Clicked(id, time.monotonic() - begin)


def ended(clicked: Sequence[Clicked]) -> list[Run]:
    """Wait for all runs; returns them in the order in which they began."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        runs = [run for one in clicked for run in client.experiment(one.id).runs]
        if all(run.state in ENDED for run in runs) or time.monotonic() > deadline:
            return sorted(runs, key=lambda run: run.started or float("inf"))
        time.sleep(0.5)


def refused() -> tuple[int, str]:
    """Fill the queue; returns how many wait then, and what is said to the next one."""
    filled = []
    for person in count():
        try:
            filled.append(client.store().submit(f"crowd {person}", spec(40), uuid.uuid4().hex))
        except client.QuotaError as error:
            said = str(error)
            break
    waiting = client.store().work.waiting()
    for experiment in filled:
        client.store().cancel(None, experiment.id)
    return waiting, said


def measure(people: int) -> tuple[bool, list[str]]:
    """Return whether all budgets were kept, and the table."""
    from viz_models.training.loop.price import price

    price(SHORT, hosted=True)  # this process imports torch before the clock runs
    with ThreadPoolExecutor(people) as pool:
        clicked = list(pool.map(click, range(people)))
    runs = ended(clicked)
    done = sum(run.state in ENDED for run in runs)
    many = [place for place, run in enumerate(runs, 1) if run.experiment == clicked[0].id]
    known = [one.took for one in clicked]
    waiting, said = refused()
    lines = [
        f"{people} people start {len(runs)} runs at once, {SLOTS} compute at a time",
        f"runs that ended              {done:7d}      budget {len(runs)}",
        f"the second run of one person {many[1]:7d}th   budget at least {people}, after all firsts",
        f"place known after, p95       {quantile(known, 0.95):7.2f} s    budget {PLACE_S:g} s",
        f"with {waiting} waiting the next one is told: {said}",
    ]
    fair = many[1] >= people
    return done == len(runs) and fair and quantile(known, 0.95) <= PLACE_S, lines


def main(arguments: Sequence[str] = ()) -> int:
    """Start the runs in a folder of their own, wait for all, print; 1 over a budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue")
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args(arguments)
    with own_folder(hosted=True):
        os.environ |= {"FORWARD_PASS_SLOTS": str(SLOTS), "FORWARD_PASS_LINGER_S": "3"}
        held, lines = measure(asked.people)
    print("\n".join(lines))
    return int(not held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
