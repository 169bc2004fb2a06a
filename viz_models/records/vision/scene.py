"""A scene of handwritten digits, and all that is known about it."""

from dataclasses import dataclass

import numpy as np

SCENE_SIDE = 64  # px
MOST_DIGITS = 4
FIRST_SCENE = 29  # that a page opens with
SMALLEST_DIGIT, LARGEST_DIGIT = 14, 26  # px, side of the square that a digit of 8x8 is enlarged to
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a digit stands: the square that its 8x8 pixels are enlarged to."""

    left: int  # px
    top: int
    size: int  # side


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """A scene; what is left open, the seed decides."""

    seed: int = FIRST_SCENE
    count: int | None = None  # of digits, 0 to MOST_DIGITS; None: 1 to 3
    digits: tuple[int, ...] = ()  # which, 0 to 9; those that are left out are random
    places: tuple[Place, ...] = ()  # where; those that are left out are random and hardly overlap
    training: bool = False  # made of training digits, which no other scene contains
    slanted: bool = False  # each digit is slanted, turned and stretched a little at random


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scene:
    """The picture and the truth about it. N is the number of digits."""

    spec: SceneSpec
    image: np.ndarray  # (64, 64) float32, 0 (black) to 1
    labels: tuple[int, ...]  # N digits
    places: tuple[Place, ...]
    boxes: np.ndarray  # (N, 4) float32: left, top, right, bottom of the ink, in px
    masks: np.ndarray  # (N, 64, 64) bool: where the ink is
    sentence: str  # "a three left of a seven"
