"""Which value of a tensor is looked at: as text in a link, and which one first."""

import numpy as np

from viz_models.records import Cell


def parse(text: str, shape: tuple[int, ...]) -> Cell | None:
    """The cell that "c,y,x" (or "c" in a vector) names, or None where there is none.

    Args:
        text: From a link; anything may stand in it.
        shape: Of the tensor, without the batch axis.
    """
    parts = text.split(",")
    if len(parts) != len(shape) or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    cell = tuple(int(p[:9]) for p in parts)
    return cell if all(i < n for i, n in zip(cell, shape, strict=True)) else None


def text(cell: Cell) -> str:
    """A cell as it stands in a link."""
    return ",".join(str(i) for i in cell)


def striking(value: np.ndarray) -> Cell:
    """Where to look first: the largest value of the map that varies most, away from its border.

    The largest, not the largest amount, so that it passes a ReLU.

    Args:
        value: (C, H, W) or (C,) float32.
    """
    if value.ndim == 1:
        return (int(value.argmax()),)
    c = int(value.reshape(value.shape[0], -1).std(axis=1).argmax())
    top, left = (size // 8 for size in value.shape[1:])  # padding takes part at the border
    inner = value[c, top : value.shape[1] - top, left : value.shape[2] - left]
    y, x = np.unravel_index(int(inner.argmax()), inner.shape)
    return (c, top + int(y), left + int(x))
