"""How far two networks lie apart, step by step, and one map of both: records in, a figure out."""

import math

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.digits import digits
from viz_models.figures import pixels, theme
from viz_models.figures.words import plain
from viz_models.language import gettext as _
from viz_models.records import SideBySide, StepPair

HEIGHT = 230  # px
MAPS_HEIGHT = 190  # px
MOST_DECADES = 12  # of the axis


def apart_over_steps(
    found: SideBySide, chosen: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """One mark a tensor: the largest difference, relative to the largest value in A.

    Tensors that are the same stand at the bottom; at the top stand those of one network alone,
    those of other shapes, and those whose values were not kept.

    Args:
        found: Two networks, step by step.
        chosen: The step in the color of what is chosen.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    heights, floor, top = _heights(found)
    colors = {
        "same": p.green,
        "values differ": p.blue,
        "not kept": p.muted,
        "shapes differ": p.gold,
    }
    fig = go.Figure(
        go.Scatter(
            x=list(range(len(found.pairs))),
            y=heights,
            mode="markers",
            marker={
                "size": 8 * scale,
                "color": [
                    p.orange if pair.name == chosen else colors.get(pair.meeting, p.muted)
                    for pair in found.pairs
                ],
                "symbol": [_symbol(pair) for pair in found.pairs],
            },
            text=[_hover(pair) for pair in found.pairs],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    if found.parting:
        at = found.pairs.index(found.parting)
        fig.add_vline(x=at, line={"color": p.muted, "width": 1, "dash": "4px 3px"})
        late = at > 0.6 * len(found.pairs)
        fig.add_annotation(
            x=at,
            y=1.02,
            yref="paper",
            yanchor="bottom",
            xanchor="right" if late else "left",
            text=_("they part at {name}").format(name=found.parting.name),
            showarrow=False,
        )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=False, margin_t=round(26 * scale))
    fig.update_xaxes(
        title_text=_("tensors, in the order of the forward pass"), showgrid=False, zeroline=False
    )
    ticks = [d for d in range(floor + 1, top) if (d - floor - 1) % max(1, (top - floor) // 5) == 0]
    fig.update_yaxes(
        tickvals=[floor, *ticks, top],
        ticktext=[_("same"), *(_power(d) for d in ticks), _("not comparable")],
        range=[floor - 0.5, top + 0.5],
        zeroline=False,
        title_text=_("largest |A − B| ÷ largest |A|"),
    )
    return fig


def _heights(found: SideBySide) -> tuple[list[float], int, int]:
    """Return the decimal logarithm of each difference, and where "same" and "alone" stand."""
    sizes = [p.relative for p in found.pairs if p.relative and math.isfinite(p.relative)]
    top = math.ceil(math.log10(max(sizes, default=1.0)) + 0.01) + 1
    low = math.floor(math.log10(min(sizes, default=0.1)))
    floor = max(low, top - MOST_DECADES) - 1
    heights = []
    for pair in found.pairs:
        if pair.relative:
            inside = math.log10(pair.relative) if math.isfinite(pair.relative) else top - 0.5
            heights.append(max(inside, floor + 0.5))
        else:
            heights.append(floor if pair.meeting == "same" else top)
    return heights, floor, top


def _power(decade: int) -> str:
    return digits(10.0**decade) if -4 < decade < 4 else f"10<sup>{decade}</sup>".replace("-", "−")


def _symbol(pair: StepPair) -> str:
    if pair.is_alone:
        return "line-ns-open"
    return {"shapes differ": "x", "not kept": "circle-open"}.get(pair.meeting, "circle")


def _hover(pair: StepPair) -> str:
    apart = _(" by {n}").format(n=digits(pair.difference, 3)) if pair.difference else ""
    name = f"{pair.name}[{pair.output}]" if pair.output else pair.name
    return f"{plain(name)}: {_(pair.meeting)}{apart}"


def maps_of_both(
    a: np.ndarray, b: np.ndarray, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """One map of A, the same of B, and A − B; the first two share their colors.

    Args:
        a: (H, W) of network A.
        b: (H, W) of network B.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    both = np.nan_to_num(np.stack([a, b]).astype(np.float64))
    kind = pixels.scheme(both)
    rows: tuple[tuple[np.ndarray, theme.Scheme, str], ...]
    rows = ((both[0], kind, "A"), (both[1], kind, "B"), (both[0] - both[1], "diverging", "A − B"))
    fig = make_subplots(1, 3, subplot_titles=[title for *_, title in rows], horizontal_spacing=0.04)
    for column, (values, scheme, title) in enumerate(rows, 1):
        low, high = pixels.limits(values if column == 3 else both, scheme)
        colors = theme.stops(scheme, dark=dark)
        fig.add_trace(
            go.Heatmap(
                z=values,
                zmin=low,
                zmax=high,
                colorscale=[[i / (len(colors) - 1), c] for i, c in enumerate(colors)],
                showscale=False,
                hovertemplate=_("{title} at %{{y}}, %{{x}}: %{{z:.4g}}<extra></extra>").format(
                    title=title
                ),
            ),
            1,
            column,
        )
    theme.style(fig, dark=dark, height=MAPS_HEIGHT, scale=scale)
    fig.update_layout(margin={"l": 4, "r": 4, "t": round(24 * scale), "b": 4})
    fig.update_xaxes(visible=False, constrain="domain")
    fig.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for number in ("", "2", "3"):
        fig.update_layout({f"yaxis{number}": {"scaleanchor": f"x{number}"}})
    return fig
