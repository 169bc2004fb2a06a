"""Several small charts in one figure. Built at once: plotly's own helper takes 60 ms for four."""

from collections.abc import Mapping, Sequence
from typing import Any

from viz_models.figures import theme

GAP_X, GAP_Y = 0.1, 0.17  # of the figure's room, between two columns and between two rows


def axis(letter: str, i: int) -> str:
    """How a trace or shape names the axis of the i-th panel: "x", "x2", ..."""
    return f"{letter}{i + 1 if i else ''}"


def grid(
    titles: Sequence[str],
    axes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    *,
    columns: int = 2,
    gap: float = GAP_X,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Return the layout of panels in rows of `columns`: axes with their places, and names above.

    Args:
        titles: One a panel, row by row.
        axes: What is special about the x and the y axis of each panel.
        columns: Panels in a row.
        gap: Between columns, of the figure's width.
        scale: Of letters, for presenting.

    Raises:
        ValueError: If there are not as many axes as titles.
    """
    if len(titles) != len(axes):
        raise ValueError(f"{len(titles)} panels need as many pairs of axes, got {len(axes)}")
    rows = -(-len(titles) // columns)
    width, height = (1 - gap * (columns - 1)) / columns, (1 - GAP_Y * (rows - 1)) / rows
    layout: dict[str, Any] = {"annotations": []}
    for i, (title, (x, y)) in enumerate(zip(titles, axes, strict=True)):
        left, top = (i % columns) * (width + gap), 1 - (i // columns) * (height + GAP_Y)
        layout[_key("x", i)] = {
            **x,
            "anchor": axis("y", i),
            "domain": [left, min(left + width, 1)],
        }
        layout[_key("y", i)] = {
            **y,
            "anchor": axis("x", i),
            "domain": [max(top - height, 0), top],
        }
        layout["annotations"].append(_title(title, left + width / 2, top, scale))
    return layout


def marks(x: float, panels: int, color: str) -> list[dict[str, Any]]:
    """Return a vertical line at x through every panel, as shapes of a layout."""
    return [
        {
            "type": "line",
            "x0": x,
            "x1": x,
            "y0": 0,
            "y1": 1,
            "xref": axis("x", i),
            "yref": f"{axis('y', i)} domain",
            "line": {"color": color, "width": 1.5},
        }
        for i in range(panels)
    ]


def _key(letter: str, i: int) -> str:
    return f"{letter}axis{i + 1 if i else ''}"


def _title(text: str, x: float, y: float, scale: float) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": round(theme.TEXT_SIZE * scale, 1), "weight": 700},
    }
