"""Which value of a tensor is looked at: as text in a link, and which one first."""

import math

import numpy as np

from viz_models.records import Cell


def map_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """How a tensor is shown as maps: tokens as one map, maps in groups one after the other."""
    return shape if len(shape) in (1, 3) else (math.prod(shape[:-2]), *shape[-2:])


def on_maps(cell: Cell, shape: tuple[int, ...]) -> Cell:
    """Where a value of a tensor stands on the maps that show it."""
    shown = map_shape(shape)
    if shown == shape:
        return cell
    return tuple(int(i) for i in np.unravel_index(np.ravel_multi_index(cell, shape), shown))


def parse(text: str, shape: tuple[int, ...]) -> Cell | None:
    """Return the cell that "c,y,x" (or "c" in a vector) names, or None where there is none.

    Args:
        text: From a link; anything may stand in it.
        shape: Of the tensor, without the batch axis.
    """
    parts = text.split(",")
    shown = map_shape(shape)
    if len(parts) != len(shape) and len(parts) == len(shown):  # as a click on the maps says it
        found = parse(text, shown)
        return found and tuple(
            int(i) for i in np.unravel_index(np.ravel_multi_index(found, shown), shape)
        )
    if len(parts) != len(shape) or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    cell = tuple(int(p[:9]) for p in parts)
    return cell if all(i < n for i, n in zip(cell, shape, strict=True)) else None


def text(cell: Cell) -> str:
    """Return a cell as it stands in a link."""
    return ",".join(str(i) for i in cell)


def striking(value: np.ndarray) -> Cell:
    """Where to look first: the largest value of the map that varies most, away from its border.

    The largest, not the largest amount, so that it passes a ReLU.

    Args:
        value: (C, H, W), (C,) or any other shape, float32.
    """
    if value.ndim == 1:
        return (int(value.argmax()),)
    if value.ndim != 3:
        shown = map_shape(value.shape)
        flat = np.ravel_multi_index(striking(value.reshape(shown)), shown)
        return tuple(int(i) for i in np.unravel_index(flat, value.shape))
    c = int(value.reshape(value.shape[0], -1).std(axis=1).argmax())
    top, left = (size // 8 for size in value.shape[1:])  # padding takes part at the border
    inner = value[c, top : value.shape[1] - top, left : value.shape[2] - left]
    y, x = np.unravel_index(int(inner.argmax()), inner.shape)
    return (c, top + int(y), left + int(x))
