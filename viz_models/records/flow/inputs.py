"""What was asked for, and the photo."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from viz_models.records.build.builder import ConvSpec, MlpSpec, RnnSpec, TransformerSpec
from viz_models.records.flow.zoo import SIDE, SIDES
from viz_models.records.train.experiments import DigitsNetSpec, ZooSpec

Pair = tuple[int, int]  # (vertical, horizontal)
Built = ConvSpec | MlpSpec | TransformerSpec | RnnSpec | DigitsNetSpec | ZooSpec
Weights = Literal["demo", "imagenet", "random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRef:
    """Which photo. The pixels themselves travel beside the spec, never inside it."""

    kind: Literal["sample", "upload"] = "sample"
    name: str = "cat"  # a sample's name, or "upload"
    sha256: str = ""  # of the decoded RGB pixels; empty for a sample, whose name says it all


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """Which network with which weights."""

    name: str = "resnet18"  # any classification model of torchvision
    weights: Weights = "random"  # or "demo": ours, ten classes; "imagenet": torchvision's own
    seed: int = 0  # of random weights
    build: Built | None = None  # a built network; `name` says nothing then
    pixels: int = 0  # height and width of the input of a network of torchvision in `build`
    trained: str = ""  # file of safetensors with its weights, in place of the seed's
    labels: tuple[str, ...] = ()  # what its classes are called; empty where it says that itself

    @property
    def side(self) -> int:
        """Height and width of the photo that it takes."""
        if isinstance(self.build, DigitsNetSpec):
            return 8
        if isinstance(self.build, ZooSpec):
            return self.pixels or SIDES.get(self.build.name, SIDE)
        return SIDES.get(self.name, SIDE) if self.build is None else self.build.size

    @property
    def architecture(self) -> "ModelRef":
        """The same for every seed: the network without its weights.

        Weights that bring classes or steps of their own keep their name.
        """
        own = self.weights == "demo" or self.name in ("googlenet", "inception_v3")
        return replace(
            self, seed=0, trained="", labels=(), weights=self.weights if own else "random"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """What gives zeros, in a forward pass that is otherwise the network's own."""

    branches: tuple[str, ...] = ()  # adds whose F(x) is 0, so that the block is its shortcut
    maps: tuple[tuple[str, int], ...] = ()  # step and channel

    def __bool__(self) -> bool:
        """Whether anything is off."""
        return bool(self.branches or self.maps)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSpec:
    """One forward pass: this photo through that network, without what is switched off."""

    image: ImageRef = ImageRef()
    model: ModelRef = ModelRef()
    off: Off = Off()


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded picture, upright and without alpha."""

    ref: ImageRef
    pixels: np.ndarray  # (H, W, 3) uint8, sRGB
    original_size: Pair  # (H, W) in the file, after EXIF rotation
    notes: tuple[str, ...] = ()  # what had to be converted, one plain sentence each
    credit: str = ""  # author and licence, for sample photos


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What preprocessing made of a photo: resize, center crop, scale to 0..1, normalize."""

    tensor: np.ndarray  # (3, side, side), 224 for ResNet18: what the network gets
    cropped: np.ndarray  # (side, side, 3) uint8: the same before normalization
    resized_size: Pair  # (H, W) after the short side became 256, or 8/7 of `side`
    crop_box: tuple[int, int, int, int]  # top, left, bottom, right in the resized photo
    mean_before: tuple[float, ...]  # per channel, of the crop scaled to 0..1
    std_before: tuple[float, ...]
    mean_after: tuple[float, ...]  # per channel, of `tensor`
    std_after: tuple[float, ...]
    normalize_mean: tuple[float, ...]  # what is subtracted, per channel
    normalize_std: tuple[float, ...]  # what is divided by
    whole: np.ndarray | None = None  # (h, w, 3) uint8: all of the photo, small; what is cut is pale
