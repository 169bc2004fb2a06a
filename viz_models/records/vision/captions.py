"""A caption of a scene, word by word, and where the network looked."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.vision.scene import FIRST_SCENE, Scene, SceneSpec

CaptionNet = Literal["attention", "mean"]  # mean: without attention, every word reads the mean
NETS: tuple[CaptionNet, ...] = ("attention", "mean")
MOST = 2  # digits of a scene that the captioners learned from
Tuned = Literal[0, 2, 5]  # how many of the encoder's last blocks are trained
TUNED: tuple[Tuned, ...] = (0, 2, 5)
Statistics = Literal["train", "eval"]  # in which mode the encoder's BatchNorm is
MODES: tuple[Statistics, ...] = ("train", "eval")
COVERED = 0.9  # of a word's weight: as few cells are covered as hold so much of it


def usual(seed: int, *, training: bool = False) -> SceneSpec:
    """Return a scene as the captioners know them: two digits, in every fifth scene one."""
    count = 1 if seed % 5 == 0 else MOST
    return SceneSpec(seed=seed, count=count, training=training, slanted=training)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSpec:
    """A scene, and which network describes it."""

    scene: SceneSpec = field(default_factory=lambda: SceneSpec(seed=FIRST_SCENE, count=MOST))
    net: CaptionNet = "attention"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Caption:
    """What one network says about one scene. T words, L = 64 cells."""

    spec: CaptionSpec
    scene: Scene
    written: tuple[str, ...]  # T words, "<eos>" the last
    read: tuple[str, ...]  # T: the word before each, "<bos>" the first
    likely: tuple[tuple[tuple[str, float], ...], ...]  # T: the likeliest words
    cells: np.ndarray  # (L, 64) the grid, row by row
    before: np.ndarray  # (T, 64) h when the network looks
    scores: np.ndarray  # (T, L) before the softmax; all 0 without attention
    weights: np.ndarray  # (T, L) each row sums to 1
    contexts: np.ndarray  # (T, 64)
    on_digit: tuple[float | None, ...]  # T: weight on the cells of the digit that is named
    max_difference: float  # of the logits to the same network of torch's own modules
    provenance: Provenance

    @property
    def sentence(self) -> str:
        """The words without the end."""
        return " ".join(word for word in self.written if word != "<eos>")

    @property
    def is_exact(self) -> bool:
        """Whether every word is right."""
        return self.sentence == self.scene.sentence


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenedLook:
    """How the network looked at the scene for one word, in float64 by our own hands."""

    word: int
    cell: int
    of_cell: np.ndarray  # (64,) W a + b
    of_state: np.ndarray  # (64,) U h
    v: np.ndarray  # (64,)
    scores: np.ndarray  # (L,)
    weights: np.ndarray  # (L,)
    context: np.ndarray  # (64,)
    difference: float  # of scores, weights and context to torch's, the largest
    without_tanh: float  # the largest difference of the weights of any two words without tanh


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Covered:
    """A scene with some of its cells covered by its own background, and the caption of that."""

    cells: tuple[int, ...]  # that are covered, row by row
    weight: float  # of the chosen word, on these cells, before they were covered
    image: np.ndarray  # (64, 64)
    sentence: str
    keeps: bool  # whether the chosen word still stands at its place


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverQuality:
    """What becomes of names when cells are covered, over many unseen scenes."""

    scenes: int  # captioned right before
    names: int  # of digits, in all of these scenes
    cells: float  # covered for a name, the mean
    looked: int  # names that change when the cells that were looked at are covered
    others: int  # names that change when as many other cells are covered
    second: int  # names of the other digit, where there is one
    second_changed: int  # of these, how many change when the cells looked at are covered


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionQuality:
    """How good a captioner is on many scenes that it did not learn from."""

    net: CaptionNet
    scenes: int
    exact: int  # captions right to the last word
    on_digit: float  # mean weight on the cells of the digit that is named
    uniform: float  # the same if all cells had the same weight
    peak: float  # share of names whose heaviest cell belongs to their digit
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneRun:
    """The trained captioner, taught new pictures with a part of its encoder."""

    blocks: Tuned
    mode: Statistics
    seed: int
    trained: int  # parameters of the encoder that learn
    moved: float  # mean relative change of the encoder's running means
    exact: float  # 0..1 on new pictures, afterwards
    old: float  # 0..1 on the pictures that it came from, afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionRecord:
    """What takes too long for a first picture."""

    qualities: tuple[CaptionQuality, ...]
    covered: CoverQuality
    untuned: float  # 0..1 on the new pictures, before any training
    steps: int
    scenes: int  # that each run was tested on
    runs: tuple[TuneRun, ...]
    provenance: Provenance

    def quality(self, net: CaptionNet) -> CaptionQuality:
        """Of one network."""
        return next(q for q in self.qualities if q.net == net)

    def of(self, blocks: Tuned, mode: Statistics) -> tuple[TuneRun, ...]:
        """Return the runs of one way, by seed."""
        return tuple(r for r in self.runs if (r.blocks, r.mode) == (blocks, mode))
