"""What can be run, said before the first step."""

from typing import get_args

import torch

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
    check_numbers(spec)
    facts = data.facts(spec.data)
    networks.must_fit(spec.model, facts)
    _budget(spec, facts.train)
    for change in spec.augment:
        _choice("augmentation", change, Augmentation)
    if spec.augment and facts.size == 1:
        raise ValueError("points cannot be flipped, shifted or cropped; choose no augmentation")
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
        raise ValueError(f"label noise {noise} must be a share from 0 to 1")
    if not 0 < spec.budget.amount <= MAX_NUMBER:
        amount = f"{_short(spec.budget.amount)} {spec.budget.unit}"
        raise ValueError(f"a budget of {amount} must be a number above 0")


def _numbers(spec: RunSpec) -> None:
    _choice("precision", spec.precision, Precision)
    _choice("fault", spec.fault, RunFault)
    _whole_numbers(spec)
    if spec.fault == "zero_grad" and spec.precision == "fp16":
        raise ValueError("gradients that add up have no scale for fp16; choose precision fp32")
    if spec.workers > 1:
        _team(spec)


def _whole_numbers(spec: RunSpec) -> None:
    for name, low, high in (
        ("batch_size", 1, MAX_BATCH),
        ("seed", 0, MAX_SEED),
        ("evaluations", 1, MAX_EVALUATIONS),
        ("moments", 0, MAX_MOMENTS),
        ("workers", 1, MAX_WORKERS),
    ):
        value = getattr(spec, name)
        if not (type(value) is int and low <= value <= high):
            words = name.replace("_", " ")
            raise ValueError(f"{words} {value}: choose a whole number from {low} to {high}")


def _team(spec: RunSpec) -> None:
    """Refuse what several workers cannot do: unequal parts would count some examples more."""
    k, size = spec.workers, spec.batch_size
    if size % k:
        near = f"{size - size % k} or {size + k - size % k}" if size > k else f"{k}"
        raise ValueError(f"batch size {size} cannot be split evenly over {k} workers; {near} can")
    if spec.fault != "none":
        raise ValueError("a run with a fault trains in one process; choose workers 1")
    if spec.growth is not None:
        raise ValueError("a network that grows trains in one process; choose workers 1")
    if spec.device not in ("auto", "cpu"):
        raise ValueError("several workers compute on the CPU; choose device cpu, or workers 1")


def _optimizer(spec: OptimizerSpec) -> None:
    _choice("optimizer", spec.name, OptimizerName)
    _choice("schedule", spec.schedule, Schedule)
    if not 0 < spec.lr <= MAX_NUMBER:
        raise ValueError(f"learning rate {_short(spec.lr)} must be a number above 0, such as 0.1")
    if not 0 <= spec.momentum < 1:
        raise ValueError(f"momentum {spec.momentum}: choose from 0 to below 1, such as 0.9")
    if spec.name == "nesterov" and spec.momentum == 0:
        raise ValueError("nesterov needs a momentum above 0, such as 0.9")
    if not 0 <= spec.warm_up <= 1:
        raise ValueError(f"warm-up {spec.warm_up} must be a share of the budget, from 0 to 1")
    for name, value in (("weight decay", spec.weight_decay), ("clip", spec.clip)):
        if not 0 <= value <= MAX_NUMBER:
            raise ValueError(f"{name} {_short(value)} must be 0 or more")


def _budget(spec: RunSpec, examples: int) -> None:
    amount, unit = spec.budget.amount, spec.budget.unit
    _choice("budget", unit, BudgetUnit)
    if unit == "seconds":
        if amount > MAX_SECONDS:
            raise ValueError(f"{amount:g} seconds: choose up to {MAX_SECONDS}")
        return
    if unit == "samples" and not spec.batch_size <= amount <= MAX_SAMPLES:
        raise ValueError(
            f"{amount:g} samples: choose from one batch ({spec.batch_size}) to {MAX_SAMPLES}"
        )
    if unit == "steps" and amount < 1:
        raise ValueError("a budget of steps is at least 1")
    if pace(spec, examples).steps * spec.batch_size > MAX_SAMPLES:
        raise ValueError(f"{amount:g} {unit} are more than {MAX_SAMPLES} samples; choose fewer")


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
            "batch size 1 leaves one value a channel to BatchNorm; choose 2 or more"
        ) from trouble


def _short(number: float) -> str:
    text = str(number)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _choice(word: str, value: object, hint: object) -> None:
    if value not in get_args(hint):
        raise ValueError(f"unknown {word} {value!r}; choose {', '.join(get_args(hint))}")


def grows(spec: RunSpec) -> ConvSpec | None:
    """Return the network that a run ends with, if it is not the one that it begins with."""
    if spec.growth is None or not isinstance(spec.model, ConvSpec):
        return None
    return growing.grown(spec.model, spec.growth)
