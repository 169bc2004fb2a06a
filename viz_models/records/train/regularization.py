"""Regularization on 200 digits: what is asked for, one run, and the recorded grid of all runs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.train.paired import Paired

Method = Literal["none", "l1", "l2", "adamw", "dropout", "shift", "mirror", "early"]

# Each method with the strengths that are recorded. What a strength is: lambda of L1, L2 and AdamW's
# decay; p of dropout; the share of images that are shifted or mirrored; epochs of patience.
STRENGTHS: dict[Method, tuple[float, ...]] = {
    "l1": (1e-4, 3e-4, 1e-3),
    "l2": (1e-3, 0.01, 0.1),
    "adamw": (0.1, 1.0, 10.0),
    "dropout": (0.2, 0.5, 0.7),
    "shift": (0.25, 0.5, 1.0),
    "mirror": (0.1, 0.25, 0.5),
    "early": (2.0, 5.0, 10.0),
}
SMALL = 1e-3  # a weight below this size is called zero; `pruned_accuracy` says whether it may be


@dataclass(frozen=True, slots=True, kw_only=True)
class RegularizeSpec:
    """One run: a small network, few digits, one way to regularize."""

    method: Method = "none"
    strength: float = 0.0
    seed: int = 0  # of the digits that are drawn, the weights and the order of the examples
    member: int = 0  # of an ensemble: other weights and order, the same digits
    examples: int = 200  # to train on; all other digits are tests
    held_out: int = 40  # of these, for early stopping alone
    width: int = 128  # of both hidden layers
    epochs: int = 40
    look: int = 4  # epochs from one look at the test digits to the next
    batch_size: int = 50
    lr: float = 0.003  # of Adam; AdamW for "adamw"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RegularizedRun:
    """How one run went. Curves have an entry for each look; early stopping ends them sooner."""

    spec: RegularizeSpec
    train_losses: np.ndarray  # float64, in eval mode, without the penalty, nats
    test_losses: np.ndarray
    train_accuracies: np.ndarray  # float64, 0..1
    test_accuracies: np.ndarray
    kept: int  # epoch whose weights are kept, from 1: the last one but for early stopping
    train_loss: float  # of the weights that are kept, and so all that follows
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    counts: np.ndarray  # int64, histogram of all weights without biases
    zeros: float  # share of these weights that are smaller than SMALL
    pruned_accuracy: float  # on the test set, once these weights are exactly zero
    recalls: np.ndarray  # (10,) float64: test accuracy of each digit
    probabilities: np.ndarray  # (tests, 10) float32: softmax on the test digits


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RegularizedCell:
    """One method at one strength over all seeds.

    Curves are (looks, 3) float32: lowest seed, mean, highest seed; NaN where no seed trains any
    more. All other arrays have an entry for each seed, in the order of the grid's seeds.
    """

    method: Method
    strength: float
    train_losses: np.ndarray
    test_losses: np.ndarray
    train_accuracies: np.ndarray
    test_accuracies: np.ndarray
    counts: np.ndarray  # int64, histogram of the weights of all seeds
    kept: tuple[int, ...]  # epoch whose weights are kept
    train_loss: tuple[float, ...]
    test_loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    test_accuracy: tuple[float, ...]
    zeros: tuple[float, ...]
    pruned_accuracy: tuple[float, ...]
    recalls: np.ndarray  # (seeds, 10) float32
    accuracy_difference: Paired  # test accuracy minus that without regularization, 0..1
    loss_difference: Paired  # test loss likewise, nats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EnsembleGrid:
    """The softmax of k networks, averaged. Each row has a draw of digits of its own."""

    accuracies: np.ndarray  # (draws, K) float64: of the mean of the first k networks
    losses: np.ndarray  # (draws, K)
    single_accuracies: np.ndarray  # (draws, K): of each network alone
    single_losses: np.ndarray
    gains: tuple[Paired, ...]  # for each k: its accuracy minus the mean of the networks alone


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RegularizedGrid:
    """Every method at every strength, each with the same seeds."""

    seeds: tuple[int, ...]
    edges: np.ndarray  # float64, of the histograms; the outer bins hold what lies beyond
    cells: tuple[RegularizedCell, ...]
    ensemble: EnsembleGrid
    cpu_seconds: float
    provenance: Provenance

    def cell(self, method: Method, strength: float = 0.0) -> RegularizedCell:
        """Return one method at one strength; "none" has the strength 0."""
        return next(c for c in self.cells if (c.method, c.strength) == (method, strength))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecaySpec:
    """One lambda, put into the loss or given to the optimizer."""

    strength: float = 0.01
    lr: float = 0.003
    warm_up: int = 20  # steps without any penalty, so that Adam knows the gradients
    steps: int = 20  # over which the shrinking is measured
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DecayResult:
    """How fast a penalty makes weights smaller, over the size of their gradients."""

    spec: DecaySpec
    gradient_sizes: np.ndarray  # (B,) float64: median sqrt(v) of each tenth of the weights
    shrink: dict[str, np.ndarray]  # way -> (B,) share of a weight that one step takes away
    differences: dict[str, float]  # largest |weight| difference to the penalty in the loss
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutSpec:
    """One digit on its way through the first hidden layer, and one draw of a mask."""

    p: float = 0.5
    digit: int = 0  # which test digit
    seed: int = 0  # of the mask


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DropoutResult:
    """The first hidden layer without dropout, the mask, and with dropout."""

    spec: DropoutSpec
    image: np.ndarray  # (8, 8) float32
    evaluated: np.ndarray  # (units,) float32: in eval mode nothing is dropped
    mask: np.ndarray  # (units,) float32: 0 or 1
    trained: np.ndarray  # (units,) float32: evaluated * mask / (1 - p)
    mean: np.ndarray  # (units,) float32 over `draws` masks
    draws: int
    torch_difference: float  # to torch.nn.functional.dropout with the same random numbers
    provenance: Provenance
