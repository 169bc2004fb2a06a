"""One tensor as the `tiles` instrument draws it: its values, and all that stands around them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records import Pair
from viz_models.ui.instruments.tiles.over import Bars, Curve

BUDGET = 204_800  # bytes of values in one picture; a click may cost 300 kB in all


@dataclass(frozen=True, slots=True)
class Box:
    """A frame around rows top..bottom-1 and columns left..right-1, in true indices.

    Edges between cells are fine. It may leave the tile: it is clipped there, with a dashed edge.
    """

    top: float
    left: float
    bottom: float
    right: float
    role: Literal["chosen", "plain", "checked"] = "plain"
    name: str = ""  # stands on its upper edge


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tiles:
    """One tensor: n tiles of h x w cells. A vector (1, 1, C) becomes a strip that wraps.

    `values[t, y, x]` stands for channel `indices[t]`, row `offset[0] + stride * y` and column
    `offset[1] + stride * x` of the true tensor: those are the indices that hover shows, that a
    click reports and that boxes are given in. With `grid=(N, C)` tile t is example t // C (named
    by `row_indices`) and channel t % C (named by `indices`), and a cell is (n, c, y, x).

    Labels, photos and margins stand around the bands: the rows and columns of the grid, or those
    of the cells when there is one matrix and no grid. Those of the chosen cell are orange.

    With `follows` the choice is not a cell of this tensor but what several of them share, such as
    (query, key): the rows here show its part `follows[0]`, the columns its part `follows[1]`, and
    None shows neither. A click sets those parts. The row is outlined in every group that has it,
    with a pale band behind them all.
    """

    name: str
    values: np.ndarray  # (n, h, w), shown as float32; (h, w, 3) uint8 for a photo
    title: str = ""  # above the tiles; below them where columns have labels
    note: str = ""
    scheme: Literal["sequential", "diverging", "photo"] = "sequential"
    limits: tuple[float, float] | None = None  # None: of the values; diverging: centred on 0
    grid: Pair | None = None  # N rows of C tiles each, n = N * C
    indices: tuple[int, ...] | None = None  # channel of each tile (cell of a vector, grid column)
    row_indices: tuple[int, ...] | None = None  # example of each row of the grid
    stride: int = 1
    offset: Pair = (0, 0)  # may be negative: a patch that starts in the padding
    exact: bool = True  # False sends half precision: twice the cells, and hover says "≈"
    columns: int | None = None
    size: int | None = None  # longer side of a tile in px (with labels: at most); None: fits
    pick: Literal["cell", "paint", "mask", "none"] = "none"  # mask: a stroke hatches or clears
    follows: tuple[int | None, int | None] = (None, None)  # parts of a choice that groups share
    above: str = ""  # name of the group on which it stands, column on column; `size` px tall
    over: Bars | Curve | None = None  # a little picture on top of it
    stretch: bool = False  # cells need not be square; then `size` is the width of the whole
    show_values: bool = False  # numbers in the cells, where they are large enough
    boxes: tuple[Box, ...] = ()
    draggable: Box | None = None  # people move and resize it; one tile, all of it sent
    hatched: np.ndarray | None = None  # (h, w) bool: padding or masked
    hatched_text: str = ""  # stands in hatched cells instead of their values: "−∞"
    lit: np.ndarray | None = None  # bool, (n, h, w) or 1 in their place: outlined, the rest fades
    overlay: np.ndarray | None = None  # (h, w) >= 0, heat over a photo, clearer where it is 0
    row_photos: np.ndarray | None = None  # (rows, p, q, 3) uint8, left of the rows
    column_photos: np.ndarray | None = None  # (columns, p, q, 3) uint8, above the columns
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    row_names: tuple[str, ...] = ()  # what hover calls rows and columns that carry no labels
    column_names: tuple[str, ...] = ()
    axes: tuple[str, str] = ("y", "x")  # what hover calls the axes
    corner: str = ""  # what the rows are: "photo"
    margins: tuple[tuple[str, ...], ...] = ()  # lines under the columns: means, stds
    margin_names: tuple[str, ...] = ()  # "μ", "σ", one for each line
    row_margins: tuple[tuple[str, ...], ...] = ()  # columns right of the rows: row sums
    row_margin_names: tuple[str, ...] = ()
    row_margin_role: Literal["plain", "checked", "warning"] = "plain"
    after: str = ""  # operator between this group and the next: "×", "softmax\neach row"
    bar: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse shapes that could only be drawn wrongly."""
        self._check_values()
        self._check_grid()
        self._check_labels()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of tiles, rows and columns; a photo is one tile."""
        n, h, w = self.values.shape
        return (1, n, h) if self.scheme == "photo" else (n, h, w)

    @property
    def is_vector(self) -> bool:
        """Whether its cells are numbered by one index alone, as in (1, 1, C)."""
        alone = self.grid is None and not self.stretch and self.shape[:2] == (1, 1)
        return alone and self.shape[2] > 1

    @property
    def bands(self) -> Pair:
        """How many rows and columns can carry labels; 0 where several tiles just follow."""
        n, h, w = self.shape
        return self.grid or ((h, w) if n == 1 and not self.is_vector else (0, 0))

    def _check_values(self) -> None:
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
        if self.lit is not None and not _spreads(self.lit.shape, (n, h, w)):
            raise ValueError(
                f"{self.name}: lit must be {(n, h, w)}, or 1 in their place, not {self.lit.shape}"
            )

    def _check_grid(self) -> None:
        n, _, w = self.shape
        if self.grid and self.grid[0] * self.grid[1] != n:
            raise ValueError(f"{self.name}: a grid of {self.grid} cannot hold {n} tiles")
        if self.row_indices is not None and not self.grid:
            raise ValueError(f"{self.name}: row_indices needs a grid")
        rows, columns = self.grid or (0, w if self.is_vector else n)
        for what, given, count in (
            ("indices", self.indices, columns),
            ("row_indices", self.row_indices, rows),
        ):
            if given is not None and len(given) != count:
                raise ValueError(f"{self.name}: {count} {what} needed, not {len(given)}")

    def _check_labels(self) -> None:
        rows, columns = self.bands
        for what, lines, count in (
            ("row_labels", (self.row_labels,), rows),
            ("column_labels", (self.column_labels,), columns),
            ("row_names", (self.row_names,), rows),
            ("column_names", (self.column_names,), columns),
            ("margins", self.margins, columns),
            ("row_margins", self.row_margins, rows),
            ("margin_names", (self.margin_names,), len(self.margins)),
            ("row_margin_names", (self.row_margin_names,), len(self.row_margins)),
        ):
            if wrong := [len(line) for line in lines if line and len(line) != count]:
                raise ValueError(f"{self.name}: {count} {what} needed, not {wrong[0]}")
        for what, photos, count in (
            ("row_photos", self.row_photos, rows),
            ("column_photos", self.column_photos, columns),
        ):
            if photos is not None and not _are_photos(photos, count):
                raise ValueError(
                    f"{self.name}: {what} must be ({count}, h, w, 3) uint8,"
                    f" not {photos.shape} {photos.dtype}"
                )


def _spreads(shape: tuple[int, ...], over: tuple[int, ...]) -> bool:
    return len(shape) == len(over) and all(s in (1, o) for s, o in zip(shape, over, strict=True))


def _are_photos(photos: np.ndarray, count: int) -> bool:
    fits = photos.ndim == 4 and photos.shape[0] == count and photos.shape[3] == 3
    return fits and photos.dtype == np.uint8 and photos.size > 0


def limits_of(group: Tiles) -> tuple[float, float]:
    """Smallest and largest value of the scale; centred on zero when diverging."""
    if group.scheme == "photo":
        return (0.0, 255.0)
    low, high = group.limits or extent(group.values)
    if group.scheme == "diverging":
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    return (float(low), float(high))


def extent(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest finite value; two zeros when there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


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
