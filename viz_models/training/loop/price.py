"""What a run costs, known before it is accepted; and whether that is too much."""

import math
import statistics
import time
from dataclasses import dataclass

import torch
from torch import nn

from viz_models import digits
from viz_models.analysis.pricing.price import HOSTED, Limits, refusal
from viz_models.records import BuildSpec, RunSpec
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Facts
from viz_models.training.loop import checks
from viz_models.training.loop.budget import pace
from viz_models.training.loop.costs import cost
from viz_models.training.loop.placement import bf16_is_faster, find

OWN = Limits(
    convolutions=1000, parameters=500_000_000, macs=50_000_000_000, activation_bytes=8 * 2**30
)
HOSTED_SECONDS, OWN_SECONDS = 120, 12 * 3600
HOSTED_EVALUATIONS, HOSTED_MOMENTS, HOSTED_WORKERS = 200, 64, 1
HOSTED_CHECKPOINT, OWN_CHECKPOINT = 150_000_000, 1_300_000_000  # bytes; three are there at times
HOSTED_EXAMPLES, OWN_EXAMPLES = 2**28, 2**33  # bytes of all examples
# Batch, channels and side of the large convolution that is measured. A GPU computes the CPU's in
# less time than it takes to launch, and would seem hundreds of times slower than it is.
LARGE = {"cpu": (64, 32, 16), "gpu": (256, 128, 32)}
LAYERS, ROUNDS = 10, 6  # of the measurement
AGAIN_S = 600.0  # until the next one
OVERHEAD = 5  # of a step beside its layers (batch, loss, optimizer), in layers
BACKWARD = 2  # multiply-adds of a backward pass, by those of a forward
COPIES = {"sgd": 2, "momentum": 3, "nesterov": 3, "adagrad": 3, "rmsprop": 3}  # else 4


class RefusedError(ValueError):
    """A run that is too much; its line says the limit and the nearest value that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPrice:
    """What a run costs."""

    parameters: int
    macs: int  # multiply-adds of one example's forward
    memory: int  # bytes: weights, gradients, the optimizer's, activations of a batch
    steps: int  # 0 where the budget is in seconds
    seconds: float  # estimated from a rate measured on this machine; the budget where it says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast this process trains, measured on its own device."""

    macs: float  # multiply-adds a second, of large convolutions
    layer: float  # seconds a layer needs at least, forward, backward and step


def price(spec: RunSpec, hosted: bool = False) -> RunPrice:
    """Return the price of a run.

    Args:
        spec: What is asked for.
        hosted: Whether strangers share this machine; then less is allowed.

    Raises:
        RefusedError: If it is too much; the line says the limit and the nearest value.
        ValueError: If it cannot be run at all.
    """
    if hosted and (
        spec.data.name == "folder" or spec.data.folder
    ):  # before anything looks whether it is there
        raise RefusedError("folders are read only where you run this yourself; choose digits")
    checks.check(spec)
    model = checks.grows(spec) or spec.model
    limits = HOSTED if hosted else OWN
    facts = data.facts(spec.data)
    _examples(spec, facts, hosted)
    _network(spec, limits)
    one = cost(model, spec.data)
    steps = pace(spec, facts.train).steps
    found = RunPrice(
        parameters=one.parameters,
        macs=one.macs,
        memory=4 * one.parameters * COPIES.get(spec.optimizer.name, 4)
        + one.activation_bytes * spec.batch_size,
        steps=steps,
        seconds=_seconds(spec, steps, facts.test),
    )
    _time(spec, found, hosted)
    _checkpoint(spec, found, hosted)
    return found


def _seconds(spec: RunSpec, steps: int, tests: int) -> float:
    """Return steps, and the evaluations between them."""
    if not steps:
        return float(spec.budget.amount)
    one = cost(checks.grows(spec) or spec.model, spec.data)
    rate = measured(str(find(spec.device if spec.workers == 1 else "cpu")))
    step = (
        rate.layer * (one.layers + OVERHEAD)
        + (1 + BACKWARD) * one.macs * spec.batch_size / spec.workers / rate.macs
    )
    return steps * step + spec.evaluations * tests * one.macs / rate.macs


def _network(spec: RunSpec, limits: Limits) -> None:
    """Refuse a network that is too large, with the nearest that is not."""
    model = checks.grows(spec) or spec.model
    if isinstance(model, BuildSpec):
        found = refusal(model, limits, batch=1)
        if found:
            raise RefusedError(found.sentence)
    one = cost(model, spec.data)
    for word, asked, most in (
        ("convolutions", one.convolutions, limits.convolutions),
        ("parameters", one.parameters, limits.parameters),
        ("multiply-adds", one.macs, limits.macs),
    ):
        if asked > most:
            raise RefusedError(
                f"{digits.count(asked)} {word}, {digits.count(most)} at most here; choose a "
                "smaller network, such as resnet18"
            )
    fits = limits.activation_bytes // max(1, one.activation_bytes)
    if spec.batch_size > fits:
        asked = one.activation_bytes * spec.batch_size
        nearest = f"batch size {fits}" if fits else "a smaller network"
        raise RefusedError(
            f"batch size {spec.batch_size} keeps {digits.memory(asked)} for the backward pass, "
            f"{digits.memory(limits.activation_bytes)} at most here; {nearest} fits"
        )


def _time(spec: RunSpec, found: RunPrice, hosted: bool) -> None:
    most = HOSTED_SECONDS if hosted else OWN_SECONDS
    if found.seconds > most:
        raise RefusedError(
            f"about {found.seconds:.0f} s of training, {most} s at most here; "
            f"{_shorter(spec, found, most)} fits"
        )
    if hosted:
        for name, limit in (
            ("evaluations", HOSTED_EVALUATIONS),
            ("moments", HOSTED_MOMENTS),
            ("workers", HOSTED_WORKERS),
        ):
            if getattr(spec, name) > limit:
                raise RefusedError(
                    f"{getattr(spec, name)} {name}, {limit} at most here; {limit} fits"
                )


def _examples(spec: RunSpec, facts: Facts, hosted: bool) -> None:
    """Refuse examples that fill the memory."""
    most = HOSTED_EXAMPLES if hosted else OWN_EXAMPLES
    wide = 4 if spec.data.name in data.FLOATS else 1
    each = facts.channels * wide * (facts.train + facts.test)
    if each * facts.size**2 > most:
        raise RefusedError(
            f"examples of {facts.size}×{facts.size} take {digits.memory(each * facts.size**2)}, "
            f"{digits.memory(most)} at most here; size {math.isqrt(most // each)} fits"
        )


def _checkpoint(spec: RunSpec, found: RunPrice, hosted: bool) -> None:
    """Refuse checkpoints that fill the disk."""
    kept = 4 * found.parameters * (COPIES.get(spec.optimizer.name, 4) - 1)
    most = HOSTED_CHECKPOINT if hosted else OWN_CHECKPOINT
    if kept > most:
        raise RefusedError(
            f"a checkpoint takes {digits.memory(kept)}, {digits.memory(most)} at most here; "
            "choose a smaller network, or sgd, which keeps the weights alone"
        )


def _shorter(spec: RunSpec, found: RunPrice, most: float) -> str:
    """Return the largest budget that fits, in the unit that was asked for."""
    if spec.budget.unit == "seconds":
        return f"a budget of {most} seconds"
    amount = spec.budget.amount * most / found.seconds
    if spec.budget.unit == "samples":
        amount = max(amount, spec.batch_size)
    kept = f"{amount:.2g}" if amount < 10 else f"{int(amount)}"
    return f"a budget of about {kept} {spec.budget.unit}"


_rates: dict[str, tuple[Rate, float]] = {}  # by device: what was measured, and when


def measured(device: str) -> Rate:
    """Measure a tenth of a second, and again after ten minutes, as machines change.

    Args:
        device: Such as "cpu" or "cuda:0".
    """
    now = time.monotonic()
    if device not in _rates or now - _rates[device][1] > AGAIN_S:
        _rates[device] = _measure(device), now
    return _rates[device][0]


def _measure(device: str) -> Rate:
    """Convolutions with much and with little to do."""
    there = torch.device(device)
    batch, width, side = LARGE["cpu" if there.type == "cpu" else "gpu"]
    x = torch.randn(batch, width, side, side, device=there)
    large = _usual(_stack(1, width).to(there), x)
    small = _usual(_stack(LAYERS, 4).to(there), torch.randn(4, 4, 4, 4, device=there))
    macs = batch * width * width * 9 * side * side
    layer = small / LAYERS
    return Rate(macs=(1 + BACKWARD) * macs / max(large - layer, large / 2), layer=layer)


def _stack(depth: int, width: int) -> nn.Sequential:
    """Convolutions, each with what usually stands around one."""
    parts = [
        (nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())
        for _ in range(depth)
    ]
    return nn.Sequential(*(layer for part in parts for layer in part))


def _usual(net: nn.Module, x: torch.Tensor) -> float:
    """Seconds of a usual step; no optimizer, which would import torch's compiler.

    On the CPU with one thread only its own seconds count: what others compute meanwhile would say
    that a run of 6 s takes 375, and it would be refused.
    """
    alone = x.device.type == "cpu" and torch.get_num_threads() == 1
    clock = time.thread_time if alone else time.perf_counter
    times = []
    low = bf16_is_faster(x.device)
    weights = list(net.parameters())
    for _ in range(ROUNDS):
        begin = clock()
        with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=low):
            loss = net(x).float().square().mean()
        found = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, found, strict=True):
                weight.sub_(gradient, alpha=0.01)
        loss.item()
        times.append(clock() - begin)
    return statistics.median(times)
