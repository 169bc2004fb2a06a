"""Training runs with one fault each, and healthy runs beside them."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from viz_models.records.build.builder import MlpSpec
from viz_models.records.provenance import Provenance
from viz_models.records.train.experiments import Budget, OptimizerSpec, RunFault, RunSpec

Fault = Literal[RunFault, "rate", "no_norm"]  # two are no code of the loop: they are settings
NetKind = Literal["mlp", "dropout", "deep"]
SEEDS = (0, 1, 2, 3, 4)
STEPS, TESTS = 300, 20
FAULTS: tuple[Fault, ...] = (  # in the order of the page, which gives nothing away
    *("zero_grad", "shifted", "rate", "softmax_twice", "no_norm"),
    *("not_shuffled", "zero_init", "classes", "no_eval", "not_normalized"),
)
KINDS: dict[Fault, NetKind] = {"no_norm": "deep", "no_eval": "dropout"}  # all others: "mlp"
_TWO = MlpSpec(in_channels=1, size=8, depth=1, width=64)
NETS: dict[NetKind, MlpSpec] = {
    "mlp": _TWO,
    "dropout": replace(_TWO, norm="batch", dropout=0.5),
    "deep": replace(_TWO, norm="batch", depth=39),
}


def usual(fault: Fault, net: NetKind, seed: int, steps: int = STEPS) -> RunSpec:
    """Return the run with this fault on this network, at settings that suit the network."""
    # 40 layers with BatchNorm and no skips train well only with a small rate and large batches
    rate, batch_size = (0.005, 480) if net == "deep" else (0.02, 32)
    return RunSpec(
        model=replace(NETS[net], norm="none") if fault == "no_norm" else NETS[net],
        optimizer=OptimizerSpec(name="momentum", lr=rate * (100 if fault == "rate" else 1)),
        batch_size=batch_size,
        budget=Budget(amount=steps, unit="steps"),
        device="cpu",
        precision="fp32",
        seed=seed,
        evaluations=TESTS,
        fault="none" if fault == "rate" or fault == "no_norm" else fault,
    )


def kind_of(fault: Fault) -> NetKind:
    """Return the network on which a fault is made.

    Raises:
        ValueError: If there is no such fault.
    """
    if fault not in get_args(Fault):
        raise ValueError(f"there is no fault {fault!r}; choose one of {', '.join(FAULTS)}")
    return KINDS.get(fault, "mlp")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BrokenRun:
    """What one run told. T steps, E tests."""

    fault: Fault
    net: NetKind
    seed: int
    losses: np.ndarray  # (T,) float64: of each batch, nats
    gradients: np.ndarray  # (T,) float64: norm of the gradient of all weights that each step used
    tested: np.ndarray  # (E,) int64: after how many steps
    test_losses: np.ndarray  # (E,) float64, nats
    test_accuracies: np.ndarray  # (E,) float64, 0..1

    @property
    def spec(self) -> RunSpec:
        """What was run."""
        return usual(self.fault, self.net, self.seed, len(self.losses))

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
        return tuple(r for r in self.runs if (r.fault, r.net) == (fault, net))
