"""A training run: what is asked for, and what it tells while it goes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from viz_models.records.build.builder import BuildSpec
from viz_models.records.train.lessons import LessonResult, LessonSpec

NetNorm = Literal["none", "batch", "layer", "group"]
DataName = Literal[
    "digits", "mnist", "fashion_mnist", "cifar10", "folder", "moons", "circles", "spirals"
]
CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)  # in the order of its labels; what the demo has learned
OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
Schedule = Literal["constant", "cosine", "one cycle", "step"]
Augmentation = Literal["flip", "shift", "crop"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
BudgetUnit = Literal["samples", "steps", "epochs", "seconds"]
RunState = Literal["running", "finished", "diverged"]
RunFault = Literal[  # mistakes that people make in a training script
    "none",
    "zero_init",
    "softmax_twice",
    "shifted",
    "classes",
    "zero_grad",
    "no_eval",
    "not_shuffled",
    "not_normalized",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsNetSpec:
    """A small convolutional network for 8x8 digits; one block per width."""

    norm: NetNorm = "batch"
    widths: tuple[int, ...] = (16, 32, 32)  # channels after each block


@dataclass(frozen=True, slots=True, kw_only=True)
class ZooSpec:
    """A torchvision classification model, with fresh weights."""

    name: str = "resnet18"
    classes: int = 10


ModelSpec = BuildSpec | DigitsNetSpec | ZooSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSpec:
    """Which examples, and what is done to them once, before the training."""

    name: DataName = "digits"
    folder: str = ""  # "folder": of images, one subfolder a class; MNIST: of idx files, or empty
    size: int = 0  # height and width that images are resized to; 0: as they are
    limit: int = 0  # training examples; 0: all
    label_noise: float = 0.0  # share of the training labels replaced by a random class
    permute: bool = False  # all pixels, by one fixed permutation
    seed: int = 0  # of the limit, the noise and the permutation


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerSpec:
    """How a gradient becomes a step."""

    name: OptimizerName = "sgd"
    lr: float = 0.1  # the highest
    momentum: float = 0.9  # of "momentum" and "nesterov"
    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    warm_up: float = 0.0  # share of the budget in which the learning rate rises in a line
    clip: float = 0.0  # largest norm of the whole gradient; 0: not clipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When a run ends."""

    amount: float = 7168
    unit: BudgetUnit = "samples"  # repeats counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Blocks that begin as the identity, put into the network while it trains."""

    at: float = 0.5  # share of the budget
    blocks: int = 2  # added to each stage of a residual ConvSpec
    freeze: bool = False  # the blocks that were there before train no more


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One training run; on one machine and device, equal specs give equal curves."""

    model: ModelSpec = DigitsNetSpec()
    data: DataSpec = DataSpec()
    optimizer: OptimizerSpec = OptimizerSpec()
    batch_size: int = 32
    budget: Budget = Budget()
    augment: tuple[Augmentation, ...] = ()
    growth: Growth | None = None
    precision: Precision = "auto"
    device: str = "auto"  # cuda, then mps, then cpu; or "cuda:1"
    seed: int = 0  # of the initial weights and of the order of the examples
    evaluations: int = 1  # on the test set, evenly spread, the last with the last step
    moments: int = 0  # looks inside, evenly spread, the first before the first step
    workers: int = 1  # processes that share each batch, by DistributedDataParallel
    fault: RunFault = "none"  # made on purpose, to be diagnosed from its curves
    lesson: LessonSpec | None = None  # what a page trains in its own way; see training/lessons


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One thing that an experiment compares."""

    label: str  # "batch 64"
    run: RunSpec  # its seed is replaced by each of the experiment's


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The values that one setting of a run takes in a sweep."""

    setting: str  # its name: "layers"
    values: tuple[str, ...]  # as people write them: "20", "residual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a sweep varies: every value of one setting with every value of the other."""

    rows: Axis
    columns: Axis

    def place(self, row: int, column: int) -> int:
        """Return the place among the arms, which go row by row."""
        return row * len(self.columns.values) + column

    @property
    def cells(self) -> int:
        """How many arms it has."""
        return len(self.rows.values) * len(self.columns.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentSpec:
    """What people start: every arm with every seed; a single run is one arm with one seed."""

    name: str = ""  # what people call it; made up from the arms where empty
    card: str = ""  # id of the question that it answers
    table: Table | None = None  # of a sweep: its arms are the cells, row by row
    arms: tuple[Arm, ...] = (Arm(label="", run=RunSpec()),)
    seeds: tuple[int, ...] = (0,)

    def runs(self) -> Iterator[tuple[int, RunSpec]]:
        """(place of the arm, its run with one of the seeds); all arms of a seed come together."""
        for seed in self.seeds:
            for place, arm in enumerate(self.arms):
                yield place, replace(arm.run, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A test example that the network gets wrong with confidence."""

    index: int  # in the test set
    target: int
    guess: int
    probability: float  # of the guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The network in eval mode on the whole test set."""

    loss: float  # mean cross entropy, nats
    accuracy: float  # 0..1
    confusion: tuple[tuple[int, ...], ...] = ()  # [right class][guess]
    precision: tuple[float | None, ...] = ()  # by class; None where it would be 0 / 0,
    recall: tuple[float | None, ...] = ()  # and for a class that has no example
    f1: tuple[float | None, ...] = ()
    worst: tuple[Wrong, ...] = ()  # the most confident mistakes, the worst first


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moment:
    """A look inside the network between two steps."""

    step: int  # taken so far; 0: as initialized
    samples: int
    layers: tuple[str, ...]  # module names with a weight, in forward order
    gradient_norms: tuple[float, ...]  # ||dL/dW|| of each, on the batch of this step
    activation_means: tuple[float, ...]  # of each layer's output
    activation_stds: tuple[float, ...]
    filters: np.ndarray  # first layer's weight, float32
    running_means: dict[str, np.ndarray]  # BatchNorm's, by module name; (C,) float32
    running_variances: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step: the batch as the weights before the step see it."""

    step: int  # 1 is the first
    samples: int  # seen so far, this batch included
    loss: float  # mean cross entropy of the batch, nats
    accuracy: float  # of the batch, 0..1
    lr: float = 0.0
    gradient_norm: float = 0.0  # over all parameters, before clipping
    seconds: float = 0.0  # of training so far: evaluations and moments not counted
    memory: int = 0  # bytes: allocated on the GPU, or resident in the process
    state: RunState = "running"  # "diverged": loss or test loss is NaN or infinite
    evaluation: Evaluation | None = None
    moment: Moment | None = None  # as the weights before this step were
    result: LessonResult | None = None  # of a lesson's training: what its page draws so far
