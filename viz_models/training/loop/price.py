"""What a run costs, known before it is accepted; and whether that is too much."""

import math
from dataclasses import dataclass

from viz_models import digits
from viz_models.analysis.pricing.price import HOSTED, Limits, refusal
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import BuildSpec, RunSpec
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Facts
from viz_models.training.lessons import lessons
from viz_models.training.loop import checks, speed
from viz_models.training.loop.budget import pace
from viz_models.training.loop.costs import cost
from viz_models.training.loop.placement import device_of

OWN = Limits(
    convolutions=1000, parameters=500_000_000, macs=50_000_000_000, activation_bytes=8 * 2**30
)
HOSTED_SECONDS, OWN_SECONDS = 120, 12 * 3600
HOSTED_EVALUATIONS, HOSTED_MOMENTS, HOSTED_WORKERS = 200, 64, 1
HOSTED_CHECKPOINT, OWN_CHECKPOINT = 150_000_000, 1_300_000_000  # bytes; three are there at times
HOSTED_EXAMPLES, OWN_EXAMPLES = 2**28, 2**33  # bytes of all examples
OVERHEAD = 5  # of a step beside its layers (batch, loss, optimizer), in layers
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
        raise RefusedError(_("folders are read only where you run this yourself; choose digits"))
    checks.check(spec)
    if spec.lesson:
        return _lesson(spec)
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


def _lesson(spec: RunSpec) -> RunPrice:
    """Return the price of a lesson's training: a small network, which `checks` has bounded."""
    steps = int(spec.budget.amount)
    seconds = steps * lessons.STEP_S
    return RunPrice(parameters=0, macs=0, memory=0, steps=steps, seconds=seconds)


def _seconds(spec: RunSpec, steps: int, tests: int) -> float:
    """Return steps, and the evaluations between them."""
    if not steps:
        return float(spec.budget.amount)
    one = cost(checks.grows(spec) or spec.model, spec.data)
    rate = speed.measured(str(device_of(spec)))
    step = (
        rate.layer * (one.layers + OVERHEAD)
        + (1 + speed.BACKWARD) * one.macs * spec.batch_size / spec.workers / rate.macs
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
        (N_("convolutions"), one.convolutions, limits.convolutions),
        (N_("parameters"), one.parameters, limits.parameters),
        (N_("multiply-adds"), one.macs, limits.macs),
    ):
        if asked > most:
            raise RefusedError(
                _(
                    "{asked} {what}, {most} at most here; choose a smaller network, such as "
                    "resnet18"
                ).format(asked=digits.count(asked), what=_(word), most=digits.count(most))
            )
    fits = limits.activation_bytes // max(1, one.activation_bytes)
    if spec.batch_size > fits:
        asked = one.activation_bytes * spec.batch_size
        nearest = _("batch size {fits}").format(fits=fits) if fits else _("a smaller network")
        raise RefusedError(
            _(
                "batch size {size} keeps {asked} for the backward pass, {most} at most here; "
                "{nearest} fits"
            ).format(
                size=spec.batch_size,
                asked=digits.memory(asked),
                most=digits.memory(limits.activation_bytes),
                nearest=nearest,
            )
        )


def _time(spec: RunSpec, found: RunPrice, hosted: bool) -> None:
    most = HOSTED_SECONDS if hosted else OWN_SECONDS
    if found.seconds > most:
        raise RefusedError(
            _("about {seconds:.0f} s of training, {most} s at most here; {shorter} fits").format(
                seconds=found.seconds, most=most, shorter=_shorter(spec, found, most)
            )
        )
    if hosted:
        for name, asked, limit in (
            (N_("evaluations"), spec.evaluations, HOSTED_EVALUATIONS),
            (N_("moments"), spec.moments, HOSTED_MOMENTS),
            (N_("workers"), spec.workers, HOSTED_WORKERS),
        ):
            if asked > limit:
                raise RefusedError(
                    _("{asked} {what}, {limit} at most here; {limit} fits").format(
                        asked=asked, what=_(name), limit=limit
                    )
                )


def _examples(spec: RunSpec, facts: Facts, hosted: bool) -> None:
    """Refuse examples that fill the memory."""
    most = HOSTED_EXAMPLES if hosted else OWN_EXAMPLES
    wide = 4 if spec.data.name in data.FLOATS else 1
    each = facts.channels * wide * (facts.train + facts.test)
    if each * facts.size**2 > most:
        raise RefusedError(
            _(
                "examples of {size}×{size} take {asked}, {most} at most here; size {fits} fits"
            ).format(
                size=facts.size,
                asked=digits.memory(each * facts.size**2),
                most=digits.memory(most),
                fits=math.isqrt(most // each),
            )
        )


def _checkpoint(spec: RunSpec, found: RunPrice, hosted: bool) -> None:
    """Refuse checkpoints that fill the disk."""
    kept = 4 * found.parameters * (COPIES.get(spec.optimizer.name, 4) - 1)
    most = HOSTED_CHECKPOINT if hosted else OWN_CHECKPOINT
    if kept > most:
        raise RefusedError(
            _(
                "a checkpoint takes {kept}, {most} at most here; choose a smaller network, or "
                "sgd, which keeps the weights alone"
            ).format(kept=digits.memory(kept), most=digits.memory(most))
        )


def _shorter(spec: RunSpec, found: RunPrice, most: float) -> str:
    """Return the largest budget that fits, in the unit that was asked for."""
    if spec.budget.unit == "seconds":
        return _("a budget of {most} seconds").format(most=most)
    amount = spec.budget.amount * most / found.seconds
    if spec.budget.unit == "samples":
        amount = max(amount, spec.batch_size)
    kept = f"{amount:.2g}" if amount < 10 else f"{int(amount)}"
    return _("a budget of about {kept} {unit}").format(kept=kept, unit=_(spec.budget.unit))
