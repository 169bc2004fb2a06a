"""The `tiles` instrument: any tensor as crisp tiles, several of them with operators between.

The browser owns the choice: it paints it, writes it to the address bar and then tells Python.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from viz_models.records import Cell, Pair
from viz_models.ui.instruments.mounting import mounted, pack

BUDGET = 204_800  # bytes of values in one picture; a click may cost 300 kB in all


@dataclass(frozen=True, slots=True)
class Box:
    """A frame around rows top..bottom-1 and columns left..right-1, in true indices.

    It may leave the tile: it is clipped there, with a dashed edge.
    """

    top: int
    left: int
    bottom: int
    right: int
    role: Literal["chosen", "plain", "checked"] = "plain"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tiles:
    """One tensor: n tiles of h x w cells. A vector (1, 1, C) becomes a strip that wraps.

    `values[t, y, x]` stands for channel `indices[t]`, row `offset[0] + stride * y` and column
    `offset[1] + stride * x` of the true tensor: those are the indices that hover shows, that a
    click reports and that boxes are given in.
    """

    name: str
    values: np.ndarray  # (n, h, w), shown as float32; (h, w, 3) uint8 for a photo
    title: str = ""
    note: str = ""
    scheme: Literal["sequential", "diverging", "photo"] = "sequential"
    limits: tuple[float, float] | None = None  # None: of the values; diverging: centred on 0
    indices: tuple[int, ...] | None = None  # channel of each tile (of each cell of a vector)
    stride: int = 1
    offset: Pair = (0, 0)  # may be negative: a patch that starts in the padding
    exact: bool = True  # False sends half precision: twice the cells, and hover says "≈"
    columns: int | None = None
    size: int | None = None  # longer side of a tile in px; None is as large as fits
    pick: Literal["cell", "paint", "none"] = "none"
    show_values: bool = False  # numbers in the cells, where they are large enough
    boxes: tuple[Box, ...] = ()
    hatched: np.ndarray | None = None  # (h, w) bool: padding or masked
    overlay: np.ndarray | None = None  # (h, w) >= 0, heat over a photo, clearer where it is 0
    after: str = ""  # operator between this group and the next: "×", "=", "softmax"
    bar: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse shapes that could only be drawn wrongly."""
        photo = self.scheme == "photo"
        if self.values.ndim != 3 or (photo and self.values.shape[2] != 3) or not self.values.size:
            wanted = "(h, w, 3)" if photo else "(n, h, w)"
            raise ValueError(f"{self.name}: values must be {wanted}, not {self.values.shape}")
        if photo and self.values.dtype != np.uint8:
            raise ValueError(f"{self.name}: a photo must be uint8, not {self.values.dtype}")
        n, h, w = self.shape
        for what, array in (("hatched", self.hatched), ("overlay", self.overlay)):
            if array is not None and array.shape != (h, w):
                raise ValueError(f"{self.name}: {what} must be {(h, w)}, not {array.shape}")
        count = w if self.is_vector else n
        if self.indices is not None and len(self.indices) != count:
            raise ValueError(f"{self.name}: {count} indices needed, not {len(self.indices)}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of tiles, rows and columns; a photo is one tile."""
        n, h, w = self.values.shape
        return (1, n, h) if self.scheme == "photo" else (n, h, w)

    @property
    def is_vector(self) -> bool:
        """Whether its cells are numbered by one index alone, as in (1, 1, C)."""
        return self.shape[:2] == (1, 1) and self.shape[2] > 1


def fit(values: np.ndarray, budget_bytes: int = BUDGET) -> tuple[np.ndarray, int]:
    """Every s-th row and column of (n, h, w) values, with the least s that fits the budget.

    Args:
        values: (n, h, w); each value counts as 4 bytes.
        budget_bytes: What the result may weigh as float32.

    Returns:
        A view of the values, and s. When even s = max(h, w) is too much, that one.
    """
    n, h, w = values.shape
    stride = 1
    while 4 * n * -(-h // stride) * -(-w // stride) > budget_bytes and stride < max(h, w):
        stride += 1
    return values[:, ::stride, ::stride], stride


def tiles(
    groups: Sequence[Tiles],
    *,
    key: str,
    luts: Mapping[str, np.ndarray],
    start: Cell | None = None,
    default: Cell | None = None,
    param: str = "cell",
    height: int | None = None,
    on_change: Callable[[], None] | None = None,
    contrast: bool = False,
) -> Cell | None:
    """Show tensors side by side.

    Args:
        groups: What to show, from left to right.
        key: Streamlit key; also the name of the saved picture.
        luts: (256, 3) uint8 per scheme that is used ("sequential" for an overlay too).
        start: The chosen cell. The browser follows it only when it changes.
        default: The choice that the address bar leaves out.
        param: Query parameter that holds the choice, as "c,y,x" ("c" in a vector).
        height: Of the whole instrument, in px at normal type size; None is as tall as needed.
        on_change: Called when a cell is chosen or cells were painted.
        contrast: Offer "same scale | each its own".

    Returns:
        The chosen cell in true indices.

    Raises:
        ValueError: If a lookup table is missing.
    """
    header, arrays = picture(groups, luts)
    header |= {"start": start, "default": default, "param": param}
    header |= {"height": height, "contrast": contrast, "key": key}
    changed = on_change or (lambda: None)
    result = mounted("tiles")(
        key=key,
        data=pack(header, arrays),
        on_cell_change=changed,
        on_painted_change=changed,
    )
    return _settled(key, result.get("cell"), start)


def painted(key: str) -> list[tuple[int, int, bool]]:
    """Cells of the last stroke in a group with pick="paint": (y, x, whether it is on now)."""
    strokes = dict(st.session_state.get(key) or {}).get("painted") or []
    return [(int(y), int(x), bool(on)) for (y, x), on in strokes]


def picture(
    groups: Sequence[Tiles], luts: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Header and arrays of a picture; the header refers to arrays by their position.

    Raises:
        ValueError: If a lookup table is missing.
    """
    arrays: list[np.ndarray] = []
    needed = {g.scheme for g in groups} - {"photo"}
    needed |= {"sequential" for g in groups if g.overlay is not None}
    if missing := sorted(needed - luts.keys()):
        raise ValueError(f"no lookup table for {', '.join(missing)}")

    def place(array: np.ndarray | None) -> int | None:
        if array is None:
            return None
        arrays.append(array)
        return len(arrays) - 1

    tables = {scheme: place(luts[scheme].astype(np.uint8)) for scheme in sorted(needed)}
    return {"luts": tables, "groups": [_group(g, place) for g in groups]}, arrays


def limits_of(group: Tiles) -> tuple[float, float]:
    """Smallest and largest value of the scale; centred on zero when diverging."""
    if group.scheme == "photo":
        return (0.0, 255.0)
    low, high = group.limits or _range(group.values)
    if group.scheme == "diverging":
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    return (float(low), float(high))


def _range(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


_AS_THEY_ARE = (
    *("name", "title", "note", "scheme", "indices", "stride", "offset", "columns", "size"),
    *("exact", "pick", "after", "bar", "unit"),
)


def _group(group: Tiles, place: Callable[[np.ndarray | None], int | None]) -> dict[str, Any]:
    values, scale = _sent(group.values, group.exact)
    overlay, overlay_scale = _sent(group.overlay, group.exact)
    return {name: getattr(group, name) for name in _AS_THEY_ARE} | {
        "shape": group.shape,
        "vector": group.is_vector,
        "limits": limits_of(group),
        "showValues": group.show_values,
        "boxes": [[b.top, b.left, b.bottom, b.right, b.role] for b in group.boxes],
        "values": place(values),
        "scale": scale,
        "hatched": place(None if group.hatched is None else group.hatched.astype(np.uint8)),
        "overlay": place(overlay),
        "overlayScale": overlay_scale,
    }


def _sent(values: np.ndarray | None, exact: bool) -> tuple[np.ndarray | None, float]:
    """The values as they travel, and what one unit of them is worth."""
    if values is None or values.dtype == np.uint8:
        return values, 1.0
    if exact:
        return values.astype(np.float32), 1.0
    largest = max(map(abs, _range(values))) or 1.0
    return (values / largest).astype(np.float16), largest


def _settled(key: str, told: Sequence[int] | None, start: Cell | None) -> Cell | None:
    """The browser's choice or `start`, whichever is news; `told` lives for one run only."""
    memory = f"{key}.seen"
    started, cell = st.session_state.get(memory, (None, None))
    if told is not None:
        cell = tuple(int(i) for i in told)
    elif start != started:
        cell = start
    st.session_state[memory] = (start, cell)
    return cell
