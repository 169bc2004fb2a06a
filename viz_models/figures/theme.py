"""Every color and size that is not written in .streamlit/config.toml, and most that are.

One meaning per color, on the stage, in the cards and in every figure: blue is what can be
operated, orange is what is chosen, green is what was checked (and skip connections). The ten
categorical colors were found by a search that kept the smallest CIEDE2000 difference between any
two as large as possible, for normal vision and for the three dichromacies of Machado et al. 2009
(doi:10.1109/TVCG.2009.113), at a contrast of at least 3:1 to the ground; the orange kept its
distance from all of them. tests/figures/test_theme.py measures the result again.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

Scheme = Literal["sequential", "diverging"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
CODE_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
TEXT_SIZE = 12  # px, of numbers and labels in figures
TITLE_SIZE = 13.5  # px
HEIGHT = 240  # px, of a figure in a card


def _colors(words: str) -> tuple[str, ...]:
    return tuple(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colors of one theme, each with the one thing that it means."""

    ground: str  # behind everything
    card: str  # behind a card, a widget, a tensor's pale faces
    border: str
    text: str
    muted: str  # what may be overlooked
    blue: str  # what can be operated; the first series
    orange: str  # what is chosen, and nothing else
    green: str  # what was checked against torch; skip connections
    orange_text: str  # the same two, dark or light enough for small letters
    green_text: str
    red: str  # what was lost or refused
    gold: str  # a warning; the second of two series
    categorical: tuple[str, ...]  # ten, in the order in which to use them


LIGHT = Palette(
    ground="#ffffff",
    card="#f4f6f9",
    border="#dde2ea",
    text="#08101b",
    muted="#566072",
    blue="#0b5cad",
    orange="#d9480f",
    green="#0b8f6f",
    orange_text="#c23f0b",
    green_text="#087a5e",
    red="#b4232f",
    gold="#8a6100",
    categorical=_colors(
        "#0b5cad #9c3142 #c0779e #549a70 #8c7eee #481f58 #333c00 #895774 #5c1831 #0d00b2"
    ),
)
DARK = Palette(
    ground="#0f141b",
    card="#161c25",
    border="#2a323e",
    text="#e8edf4",
    muted="#93a0b2",
    blue="#5aa7f0",
    orange="#ff7a3d",
    green="#2fbf95",
    orange_text="#ff7a3d",
    green_text="#2fbf95",
    red="#f0808a",
    gold="#e9c46a",
    categorical=_colors(
        "#5aa7f0 #e9c46a #cc335d #6cfdff #8c5692 #b982a5 #058671 #4060fe #e30303 #a7d7b3"
    ),
)

# viridis, by van der Walt and Smith (CC0), at the ten places where Plotly keeps it.
SEQUENTIAL = _colors(
    "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725"
)
# Blue below zero, red above, as in ColorBrewer's RdBu (Apache-2.0); the middle is near the ground.
DIVERGING = _colors(
    "#053061 #2166ac #4393c3 #92c5de #d1e5f0 #f7f7f7 #fddbc7 #f4a582 #d6604d #b2182b #67001f"
)
DIVERGING_DARK = _colors(
    "#b8dcf8 #7fbdf0 #4a97dc #2b6cab #22445f #1f2630 #5a2f31 #9c3f3b #d6604d #f09576 #fcd0bb"
)


def palette(dark: bool) -> Palette:
    """Return the colors of the theme that is showing."""
    return DARK if dark else LIGHT


def stops(scheme: Scheme, *, dark: bool = False) -> tuple[str, ...]:
    """Return the colors that make up a scale, evenly spaced from its low end to its high end."""
    if scheme == "sequential":
        return SEQUENTIAL
    return DIVERGING_DARK if dark else DIVERGING


def sampled(scheme: Scheme, n: int, *, dark: bool = False) -> np.ndarray:
    """`n` evenly spaced colors of a scale, interpolated in sRGB as Plotly does it.

    Returns:
        (n, 3) uint8 sRGB, from the low end to the high end.
    """
    colors = np.array([rgb(color) for color in stops(scheme, dark=dark)], dtype=np.float64)
    at = np.linspace(0, len(colors) - 1, n)
    channels = [np.interp(at, np.arange(len(colors)), colors[:, c]) for c in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


@cache
def lut(scheme: Scheme, *, dark: bool = False) -> np.ndarray:
    """Return a scale as a lookup table for canvas and PNG: the same colors that Plotly shows.

    Returns:
        (256, 3) uint8 sRGB, read-only. In a diverging table zero lies between 127 and 128.
    """
    table = sampled(scheme, 256, dark=dark)
    table.setflags(write=False)
    return table


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0..255, of a "#rrggbb"."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def fade(color: str, opacity: float) -> str:
    """Return the same color, see-through: for bands, grids and grounds."""
    return f"rgba({', '.join(str(c) for c in rgb(color))}, {opacity:g})"


def style(
    fig: go.Figure, *, dark: bool = False, height: int = HEIGHT, scale: float = 1.0
) -> go.Figure:
    """Give a figure the house's type, margins, grid and colors; returns the same figure.

    `ui/kit/charts.show` shows it.

    Args:
        fig: Changed in place; a title of its own gets room.
        dark: Whether the dark theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = palette(dark)
    small = round((TEXT_SIZE - 1) * scale, 1)
    house = {
        "template": "none",
        "height": round(height * scale),
        "margin": {"l": 8, "r": 8, "t": round(30 * scale) if fig.layout.title.text else 8, "b": 8},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"family": FONT, "size": round(TEXT_SIZE * scale, 1), "color": p.text},
        "title": {"font": {"size": round(TITLE_SIZE * scale, 1), "weight": 700}, "x": 0, "y": 0.98},
        "colorway": p.categorical,
        "dragmode": False,  # or a finger on a chart could not move the page
        "hoverlabel": {
            "bgcolor": p.card,
            "bordercolor": p.border,
            "font": {"family": CODE_FONT, "size": small, "color": p.text},
        },
        "legend": {
            "font": {"color": p.muted, "size": small},
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1,
        },
        "modebar": {"bgcolor": "rgba(0, 0, 0, 0)", "color": p.muted, "activecolor": p.blue},
    }
    own = fig.layout.to_plotly_json()
    axes = {"xaxis", "yaxis"} | {name for name in own if name.startswith(("xaxis", "yaxis"))}
    # set at once, because update_layout and update_xaxes take ten times as long
    fig.layout = _merged(own, house | dict.fromkeys(axes, _axis(p, small)))
    return fig


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Both, the new where they differ; dicts inside are merged likewise."""
    return old | {
        name: _merged(old[name], value)
        if isinstance(value, dict) and isinstance(old.get(name), dict)
        else value
        for name, value in new.items()
    }


def _axis(p: Palette, size: float) -> dict[str, Any]:
    return {
        "gridcolor": fade(p.muted, 0.18),
        "zerolinecolor": fade(p.muted, 0.45),
        "tickfont": {"color": p.muted, "size": size},
        "title": {"font": {"color": p.muted, "size": size}, "standoff": 6},
        "automargin": True,
    }


CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
