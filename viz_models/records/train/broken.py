"""Training runs with one fault each, and healthy runs beside them."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

Fault = Literal[
    "none",
    "rate",
    "zero_init",
    "no_norm",
    "softmax_twice",
    "shifted",
    "classes",
    "zero_grad",
    "no_eval",
    "not_shuffled",
    "not_normalized",
]
NetKind = Literal["mlp", "dropout", "deep"]
SEEDS = (0, 1, 2, 3, 4)
FAULTS: tuple[Fault, ...] = (  # in the order of the page, which gives nothing away
    *("zero_grad", "shifted", "rate", "softmax_twice", "no_norm"),
    *("not_shuffled", "zero_init", "classes", "no_eval", "not_normalized"),
)
NETS: dict[Fault, NetKind] = {"no_norm": "deep", "no_eval": "dropout"}  # all others: "mlp"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSpec:
    """One run: which fault it has, and on which network."""

    fault: Fault = "none"
    net: NetKind = "mlp"
    seed: int = 0
    steps: int = 300
    batch_size: int = 32
    rate: float = 0.02
    momentum: float = 0.9
    depth: int = 40  # hidden layers of the deep network
    test_every: int = 15


# 40 layers with BatchNorm and no skips train well only with a small rate and large batches
_DEEP = BrokenSpec(net="deep", rate=0.005, batch_size=480)


def usual(fault: Fault, net: NetKind, seed: int, steps: int = BrokenSpec().steps) -> BrokenSpec:
    """Return the run with this fault on this network, at settings that suit the network."""
    return replace(
        _DEEP if net == "deep" else BrokenSpec(net=net), fault=fault, seed=seed, steps=steps
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BrokenRun:
    """What one run wrote down. T steps, E tests."""

    spec: BrokenSpec
    losses: np.ndarray  # (T,) float64: of each batch, nats; nan where it is no number
    gradients: np.ndarray  # (T,) float64: norm of the gradient of all weights that each step used
    tested: np.ndarray  # (E,) int64: after how many steps
    test_losses: np.ndarray  # (E,) float64, nats
    test_accuracies: np.ndarray  # (E,) float64, 0..1
    seconds: float

    @property
    def accuracy(self) -> float:
        """On the test digits at the end, 0..1."""
        return float(self.test_accuracies[-1])

    @property
    def last_loss(self) -> float:
        """The mean loss of the last 20 batches, nats."""
        return float(self.losses[-20:].mean())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BrokenRuns:
    """All recorded runs."""

    runs: tuple[BrokenRun, ...]
    provenance: Provenance

    def of(self, fault: Fault, net: NetKind) -> tuple[BrokenRun, ...]:
        """Return the runs with this fault on this network, one a seed."""
        return tuple(r for r in self.runs if (r.spec.fault, r.spec.net) == (fault, net))
