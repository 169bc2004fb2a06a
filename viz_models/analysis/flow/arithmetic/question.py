"""What every rule of arithmetic is given, and the form of its answer."""

from dataclasses import dataclass

import numpy as np
from torch import nn

from viz_models.language import gettext as _
from viz_models.records import Calculation, Cell, Number, Step, Window

TOLERANCE = 1e-5  # of the sum of absolute terms: float32 rounding of a long sum stays below it
_AXES = {3: ("c", "y", "x"), 2: ("t", "c"), 1: ("c",)}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Question:
    """How did `output[cell]` come about?"""

    step: Step
    module: nn.Module | None
    inputs: tuple[np.ndarray, ...]  # what the step read, in torch's order, no batch axis
    output: np.ndarray
    cell: Cell
    spelled_out: int = 3

    @property
    def torch_value(self) -> float:
        """What torch got."""
        return float(self.output[self.cell])

    def answer(
        self,
        total: float,
        *,
        absolute: float,
        formula: str,
        numbers: tuple[Number, ...] = (),
        windows: tuple[Window, ...] = (),
        rest_count: int = 0,
        rest_total: float = 0.0,
    ) -> Calculation:
        """Return the record; `absolute` is the sum of the terms' magnitudes."""
        return Calculation(
            step=self.step.name,
            op=self.step.op,
            cell=self.cell,
            windows=windows,
            rest_count=rest_count,
            rest_total=rest_total,
            numbers=numbers,
            formula=formula,
            total=float(total),
            torch_value=self.torch_value,
            tolerance=TOLERANCE * float(absolute),
        )


def checked_cell(cell: Cell, shape: tuple[int, ...], name: str) -> Cell:
    """Return the cell as plain integers.

    Raises:
        ValueError: If it is no index of that shape; the message gives the valid ranges.
    """
    inside = len(cell) == len(shape) and all(0 <= i < n for i, n in zip(cell, shape, strict=True))
    if not inside:
        axes = _AXES.get(len(shape))
        raise ValueError(
            _("{name} has no value at {cell}; choose {ranges}").format(
                name=name,
                cell=tuple(cell),
                ranges=", ".join(
                    _("{axis} 0 to {last}").format(
                        axis=axes[i] if axes else _("axis {i}").format(i=i), last=n - 1
                    )
                    for i, n in enumerate(shape)
                ),
            )
        )
    return tuple(int(i) for i in cell)
