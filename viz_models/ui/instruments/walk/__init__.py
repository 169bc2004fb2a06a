"""The `walk` instrument: walks of optimizers on a curve or a map, with a start that is dragged.

The browser owns the start, the step and which walk is opened: it paints them, writes them to the
address bar and then tells Python, which walks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from viz_models.ui.instruments.mounting import mounted, pack
from viz_models.ui.kit import state


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A minimum on the picture."""

    at: tuple[float, ...]
    loss: float
    label: str
    color: str
    ink: str  # of its label


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Line:
    """One walk. T steps, D weights."""

    key: str  # in the address
    name: str
    color: str
    points: np.ndarray  # (T + 1, D)
    losses: np.ndarray  # (T + 1,)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Picture:
    """A loss over one weight, or two."""

    name: str  # differs when any other field does
    names: tuple[str, ...]  # of the weights
    low: tuple[float, ...]
    high: tuple[float, ...]
    losses: np.ndarray  # (P,) or (rows from the bottom, columns)
    marks: tuple[Mark, ...]
    colors: dict[str, str]  # ground, text, muted, grid, blue, orange
    tints: tuple[tuple[int, ...], ...]  # the lowest loss, the highest, the lines between


def walk(
    picture: Picture,
    lines: Sequence[Line],
    *,
    key: str,
    start: tuple[float, ...],
    usual: tuple[float, ...],
    step: int,
    chosen: str,
    label: str,
    height: int,
    token: str,
) -> None:
    """Mount the picture with its walks.

    Args:
        picture: What they walk on.
        lines: One for each optimizer.
        key: Streamlit key.
        start: From where they walk.
        usual: The start that the address leaves out.
        step: The step on which the page opens, and which the address leaves out.
        chosen: The key of the walk that is opened first.
        label: What a screen reader says of the picture.
        height: px at normal type size.
        token: Differs when the walks do.
    """
    opened = state.held("who", "walk", state.choice("who", chosen, lambda _: True))
    keys = [line.key for line in lines]
    header: dict[str, Any] = {
        "picture": picture.name,
        "names": picture.names,
        "low": picture.low,
        "high": picture.high,
        "places": [asdict(mark) for mark in picture.marks],
        "colors": picture.colors,
        "tints": picture.tints,
        "walks": [{"key": w.key, "name": w.name, "color": w.color} for w in lines],
        "steps": len(lines[0].losses) - 1,
        "start": start,
        "step": int(state.held("step", "walk", str(at_step(step, len(lines[0].losses) - 1)))),
        "chosen": keys.index(opened if opened in keys else chosen),
        "usual": {"start": usual, "step": step, "chosen": chosen},
        "label": label,
        "height": height,
        "token": token,
    }
    arrays = [
        picture.losses.astype("<f4"),
        np.stack([line.points for line in lines]).astype("<f4"),
        np.stack([line.losses for line in lines]).astype("<f4"),
    ]
    told = _told(key)
    mounted("walk")(key=key, data=pack(header, arrays), params=("start", "step", "who"), **told)


def _told(key: str) -> dict[str, Callable[[], None]]:
    fields = {"start": "start", "step": "step", "chosen": "who"}
    return {f"on_{field}_change": state.listen(key, field, p) for field, p in fields.items()}


def at_step(usual: int, steps: int) -> int:
    """Return the step that is shown, 0 to `steps`."""
    chosen = int(state.choice("step", str(usual), lambda s: s.isdecimal() and len(s) < 6))
    return min(chosen, steps)


def at_start(
    usual: tuple[float, ...], low: Sequence[float], high: Sequence[float]
) -> tuple[float, ...]:
    """Return the start that is chosen; the usual one where there is none in the picture."""
    text = ",".join(f"{v:g}" for v in usual)

    def valid(value: str) -> bool:
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            return False
        return len(numbers) == len(low) and all(
            lo <= v <= h for lo, v, h in zip(low, numbers, high, strict=True)
        )

    return tuple(float(part) for part in state.choice("start", text, valid).split(","))
