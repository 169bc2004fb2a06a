"""Questions about how a network is trained: batch size, learning rate, optimizer."""

from dataclasses import replace

from viz_models.language import N_
from viz_models.records.train.cards import Card, Comparison
from viz_models.records.train.experiments import (
    Budget,
    DigitsNetSpec,
    NetNorm,
    OptimizerName,
    OptimizerSpec,
    RunSpec,
)
from viz_models.training.cards.parts import choices, experiment

_NORMS: dict[str, NetNorm] = {
    N_("no norm, rate {n}"): "none",
    N_("BatchNorm, rate {n}"): "batch",
    N_("LayerNorm, rate {n}"): "layer",
}
_OPTIMIZERS: dict[OptimizerName, str] = {
    "sgd": "SGD",
    "momentum": N_("momentum"),
    "rmsprop": "RMSProp",
    "adagrad": "AdaGrad",
    "adam": "Adam",
}
# of three rates a factor of about three apart, the one with the lowest mean training loss
_RATES: dict[OptimizerName, float] = {
    "sgd": 0.3,
    "momentum": 0.1,
    "rmsprop": 0.003,
    "adagrad": 0.03,
    "adam": 0.01,
}
AFTER_THE_SAME = N_("batch {n} − batch {n2}, rate × {n3}, after the same samples").format(
    n=64, n2=640, n3=10
)
BATCHES = tuple(N_("batch {n} is better").format(n=n) for n in (64, 640))  # to predict


def batches(small: RunSpec) -> dict[str, RunSpec]:
    """Return a run with batches of 64 beside the same with 640, at ten times the rate and at it."""
    large = replace(small, batch_size=640)
    return {
        N_("batch {n}").format(n=64): small,
        N_("batch {n}, rate × {n2}").format(n=640, n2=10): replace(
            large, optimizer=OptimizerSpec(name="sgd", lr=0.5)
        ),
        N_("batch {n}").format(n=640): large,
    }


def batch_size() -> Card:
    """Return the same samples in many small steps or in few large ones."""
    small = RunSpec(
        model=DigitsNetSpec(norm="none"),
        optimizer=OptimizerSpec(name="sgd", lr=0.05),
        batch_size=64,
        budget=Budget(amount=25600),
        evaluations=20,
    )
    return Card(
        id="batch-size",
        title=N_("Batch 64 or 640"),
        experiment=experiment("batch-size", batches(small)),
        comparisons=(
            Comparison(plus=(0,), minus=(1,), label=AFTER_THE_SAME),
            Comparison(plus=(0,), minus=(1,), where="step"),
            Comparison(plus=(0,), minus=(1,), where="second"),
            Comparison(plus=(0,), minus=(2,)),
        ),
        choices=choices(*BATCHES),
    )


def norm_rate() -> Card:
    """Norms over learning rates."""
    arms = {
        name.format(n=f"{lr:g}"): RunSpec(
            model=DigitsNetSpec(norm=norm),
            optimizer=OptimizerSpec(name="sgd", lr=lr),
            budget=Budget(amount=5120),
            evaluations=8,
        )
        for name, norm in _NORMS.items()
        for lr in (0.1, 1.0, 3.0)
    }
    return Card(
        id="norm-rate",
        title=N_("Norm and rate"),
        experiment=experiment("norm-rate", arms),
        comparisons=(
            Comparison(plus=(4,), minus=(1,)),
            Comparison(plus=(5,), minus=(2,)),
            Comparison(plus=(3,), minus=(0,)),
            Comparison(plus=(4,), minus=(7,)),
        ),
        choices=choices(N_("BatchNorm ends higher"), N_("no norm ends higher")),
        shows="test accuracy",
    )


def optimizers() -> Card:
    """Return the same gradients, made into steps in five ways."""
    arms = {
        _OPTIMIZERS[name]: RunSpec(
            model=DigitsNetSpec(norm="none"),
            optimizer=OptimizerSpec(name=name, lr=lr),
            budget=Budget(amount=7168),
            evaluations=14,
        )
        for name, lr in _RATES.items()
    }
    return Card(
        id="optimizers",
        title=N_("Optimizers"),
        experiment=experiment("optimizers", arms),
        comparisons=(
            Comparison(plus=(4,), minus=(1,), measure="training loss"),
            Comparison(plus=(4,), minus=(0,), measure="training loss"),
            Comparison(plus=(1,), minus=(0,), measure="training loss"),
            Comparison(plus=(4,), minus=(1,)),
        ),
        choices=choices(N_("momentum gets lower"), N_("Adam gets lower")),
        shows="training loss",
    )
