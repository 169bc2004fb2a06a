"""Figures of the lesson on sharing: which heads share, the size of a cache, and its time."""

import numpy as np
import plotly.graph_objects as go

from viz_models.digits import memory
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import CacheGrowth, CacheTimes

HEIGHT = 214  # px
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)  # ms
LETTERS = 14  # px from one name to the next
DASHES = {4: "solid", 2: "dash", 1: "dot"}


def bytes_over_context(
    growth: CacheGrowth, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the bytes of the cache over the words written, a line for each number of K/V heads.

    Args:
        growth: Read off real caches.
        chosen: K/V heads to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    fig = go.Figure()
    for kv_heads, held in zip(growth.kv_heads, growth.nbytes, strict=True):
        fig.add_trace(
            _line(
                growth.lengths,
                held / 1024,
                kv_heads,
                kv_heads == chosen,
                dark,
                [memory(float(n)) for n in held],
                _("%{x} words: %{text}"),
            )
        )
    fig.update_layout(title_text=_("KV cache of the translator, KiB"), showlegend=False)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(title_text=_("words written"), rangemode="tozero")
    fig.update_yaxes(rangemode="tozero")
    _name_lines(fig, scale)
    return fig


def time_over_context(
    times: CacheTimes, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw milliseconds for one more token over the length of the cache, both axes logarithmic.

    Args:
        times: Measured.
        chosen: K/V heads to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    fig = go.Figure()
    lengths = np.array(times.spec.lengths)
    for kv_heads, spent, held in zip(
        times.spec.kv_heads, times.milliseconds, times.nbytes, strict=True
    ):
        fig.add_trace(
            _line(
                lengths,
                spent,
                kv_heads,
                kv_heads == chosen,
                dark,
                [memory(float(n)) for n in held],
                _("%{x} tokens, %{text}: %{y:.3g} ms"),
            )
        )
    title = _("one more token, ms ({num_heads} heads of {d_k})").format(
        num_heads=times.spec.num_heads, d_k=times.spec.d_k
    )
    fig.update_layout(title_text=title, showlegend=False)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(
        type="log",
        tickvals=lengths,
        ticktext=[f"{n:,}" for n in lengths],
        title_text=_("tokens in the cache"),
    )
    fig.update_yaxes(type="log", tickvals=TICKS, ticktext=[f"{t:g}" for t in TICKS])
    _name_lines(fig, scale)
    return fig


def _line(
    x: np.ndarray,
    y: np.ndarray,
    kv_heads: int,
    chosen: bool,
    dark: bool,
    text: list[str],
    hover: str,
) -> go.Scatter:
    p = theme.palette(dark)
    color = p.orange if chosen else p.blue
    name = f"{kv_heads} K/V"
    return go.Scatter(
        x=x,
        y=y,
        text=text,
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2.5 if chosen else 1.5, "dash": DASHES[kv_heads]},
        marker={"color": color, "size": 7 if chosen else 5},
        hovertemplate=f"<b>{name}</b><br>{hover}<extra></extra>",
    )


def _name_lines(fig: go.Figure, scale: float) -> None:
    """Name each line at its right end; names that would overlap are moved apart."""
    log_x, log_y = fig.layout.xaxis.type == "log", fig.layout.yaxis.type == "log"
    ends = [(np.log10(t.y[-1]) if log_y else t.y[-1], t) for t in fig.data]
    values = np.concatenate([np.log10(t.y) if log_y else np.append(t.y, 0) for t in fig.data])
    room = 0.6 * HEIGHT / (float(np.ptp(values)) or 1.0)  # px of one unit, about
    lowest = -np.inf
    for y, line in sorted(ends, key=lambda end: end[0]):
        at = max(y * room, lowest + LETTERS)
        lowest = at
        fig.add_annotation(
            x=np.log10(line.x[-1]) if log_x else line.x[-1],
            y=y,
            text=line.name,
            font={"color": line.line.color},
            showarrow=False,
            xanchor="left",
            xshift=6 * scale,
            yshift=(at - y * room) * scale,
        )
    fig.update_layout(margin_r=round(54 * scale))


def who_shares(heads: int, kv_heads: int, summed: bool, *, dark: bool = False) -> str:
    """Return query heads above the K/V heads that they read, as SVG; summed queries meet first.

    Args:
        heads: Query heads.
        kv_heads: K/V heads, a divisor of them.
        summed: Whether the queries of a group become one.
        dark: Which theme is showing.
    """
    p = theme.palette(dark)
    step, group = 44, heads // kv_heads
    parts = []
    for head in range(heads):
        x = step * head + step / 2
        at = step * group * (head // group) + step * group / 2
        if summed and group > 1:
            parts.append(_path(f"M{x} 20 L{at} 30", p.red))
        else:
            parts.append(_path(f"M{x} 20 V27 H{at} V44", p.green))
        parts.append(_box(x - 11, 2, 22, 18, "q", p))
    for kv in range(kv_heads):
        at = step * group * kv + step * group / 2
        if summed and group > 1:
            parts.append(_path(f"M{at} 36 V44", p.red))
            parts.append(
                f'<circle cx="{at}" cy="32" r="6" fill="{p.ground}" stroke="{p.red}"/>'
                f'<text x="{at}" y="35.5" fill="{p.red}">+</text>'
            )
        parts.append(_box(at - 17, 44, 17, 20, "k", p) + _box(at, 44, 17, 20, "v", p))
    width = step * heads
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 66" width="{2 * width}" '
        f'font-family="monospace" font-weight="600" font-size="10.5" text-anchor="middle">'
        + "".join(parts)
        + "</svg>"
    )


def _path(d: str, color: str) -> str:
    return f'<path d="{d}" fill="none" stroke="{color}" stroke-width="1.6"/>'


def _box(x: float, y: float, width: float, height: float, letter: str, p: theme.Palette) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3" '
        f'fill="{theme.fade(p.muted, 0.2)}" stroke="{p.muted}" stroke-width="0.8"/>'
        f'<text x="{x + width / 2}" y="{y + height / 2 + 3.7}" fill="{p.text}">{letter}</text>'
    )
