"""Famous networks for images: what each changed, what it costs, and how its small twin learned."""

from dataclasses import dataclass
from typing import Literal

from viz_models.records.provenance import Provenance
from viz_models.records.train.paired import Paired

Source = Literal["torchvision", "here"]
Figure = Literal["macs", "ms", "traffic_bytes", "output_bytes", "parameters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One network of the family tree."""

    name: str  # as torchvision calls it, where it has one
    title: str
    year: int
    parent: str  # name of the network that it began with; "" for the first
    paper: str  # "arXiv:1404.5997"
    source: Source = "torchvision"
    side: int = 224  # height and width of its photo
    paper_macs: float = 0.0  # of the paper's table, where torchvision has no such network
    paper_parameters: float = 0.0


# What each network changed stands in pages/vision/architectures.en.md, under its name.
FAMILY = (
    Architecture(name="alexnet", title="AlexNet", year=2012, parent="", paper="arXiv:1404.5997"),
    Architecture(
        name="vgg11", title="VGG-11", year=2014, parent="alexnet", paper="arXiv:1409.1556"
    ),
    Architecture(
        name="googlenet", title="GoogLeNet", year=2014, parent="alexnet", paper="arXiv:1409.4842"
    ),
    Architecture(
        name="inception_v3",
        title="Inception v3",
        year=2015,
        parent="googlenet",
        paper="arXiv:1512.00567",
        side=299,
    ),
    Architecture(
        name="resnet18", title="ResNet18", year=2015, parent="vgg11", paper="arXiv:1512.03385"
    ),
    Architecture(
        name="densenet121",
        title="DenseNet121",
        year=2016,
        parent="resnet18",
        paper="arXiv:1608.06993",
    ),
    Architecture(
        name="resnext50_32x4d",
        title="ResNeXt-50",
        year=2016,
        parent="resnet18",
        paper="arXiv:1611.05431",
    ),
    Architecture(
        name="mobilenet_v1",
        title="MobileNet v1",
        year=2017,
        parent="vgg11",
        source="here",
        paper="arXiv:1704.04861",
        paper_macs=569e6,
        paper_parameters=4.2e6,
    ),
    Architecture(
        name="shufflenet_v1",
        title="ShuffleNet v1",
        year=2017,
        parent="resnext50_32x4d",
        source="here",
        paper="arXiv:1707.01083",
        paper_macs=137e6,
    ),
    Architecture(
        name="se_resnet50",
        title="SE-ResNet-50",
        year=2017,
        parent="resnet18",
        source="here",
        paper="arXiv:1709.01507",
        paper_macs=3.87e9,
        paper_parameters=28.1e6,
    ),
    Architecture(
        name="mobilenet_v2",
        title="MobileNet v2",
        year=2018,
        parent="mobilenet_v1",
        paper="arXiv:1801.04381",
    ),
    Architecture(
        name="shufflenet_v2_x1_0",
        title="ShuffleNet v2",
        year=2018,
        parent="shufflenet_v1",
        paper="arXiv:1807.11164",
    ),
)
BY_NAME = {a.name: a for a in FAMILY}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """One convolution or linear layer, with the norm, activation and pooling that follow it."""

    name: str  # of its module, as in named_modules()
    kind: str  # "conv 3×3", "linear"
    parameters: int
    macs: int
    traffic_bytes: int  # that its operations read and write, weights too
    output_bytes: int  # of its convolution or linear layer alone
    ms: float  # median over the repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureCost:
    """What one photo costs one network."""

    name: str
    parameters: int  # with the auxiliary heads
    auxiliary: int  # of these, parameters of heads that only a training uses
    macs: int  # one forward pass in eval mode
    activation_bytes: int  # that autograd keeps of one photo for the backward pass
    traffic_bytes: int
    layers: tuple[LayerCost, ...]
    ms: float  # median processor time of whole forward passes, one photo, one thread
    ms_low: float  # quartiles
    ms_high: float
    repeats: int
    provenance: Provenance

    def total(self, figure: Figure) -> float:
        """Return the sum of one figure over all layers."""
        return float(sum(getattr(layer, figure) for layer in self.layers))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSpec:
    """One training of one twin on scikit-learn's digits, enlarged to 32x32."""

    network: str = "alexnet"
    activation: Literal["relu", "tanh"] = "relu"  # the switches are of AlexNet's twin alone
    lrn: bool = False
    dropout: bool = True
    seed: int = 0  # of the weights, the order of the examples and dropout
    steps: int = 120
    batch_size: int = 32
    lr: float = 0.003  # of Adam at first; it falls to zero along a cosine
    look: int = 15  # steps from one look at the test digits to the next


SWITCHES = {  # of AlexNet's twin, each beside the twin as it is
    "tanh": TwinSpec(activation="tanh"),
    "lrn": TwinSpec(lrn=True),
    "no dropout": TwinSpec(dropout=False),
}
COMPARED = "resnet18"  # the twin that all other twins are compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRun:
    """How one training went."""

    spec: TwinSpec
    accuracies: tuple[float, ...]  # on the test digits, 0..1, at each look
    accuracy: float  # at the end
    cpu_seconds: float  # of the training steps alone


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinCell:
    """One twin, or one switch of AlexNet's, over all seeds, beside what it is compared with."""

    name: str  # a network, or "tanh", "lrn", "no dropout"
    parameters: int
    macs: int
    layers: int  # convolutions and linear layers
    accuracies: tuple[float, ...]  # at the end, one for each seed
    curves: tuple[tuple[float, ...], ...]  # for each seed, at each look
    cpu_seconds: tuple[float, ...]
    difference: Paired | None  # its accuracy minus that of the twin it is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord:
    """The costs of the whole family, as recorded on one machine."""

    costs: tuple[ArchitectureCost, ...]
    machine: str
    provenance: Provenance

    def cost(self, name: str) -> ArchitectureCost:
        """Return the costs of one network."""
        return next(c for c in self.costs if c.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRecord:
    """How all twins learned, and AlexNet's with its switches."""

    twins: tuple[TwinCell, ...]
    switches: tuple[TwinCell, ...]
    spec: TwinSpec  # of all trainings but for network, switches and seed
    train: int  # digits to learn from
    tests: int  # digits to test with
    seeds: tuple[int, ...]
    cpu_seconds: float
    machine: str
    provenance: Provenance

    def twin(self, name: str) -> TwinCell:
        """Return the runs of one twin."""
        return next(t for t in self.twins if t.name == name)
