"""How much a machine gives to runs."""

import os
from dataclasses import dataclass

from viz_models.language import gettext as _
from viz_models.runs import home
from viz_models.training import gpus

GIB = 2**30
RUNS_A_GPU = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one run; enforced by the dispatcher, from outside."""

    wall_s: float
    memory: int  # bytes resident, in all of its processes
    disk: int  # bytes in the run's folder


def limits() -> Limits:
    """Return the limits for hosted or local use; environment variables override them."""
    hosted = home.hosted()
    return Limits(
        wall_s=number("FORWARD_PASS_WALL_S", 300 if hosted else 12 * 3600),
        memory=int(number("FORWARD_PASS_MEMORY_GIB", 3 if hosted else 16) * GIB),
        disk=int(number("FORWARD_PASS_DISK_GIB", 0.5 if hosted else 4) * GIB),
    )


def all_runs() -> int:
    """Bytes that the files of all runs may take on a machine that strangers share."""
    return int(number("FORWARD_PASS_TOTAL_GIB", 10) * GIB)


def lease() -> float:
    """Seconds without a sign of life after which a run of short steps is said to hang."""
    return number("FORWARD_PASS_LEASE_S", 10)


def slots() -> int:
    """How many runs compute at a time: one a core, but two a GPU where there are some."""
    there = len(gpus.devices())
    most = min(cores(), RUNS_A_GPU * there) if there else cores()
    return int(max(1, number("FORWARD_PASS_SLOTS", most)))


def threads() -> int:
    """How many threads a run may use: one, unless somebody knows that the machine is idle.

    With both cores of a machine busy, two threads have trained ten times slower than one.
    """
    return int(max(1, number("FORWARD_PASS_THREADS", 1)))


def gpu_share() -> float:
    """Return the share of a GPU's memory that one run may take.

    As many fit as run there at a time.
    """
    return min(1.0, number("FORWARD_PASS_GPU_SHARE", 1 / RUNS_A_GPU))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def number(name: str, usual: float) -> float:
    """Return a number above 0 from the environment, or the usual one.

    Raises:
        ValueError: If it is none.
    """
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else usual
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ValueError(_("{name}={text}: give a number above 0").format(name=name, text=text))
    return value
