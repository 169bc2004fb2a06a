"""Scenes of handwritten digits with boxes, masks and a sentence: what the lessons on vision see."""

from functools import cache

import numpy as np

from viz_models.images import digits
from viz_models.language import gettext as _
from viz_models.records.vision.scene import (
    LARGEST_DIGIT,
    MOST_DIGITS,
    NAMES,
    SCENE_SIDE,
    SMALLEST_DIGIT,
    Place,
    Scene,
    SceneSpec,
)

INK = 0.35  # of the digit's own ink: from here on a pixel belongs to its mask
OVERLAP = 0.1  # of the smaller box: as much may be covered by another one
TRIES = 200  # to find a place
MOST_STROKES = 3  # that are no digits
TURN, SLANT, STRETCH = 0.2, 0.2, 0.12  # radians, and shares: at most, of a slanted digit
FULL = 16  # ink of scikit-learn's digits


def scene(spec: SceneSpec) -> Scene:
    """Draw a scene: equal specs give equal pixels.

    Each digit has a random stream of its own, so changing one digit leaves the others as they are.

    Raises:
        ValueError: With one line for the reader, if the spec cannot be drawn.
    """
    _check(spec)
    count = _count(spec)
    labels: list[int] = []
    places: list[Place] = []
    boxes: list[np.ndarray] = []
    masks: list[np.ndarray] = []
    image = background(spec)
    for i in range(count):
        label, pixels, rng = _digit(spec, i)
        place = _place(spec, i, pixels, boxes, rng)
        if place is None:  # no room is left
            break
        ink = enlarged(pixels, place.size)
        mask = np.zeros((SCENE_SIDE, SCENE_SIDE), bool)
        rows, columns = _slices(place)
        mask[rows, columns] = ink > INK
        image[rows, columns] = np.maximum(image[rows, columns], ink * rng.uniform(0.7, 1))
        labels.append(label)
        places.append(place)
        masks.append(mask)
        boxes.append(box_of(mask))
    return Scene(
        spec=spec,
        image=image.astype(np.float32),
        labels=tuple(labels),
        places=tuple(places),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        masks=np.array(masks, bool).reshape(-1, SCENE_SIDE, SCENE_SIDE),
        sentence=sentence(tuple(labels), np.array(boxes, np.float32).reshape(-1, 4)),
    )


def _check(spec: SceneSpec) -> None:
    if spec.count is not None and not 0 <= spec.count <= MOST_DIGITS:
        raise ValueError(
            _("{count} digits do not fit; choose 0 to {most_digits}").format(
                count=spec.count, most_digits=MOST_DIGITS
            )
        )
    if max(len(spec.digits), len(spec.places)) > MOST_DIGITS:
        raise ValueError(
            _("a scene has at most {most_digits} digits").format(most_digits=MOST_DIGITS)
        )
    if wrong := [d for d in spec.digits if not 0 <= d <= 9]:
        raise ValueError(_("{wrong} is no digit; choose 0 to 9").format(wrong=wrong[0]))
    for place in spec.places:
        if not SMALLEST_DIGIT <= place.size <= LARGEST_DIGIT:
            raise ValueError(
                _("a digit of {size} px: choose {smallest_digit} to {largest_digit}").format(
                    size=place.size, smallest_digit=SMALLEST_DIGIT, largest_digit=LARGEST_DIGIT
                )
            )
        if not all(0 <= p <= SCENE_SIDE - place.size for p in (place.left, place.top)):
            raise ValueError(
                _(
                    "a digit of {size} px at {left},{top} leaves the scene of {scene_side} px"
                ).format(size=place.size, left=place.left, top=place.top, scene_side=SCENE_SIDE)
            )


def _count(spec: SceneSpec) -> int:
    if spec.count is not None:
        return spec.count
    if given := max(len(spec.digits), len(spec.places)):
        return given
    return int(_stream(spec, 0).integers(1, 4))


def _stream(spec: SceneSpec, number: int) -> np.random.Generator:
    return np.random.default_rng((spec.seed, number, spec.training))


def _digit(spec: SceneSpec, i: int) -> tuple[int, np.ndarray, np.random.Generator]:
    """Digit i: its class, its 8x8 ink from 0 to 1, and its stream for all that follows."""
    rng = _stream(spec, 2 + i)
    label = int(rng.integers(10))
    if i < len(spec.digits):
        label = spec.digits[i]
    samples = _samples(spec.training)[label]
    pixels = samples[rng.integers(len(samples))]
    return label, _slanted(pixels, rng) if spec.slanted else pixels, rng


def _slanted(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (8, 8) pixels as if written a little differently; a network then learns the class."""
    from scipy.ndimage import affine_transform  # type: ignore[import-untyped]

    angle, slant = rng.uniform(-TURN, TURN), rng.uniform(-SLANT, SLANT)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ [[1, 0], [slant, 1]] @ np.diag(rng.uniform(1 - STRETCH, 1 + STRETCH, 2))
    middle = (np.array(pixels.shape) - 1) / 2
    moved: np.ndarray = affine_transform(pixels, matrix, middle - matrix @ middle, order=1)
    return moved


@cache
def _samples(training: bool) -> tuple[np.ndarray, ...]:
    """(n, 8, 8) of each of the ten classes, 0 to 1."""
    pixels, labels = digits.read()
    train, test = digits.split()
    chosen = train if training else test
    return tuple(pixels[chosen[labels[chosen] == d]] / FULL for d in range(10))


def _place(
    spec: SceneSpec, i: int, pixels: np.ndarray, boxes: list[np.ndarray], rng: np.random.Generator
) -> Place | None:
    """As asked, or random and hardly over another digit."""
    if i < len(spec.places):
        return spec.places[i]
    for _rest in range(TRIES):
        size = int(rng.integers(SMALLEST_DIGIT, LARGEST_DIGIT + 1))
        left, top = (int(p) for p in rng.integers(0, SCENE_SIDE - size + 1, 2))
        box = box_of(enlarged(pixels, size) > INK) + np.array([left, top, left, top], np.float32)
        if all(covered(box, other) <= OVERLAP for other in boxes):
            return Place(left=left, top=top, size=size)
    return None


def _slices(place: Place) -> tuple[slice, slice]:
    return slice(place.top, place.top + place.size), slice(place.left, place.left + place.size)


def background(spec: SceneSpec) -> np.ndarray:
    """Draw the scene without its digits: smooth noise, fine noise, strokes that are no digits.

    Returns:
        (64, 64) float64, 0 to 1.
    """
    rng = _stream(spec, 1)
    smooth = enlarged(rng.uniform(0, 0.3, (6, 6)), SCENE_SIDE)
    image = smooth + rng.normal(0, 0.03, (SCENE_SIDE, SCENE_SIDE))
    for _rest in range(int(rng.integers(MOST_STROKES + 1))):
        image = np.maximum(image, _stroke(rng))
    return image.clip(0, 1)


def _stroke(rng: np.random.Generator) -> np.ndarray:
    """(64, 64): a straight line of 5 to 14 px, soft at its edge."""
    start = rng.uniform(2, SCENE_SIDE - 2, 2)
    angle, length = rng.uniform(0, np.pi), rng.uniform(5, 14)
    direction = np.array([np.sin(angle), np.cos(angle)])
    y, x = np.mgrid[:SCENE_SIDE, :SCENE_SIDE] + 0.5
    along = ((y - start[0]) * direction[0] + (x - start[1]) * direction[1]).clip(0, length)
    away = np.hypot(y - start[0] - along * direction[0], x - start[1] - along * direction[1])
    ink: np.ndarray = rng.uniform(0.4, 0.9) * (1.6 - away).clip(0, 1)
    return ink


def enlarged(pixels: np.ndarray, size: int) -> np.ndarray:
    """(n, n) to (size, size), bilinear; pixels are areas, as in torch's align_corners=False."""
    matrix = _interpolation(len(pixels), size)
    grown: np.ndarray = matrix @ pixels @ matrix.T
    return grown


@cache
def _interpolation(n: int, size: int) -> np.ndarray:
    """(size, n): how much each old pixel counts for each new one; rows sum to 1."""
    at = ((np.arange(size) + 0.5) * n / size - 0.5).clip(0, n - 1)
    return (1 - np.abs(at[:, None] - np.arange(n))).clip(0)


def box_of(mask: np.ndarray) -> np.ndarray:
    """(4,) float32: left, top, right, bottom of what is true, in px."""
    (rows,), (columns,) = np.nonzero(mask.any(1)), np.nonzero(mask.any(0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def covered(a: np.ndarray, b: np.ndarray) -> float:
    """Share of the smaller box that lies in the other one."""
    width, height = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
    smaller = min((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
    return float(max(width, 0) * max(height, 0) / smaller)


def sentence(labels: tuple[int, ...], boxes: np.ndarray) -> str:
    """Say what stands where: "a three left of a seven"; from left to right, or from top to bottom.

    Args:
        labels: N digits.
        boxes: (N, 4).
    """
    if not labels:
        return "nothing"
    centers = (boxes[:, :2] + boxes[:, 2:]) / 2
    spread = np.ptp(centers, axis=0)
    axis = int(spread[1] > spread[0])  # the direction in which they lie further apart
    order = np.argsort(centers[:, axis], kind="stable")
    return f" {('left of', 'above')[axis]} ".join(_named(labels[i]) for i in order)


def _named(digit: int) -> str:
    return f"{'an' if digit == 8 else 'a'} {NAMES[digit]}"
