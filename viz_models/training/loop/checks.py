"""What can be run, said before the first step."""

from typing import get_args

import torch

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import (
    Augmentation,
    BudgetUnit,
    ConvSpec,
    OptimizerName,
    OptimizerSpec,
    Precision,
    RunSpec,
    Schedule,
)
from viz_models.records.train.experiments import RunFault
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Facts
from viz_models.training.lessons import lessons
from viz_models.training.loop import growing, networks
from viz_models.training.loop.budget import pace

MAX_SAMPLES = 100_000_000
MAX_SECONDS = 24 * 3600
MAX_BATCH = 65_536
MAX_SEED = 2**32 - 1
MAX_EVALUATIONS = 10_000
MAX_MOMENTS = 1000
MAX_WORKERS = 8
LONGEST = 20  # characters of a number that is refused
MAX_NUMBER = 1e38  # of what is no count; a whole number may be too large for a float


def check(spec: RunSpec) -> None:
    """Raise a ValueError with one clear line unless the run can be made."""
    if spec.lesson:
        lessons.check(spec)
        return
    check_numbers(spec)
    facts = data.facts(spec.data)
    networks.must_fit(spec.model, facts)
    _budget(spec, facts.train)
    for change in spec.augment:
        _choice(N_("augmentation"), change, Augmentation)
    if spec.augment and facts.size == 1:
        raise ValueError(_("points cannot be flipped, shifted or cropped; choose no augmentation"))
    if spec.growth is not None:
        growing.check(spec.model, spec.growth)
    if spec.batch_size == 1:
        _one_at_a_time(spec, facts)


def check_numbers(spec: RunSpec) -> None:
    """Raise a ValueError with one clear line for a number that no run can have.

    Nothing is looked up: what a link asks for can be checked before any data set is.
    """
    _numbers(spec)
    _optimizer(spec.optimizer)
    if not 0 <= spec.data.label_noise <= 1:
        noise = _short(spec.data.label_noise)
        raise ValueError(_("label noise {noise} must be a share from 0 to 1").format(noise=noise))
    if not 0 < spec.budget.amount <= MAX_NUMBER:
        raise ValueError(
            _("a budget of {amount} {unit} must be a number above 0").format(
                amount=_short(spec.budget.amount), unit=_(spec.budget.unit)
            )
        )


def _numbers(spec: RunSpec) -> None:
    _choice(N_("precision"), spec.precision, Precision)
    _choice(N_("fault"), spec.fault, RunFault)
    _whole_numbers(spec)
    if spec.fault == "zero_grad" and spec.precision == "fp16":
        raise ValueError(_("gradients that add up have no scale for fp16; choose precision fp32"))
    if spec.workers > 1:
        _team(spec)


def _whole_numbers(spec: RunSpec) -> None:
    for name, value, low, high in (
        (N_("batch size"), spec.batch_size, 1, MAX_BATCH),
        (N_("seed"), spec.seed, 0, MAX_SEED),
        (N_("evaluations"), spec.evaluations, 1, MAX_EVALUATIONS),
        (N_("moments"), spec.moments, 0, MAX_MOMENTS),
        (N_("workers"), spec.workers, 1, MAX_WORKERS),
    ):
        if not (type(value) is int and low <= value <= high):
            raise ValueError(
                _("{name} {value}: choose a whole number from {low} to {high}").format(
                    name=_(name), value=value, low=low, high=high
                )
            )


def _team(spec: RunSpec) -> None:
    """Refuse what several workers cannot do: unequal parts would count some examples more."""
    k, size = spec.workers, spec.batch_size
    if size % k:
        below, above = size - size % k, size + k - size % k
        raise ValueError(
            _(
                "batch size {size} cannot be split evenly over {k} workers; {below} or {above} can"
            ).format(size=size, k=k, below=below, above=above)
            if size > k
            else _("batch size {size} cannot be split evenly over {k} workers; {k} can").format(
                size=size, k=k
            )
        )
    if spec.fault != "none":
        raise ValueError(_("a run with a fault trains in one process; choose workers 1"))
    if spec.growth is not None:
        raise ValueError(_("a network that grows trains in one process; choose workers 1"))
    if spec.device not in ("auto", "cpu"):
        raise ValueError(_("several workers compute on the CPU; choose device cpu, or workers 1"))


def _optimizer(spec: OptimizerSpec) -> None:
    _choice(N_("optimizer"), spec.name, OptimizerName)
    _choice(N_("schedule"), spec.schedule, Schedule)
    if not 0 < spec.lr <= MAX_NUMBER:
        raise ValueError(
            _("learning rate {rate} must be a number above 0, such as 0.1").format(
                rate=_short(spec.lr)
            )
        )
    if not 0 <= spec.momentum < 1:
        raise ValueError(
            _("momentum {momentum}: choose from 0 to below 1, such as 0.9").format(
                momentum=spec.momentum
            )
        )
    if spec.name == "nesterov" and spec.momentum == 0:
        raise ValueError(_("nesterov needs a momentum above 0, such as 0.9"))
    if not 0 <= spec.warm_up <= 1:
        raise ValueError(
            _("warm-up {warm_up} must be a share of the budget, from 0 to 1").format(
                warm_up=spec.warm_up
            )
        )
    for name, value in ((N_("weight decay"), spec.weight_decay), (N_("clip"), spec.clip)):
        if not 0 <= value <= MAX_NUMBER:
            raise ValueError(
                _("{name} {value} must be 0 or more").format(name=_(name), value=_short(value))
            )


def _budget(spec: RunSpec, examples: int) -> None:
    amount, unit = spec.budget.amount, spec.budget.unit
    _choice(N_("budget"), unit, BudgetUnit)
    if unit == "seconds":
        if amount > MAX_SECONDS:
            raise ValueError(
                _("{amount:g} seconds: choose up to {most}").format(amount=amount, most=MAX_SECONDS)
            )
        return
    if unit == "samples" and not spec.batch_size <= amount <= MAX_SAMPLES:
        raise ValueError(
            _("{amount:g} samples: choose from one batch ({size}) to {most}").format(
                amount=amount, size=spec.batch_size, most=MAX_SAMPLES
            )
        )
    if unit == "steps" and amount < 1:
        raise ValueError(_("a budget of steps is at least 1"))
    if pace(spec, examples).steps * spec.batch_size > MAX_SAMPLES:
        raise ValueError(
            _("{amount:g} {unit} are more than {most} samples; choose fewer").format(
                amount=amount, unit=_(unit), most=MAX_SAMPLES
            )
        )


def _one_at_a_time(spec: RunSpec, facts: Facts) -> None:
    """BatchNorm over one value gives 0 whatever it is; torch refuses, and so do we, earlier."""
    channels = networks.channels(spec.model)
    x = torch.empty(1, channels, facts.size, facts.size, device="meta")
    try:
        networks.skeleton(spec.model)(x)
    except (RuntimeError, AssertionError):  # it is too small for this network: its price says so
        return
    except ValueError as trouble:
        raise ValueError(
            _("batch size 1 leaves one value a channel to BatchNorm; choose 2 or more")
        ) from trouble


def _short(number: float) -> str:
    text = str(number)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _choice(word: str, value: object, hint: object) -> None:
    if value not in get_args(hint):
        raise ValueError(
            _("unknown {word} {value!r}; choose {choices}").format(
                word=_(word), value=value, choices=", ".join(get_args(hint))
            )
        )


def grows(spec: RunSpec) -> ConvSpec | None:
    """Return the network that a run ends with, if it is not the one that it begins with."""
    if spec.growth is None or not isinstance(spec.model, ConvSpec):
        return None
    return growing.grown(spec.model, spec.growth)
