"""Figures of the lesson on axes: which values share a mean, and what becomes of them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import NormStage

_FACES = np.array(  # two triangles a side of a box whose corners are numbered as in _box
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]
)  # fmt: skip
CUTS = 8  # lines along an axis of the cube; longer axes are drawn with this many


def cube(members: np.ndarray, *, dark: bool = False, height: int = 220) -> go.Figure:
    """Return the tensor as a block of N x C x (H W) with the values that share one mean.

    Args:
        members: (N, C, H, W) bool, a block: all values of one group.
        dark: Which theme is showing.
        height: px.
    """
    p = theme.palette(dark)
    n, c, h, w = members.shape
    flat = members.reshape(n, c, h * w)
    sizes = (c, n, h * w)
    lit = [np.flatnonzero(flat.any(axis=axes)) for axes in ((0, 2), (1, 2), (0, 1))]
    slab = [(at.min() / size, (at.max() + 1) / size) for at, size in zip(lit, sizes, strict=True)]
    fig = go.Figure(
        [
            _box([(0, 1)] * 3, p.muted, 0.10),
            _lines([min(size, CUTS) for size in sizes], theme.fade(p.muted, 0.5)),
            _box(slab, p.orange, 1.0),
        ]
    )
    names = (f"C = {c}", f"N = {n}", f"H·W = {h * w}")
    theme.style(fig, dark=dark, height=height)
    fig.update_layout(scene=_scene(names, p), margin={"l": 0, "r": 0, "t": 0, "b": 0})
    fig.update_layout(showlegend=False)
    return fig


def _box(ends: Sequence[tuple[float, float]], color: str, opacity: float) -> go.Mesh3d:
    corners = np.array([[ends[a][i >> a & 1] for a in range(3)] for i in range(8)], dtype=float)
    x, y, z = corners.T
    i, j, k = _FACES.T
    look = {"color": color, "opacity": opacity, "flatshading": True, "hoverinfo": "skip"}
    return go.Mesh3d(x=x, y=y, z=z, i=i, j=j, k=k, **look)


def _lines(cuts: Sequence[int], color: str) -> go.Scatter3d:
    """Grid lines on the outside of the unit cube, as one trace with gaps."""
    points: list[tuple[float, float, float]] = []
    gap = (np.nan,) * 3
    for along in range(3):
        first, second = (a for a in range(3) if a != along)
        for u in np.linspace(0, 1, cuts[first] + 1):
            for v in np.linspace(0, 1, cuts[second] + 1):
                if u in (0, 1) or v in (0, 1):
                    for end in (0.0, 1.0):
                        point = [0.0, 0.0, 0.0]
                        point[along], point[first], point[second] = end, float(u), float(v)
                        points.append((point[0], point[1], point[2]))
                    points.append(gap)
    x, y, z = np.array(points).T
    return go.Scatter3d(
        x=x, y=y, z=z, mode="lines", line={"color": color, "width": 1}, hoverinfo="skip"
    )


def _scene(names: Sequence[str], p: theme.Palette) -> dict[str, object]:
    """Return a cube without axes, its sizes written beside three of its edges."""
    hidden = {"visible": False, "showspikes": False, "range": [-0.2, 1.2]}
    font = {"size": theme.TEXT_SIZE, "color": p.text}
    beside = ((0.5, -0.1, -0.16), (-0.1, 0.5, -0.16), (-0.1, 1.1, 0.5))
    notes = [
        {"x": x, "y": y, "z": z, "text": name, "showarrow": False, "font": font}
        for name, (x, y, z) in zip(names, beside, strict=True)
    ]
    return {
        "xaxis": hidden,
        "yaxis": hidden,
        "zaxis": hidden,
        "annotations": notes,
        "camera": {"eye": {"x": -1.02, "y": -1.15, "z": 0.62}},
        "aspectmode": "cube",
        "dragmode": "turntable",
    }


def group_histogram(
    values: np.ndarray,
    center: float,
    spread: float,
    chosen: float,
    *,
    dark: bool = False,
    height: int = 150,
) -> go.Figure:
    """Return the values of one group, the mean and spread taken from them, and the chosen value.

    Args:
        values: (G,) all values of the group.
        center: What is subtracted; drawn as a line.
        spread: What is divided by; drawn to both sides of the center.
        chosen: The value that is opened.
        dark: Which theme is showing.
        height: px.
    """
    p = theme.palette(dark)
    counts, edges = np.histogram(values, bins=min(36, max(4, values.size)))
    fig = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker_color=theme.fade(p.blue, 0.55),
            hovertemplate=_("%{x:.4g}: %{y} values<extra></extra>"),
        )
    )
    fig.add_vrect(
        center - spread, center + spread, fillcolor=theme.fade(p.blue, 0.12), line_width=0
    )
    fig.add_vline(center, line={"color": p.blue, "width": 2})
    fig.add_vline(chosen, line={"color": p.orange, "width": 2, "dash": "dot"})
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=height)
    fig.update_yaxes(showticklabels=False, title_text=_("how many"))
    fig.update_xaxes(title_text=_("value (unitless)"))
    return fig


def stages(line: Sequence[NormStage], *, dark: bool = False, height: int = 150) -> go.Figure:
    """One value and its group on the way through the norm, stage by stage from the top.

    Args:
        line: Stages in order, each with the value and 5 %, mean and 95 % of its group.
        dark: Which theme is showing.
        height: px.
    """
    p = theme.palette(dark)
    names = [s.label for s in line]
    fig = go.Figure(
        [
            go.Bar(
                y=names,
                x=[s.high - s.low for s in line],
                base=[s.low for s in line],
                orientation="h",
                width=0.42,
                marker_color=theme.fade(p.blue, 0.30),
                hovertemplate=_("%{y}: 5 to 95 % of the group<extra></extra>"),
            ),
            go.Scatter(
                y=names,
                x=[s.mean for s in line],
                mode="markers",
                marker={
                    "symbol": "line-ns-open",
                    "size": 13,
                    "color": p.blue,
                    "line": {"width": 2},
                },
                hovertemplate=_("%{y}: the group's mean %{x:.4g}<extra></extra>"),
            ),
            go.Scatter(
                y=names,
                x=[s.value for s in line],
                mode="lines+markers",
                line={"color": p.orange, "dash": "dot", "width": 1.5},
                marker={"size": 9, "color": p.orange},
                hovertemplate="%{y}: %{x:.5g}<extra></extra>",
            ),
        ]
    )
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=height)
    fig.update_yaxes(autorange="reversed", tickfont={"size": theme.TEXT_SIZE, "color": p.text})
    return fig


def before_after(
    before: np.ndarray, after: np.ndarray, what: str, *, dark: bool = False, height: int = 120
) -> go.Figure:
    """One statistic of every group before (rings) and after (dots) the norm.

    Args:
        before: (G,) of what came in.
        after: (G,) of the output.
        what: Name of the statistic, "mean" or "std".
        dark: Which theme is showing.
        height: px.
    """
    p = theme.palette(dark)
    group = np.arange(before.size)
    join = [
        value for pair in zip(before, after, [np.nan] * before.size, strict=True) for value in pair
    ]
    fig = go.Figure(
        [
            go.Scatter(
                x=np.repeat(group, 3), y=join, mode="lines", hoverinfo="skip",
                line={"color": theme.fade(p.blue, 0.4), "width": 1},
            ),
            _dots(group, before, "circle-open", p.blue, f"{what} before"),
            _dots(group, after, "circle", p.blue, f"{what} after"),
        ]
    )  # fmt: skip
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=height)
    fig.update_xaxes(title_text=_("group"))
    fig.update_yaxes(title_text=what)
    return fig


def _dots(x: np.ndarray, y: np.ndarray, symbol: str, color: str, name: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"symbol": symbol, "size": 6, "color": color},
        hovertemplate=_("group %{{x}}<br>{name} %{{y:.4g}}<extra></extra>").format(name=name),
    )
