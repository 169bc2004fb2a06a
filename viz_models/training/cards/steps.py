"""Questions about how a network is trained: batch size, learning rate, optimizer."""

from dataclasses import replace

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

_NORMS: dict[str, NetNorm] = {"no norm": "none", "BatchNorm": "batch", "LayerNorm": "layer"}
_OPTIMIZERS: dict[OptimizerName, str] = {
    "sgd": "SGD",
    "momentum": "momentum",
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
AFTER_THE_SAME = "batch 64 − batch 640, rate × 10, after the same samples"


def batches(small: RunSpec) -> dict[str, RunSpec]:
    """Return a run with batches of 64 beside the same with 640, at ten times the rate and at it."""
    large = replace(small, batch_size=640)
    return {
        "batch 64": small,
        "batch 640, rate × 10": replace(large, optimizer=OptimizerSpec(name="sgd", lr=0.5)),
        "batch 640": large,
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
        title="Batch 64 or 640",
        experiment=experiment("batch-size", batches(small)),
        comparisons=(
            Comparison(plus=(0,), minus=(1,), label=AFTER_THE_SAME),
            Comparison(plus=(0,), minus=(1,), where="step"),
            Comparison(plus=(0,), minus=(1,), where="second"),
            Comparison(plus=(0,), minus=(2,)),
        ),
        choices=choices("batch 64 is better", "batch 640 is better"),
    )


def norm_rate() -> Card:
    """Norms over learning rates."""
    arms = {
        f"{name}, rate {lr:g}": RunSpec(
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
        title="Norm and rate",
        experiment=experiment("norm-rate", arms),
        comparisons=(
            Comparison(plus=(4,), minus=(1,)),
            Comparison(plus=(5,), minus=(2,)),
            Comparison(plus=(3,), minus=(0,)),
            Comparison(plus=(4,), minus=(7,)),
        ),
        choices=choices("BatchNorm ends higher", "no norm ends higher"),
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
        title="Optimizers",
        experiment=experiment("optimizers", arms),
        comparisons=(
            Comparison(plus=(4,), minus=(1,), measure="training loss"),
            Comparison(plus=(4,), minus=(0,), measure="training loss"),
            Comparison(plus=(1,), minus=(0,), measure="training loss"),
            Comparison(plus=(4,), minus=(1,)),
        ),
        choices=choices("momentum gets lower", "Adam gets lower"),
        shows="training loss",
    )
