"""Photos and drawings of things that the demo does not know, to see how sure it is of them.

A classifier of ten things names one of the ten whatever it sees. How large its largest
probability is on pictures of other things says below which value it should not be believed
(Hendrycks & Gimpel 2017, arXiv:1610.02136).
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.flow import ten_parts
from viz_models.images import installed
from viz_models.images.decode import decode
from viz_models.records import ImageRef, Photo

SURE = 0.2  # share of pictures of other things that may still be called sure
PART = 0.6  # of the shorter side: what a view of a corner shows
_SKIMAGE = (
    *("astronaut.png", "brick.png", "camera.png", "cell.png", "chessboard_RGB.png"),
    *("clock_motion.png", "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png"),
    *("hubble_deep_field.jpg", "ihc.png", "logo.png", "microaneurysms.png", "moon.png"),
    *("motorcycle_left.png", "page.png", "phantom.png", "retina.jpg", "rocket.jpg", "text.png"),
)
FILES = (
    *(f"skimage/data/{name}" for name in _SKIMAGE),
    *("sklearn/datasets/images/china.jpg", "sklearn/datasets/images/flower.jpg"),
)
SIDE = 256  # px, of drawings


def pictures() -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8: photos, textures, faces, text and plots, whole and in parts."""
    for file in FILES:
        yield from _views(decode(installed.path(file).read_bytes(), file).pixels)
    for drawing in _drawings():
        yield from _views(drawing)


def surest(net: nn.Module, every: int = 1) -> Tensor:
    """Return the largest probability that a network gives each of `pictures`.

    Args:
        net: As of `ten_parts.chances`.
        every: 2 takes every second picture, the first one included.

    Returns:
        (N, 2) float32: of the middle of a picture, and of the mean over its ten parts.
    """
    found = []
    for pixels in islice(pictures(), 0, None, every):
        said = ten_parts.chances(net, ten_parts.cut(Photo(ImageRef(), pixels, pixels.shape[:2])))
        found.append(torch.stack([said[ten_parts.MIDDLE].max(), said.mean(0).max()]))
    return torch.stack(found)


def unsure_below(strangers: Tensor) -> float:
    """Return the probability that four of five pictures of other things stay below."""
    return strangers.quantile(1 - SURE).item()


def rule(below: float, strangers: Tensor) -> str:
    """Return a sentence that says what a threshold was chosen by.

    Args:
        below: The threshold.
        strangers: Largest probabilities of pictures of other things.
    """
    sure = (strangers >= below).float().mean().item()
    return f"{sure:.0%} of {len(strangers)} pictures of other things are not below it"


def _views(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the whole picture and its four corners, as if the thing were nearer."""
    yield pixels
    height, width = pixels.shape[:2]
    side = int(PART * min(height, width))
    for top in (0, height - side):
        for left in (0, width - side):
            yield np.ascontiguousarray(pixels[top : top + side, left : left + side])


def _drawings() -> Iterator[np.ndarray]:
    """Noise, gradients, stripes and plots."""
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    blank = np.ones((SIDE, SIDE))
    bars, lines, points = blank.copy(), blank.copy(), blank.copy()
    for i, height in enumerate(random.integers(40, 220, 6)):
        bars[SIDE - height :, 20 + 38 * i : 48 + 38 * i] = 0.4
    for curve in random.standard_normal((3, SIDE)).cumsum(1):
        rows = (SIDE * (0.5 + curve / 60)).clip(1, SIDE - 2).astype(int)
        for thick in (-1, 0, 1):
            lines[rows + thick, np.arange(SIDE)] = 0.1
    for row, column in random.integers(3, SIDE - 3, (150, 2)):
        points[row - 2 : row + 3, column - 2 : column + 3] = 0.3
    shades = [bars, lines, points, x, (np.sin(60 * x) > 0) * 1.0, np.sin(40 * np.hypot(x, y)) / 2]
    for shade in [*shades, random.random((SIDE, SIDE))]:
        gray = (255 * shade.clip(0, 1)).astype(np.uint8)
        yield np.repeat(gray[..., None], 3, axis=2)
    yield random.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    yield (255 * np.stack([x, y, 1 - x], axis=2)).astype(np.uint8)
