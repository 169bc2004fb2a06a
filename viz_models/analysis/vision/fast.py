"""Time the four guidelines of ShuffleNet v2, each at equal multiply-adds.

References:
    Ma et al. 2018, "ShuffleNet V2: Practical guidelines for efficient CNN architecture design",
    section 2, arXiv:1807.11164.
"""

import datetime
import random
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from viz_models.analysis.vision import fast_ways
from viz_models.analysis.vision.fast_traffic import traffic, units
from viz_models.models.machine import processor
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.vision.fast import LEAST_ROUNDS, Fast, FastSpec, FastWay

MOST_ROUNDS, MOST_SECONDS = 100, 60.0
Progress = Callable[[int, int], None]


def check(spec: FastSpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be measured."""
    if not LEAST_ROUNDS <= spec.rounds <= MOST_ROUNDS:
        raise ValueError(f"rounds must be {LEAST_ROUNDS} to {MOST_ROUNDS}, got {spec.rounds}")
    if not 0 < spec.seconds <= MOST_SECONDS:
        raise ValueError(f"seconds must be above 0, at most {MOST_SECONDS:g}, got {spec.seconds:g}")


def measure(spec: FastSpec, progress: Progress = lambda done, total: None) -> Fast:
    """Time every way in rounds, so that what disturbs the machine disturbs all of them alike.

    Args:
        spec: How many rounds, and after how many seconds no further one begins.
        progress: Called before every timing with how much of the rounds is done; may raise.

    Raises:
        ValueError: If rounds or seconds are out of range.
    """
    check(spec)
    plans = fast_ways.plans()
    moved = [traffic(plan) for plan in plans]
    with one_thread(), torch.inference_mode():
        built = [_built(plan, spec.seed + i) for i, plan in enumerate(plans)]
        times = _rounds(spec, built, [plan.passes for plan in plans], progress)
    return Fast(
        spec=spec,
        ways=tuple(
            FastWay(
                series=plan.series,
                name=plan.name,
                what=plan.what,
                macs=sum(step.macs for step in steps),
                access=sum(step.access for step in steps),
                milliseconds=tuple(spent),
            )
            for plan, steps, spent in zip(plans, moved, times, strict=True)
        ),
        units=units(),
        machine=processor(),
        provenance=Provenance(versions=torch_version(), seed=spec.seed),
    )


def _rounds(
    spec: FastSpec,
    built: list[tuple[nn.Module, torch.Tensor]],
    passes: list[int],
    progress: Progress,
) -> list[list[float]]:
    """Return the milliseconds of one pass, a list for each network with one number a round."""
    times: list[list[float]] = [[] for _ in built]
    order, end = list(range(len(built))), time.monotonic() + spec.seconds
    for number, (net, x) in enumerate(built):  # warm up: torch plans and allocates
        progress(number, len(built) * (spec.rounds + 1))
        net(x)
    shuffled = random.Random(spec.seed)
    for done in range(1, spec.rounds + 1):
        if done > LEAST_ROUNDS and time.monotonic() > end:
            break
        shuffled.shuffle(order)
        for number, i in enumerate(order):
            progress(done * len(built) + number, len(built) * (spec.rounds + 1))
            times[i].append(_milliseconds(*built[i], passes[i]))
    return times


def _built(plan: fast_ways.Plan, seed: int) -> tuple[nn.Module, torch.Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return plan.make().eval(), torch.randn(1, *plan.shape)


def _milliseconds(net: nn.Module, x: torch.Tensor, passes: int) -> float:
    """Return the processor time of one forward pass, as the mean of several in a row."""
    begin = time.thread_time()
    for _ in range(passes):
        net(x)
    return 1000 * (time.thread_time() - begin) / passes


def recorded() -> Fast:
    """Measure what the page opens with, and say when and where."""
    found = measure(FastSpec(rounds=25, seconds=25))
    today = datetime.date.today().isoformat()
    return replace(found, provenance=replace(found.provenance, kind="recorded run", date=today))
