"""Fine-tuning with frozen parts: accuracy over examples, and statistics that move."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.figures.band import band
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.freezing import WAYS, FreezeGrid, FrozenRun, Trained

HEIGHT, MEANS_HEIGHT = 320, 236  # px
NAMES: dict[Trained, str] = {
    "head": N_("head only"),
    "head_eval": N_("head only, blocks in eval()"),
    "last": N_("last block and head"),
    "all": N_("all"),
    "scratch": N_("from scratch"),
}
DASH: dict[Trained, str] = {
    "head": "solid",
    "head_eval": "dot",
    "last": "dash",
    "all": "dashdot",
    "scratch": "longdash",
}


def over_examples(
    grid: FreezeGrid, chosen: Trained, examples: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw test accuracy on new and on old classes over the number of new examples.

    Lines are means, bands go from the lowest to the highest seed.

    Args:
        grid: All recorded runs.
        chosen: The way that is drawn in orange.
        examples: The chosen number, marked.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    counts = sorted({c.examples for c in grid.cells})
    x = {
        "type": "log",
        "tickvals": counts,
        "ticktext": [f"{n:,}" for n in counts],
        "title": {"text": _("examples of the new classes")},
    }
    share = {"tickformat": ".0%"}
    titles = (_("new classes (3 to 9)"), _("old classes (0, 1, 2), old head"))
    layout = panels.grid(titles, [(x, share), (x, share)], scale=scale)
    layout["shapes"] = panels.marks(examples, 2, p.orange)
    fig = go.Figure(layout=layout)
    inks = dict(zip(WAYS, (p.blue, p.green, p.gold, p.red, p.muted), strict=True))
    for i, what in enumerate(("new_accuracy", "old_accuracy")):
        place = {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        for way in WAYS:
            values = np.array([getattr(grid.cell(way, n), what) for n in counts])
            ink = p.orange if way == chosen else inks[way]
            fig.add_trace(band(counts, values.min(1), values.max(1), ink).update(**place))
            fig.add_scatter(
                x=counts,
                y=values.mean(1),
                name=_(NAMES[way]),
                mode="lines+markers",
                line={"color": ink, "width": 3 if way == chosen else 1.8, "dash": DASH[way]},
                showlegend=i == 0,
                hovertemplate=_(
                    "<b>{names}</b>, %{{x:,}} examples<br>%{{y:.1%}}<extra></extra>"
                ).format(names=_(NAMES[way])),
                **place,
            )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(24 * scale))
    fig.update_layout(legend={"y": -0.2, "yanchor": "top"})
    return fig


def running_means(run: FrozenRun, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the running mean of every channel of every block: before, and after fine-tuning."""
    p = theme.palette(dark)
    titles = [f"blocks.{k}.1.running_mean" for k in range(len(run.means))]
    axes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"title": {"text": _("channel")}}, {}) for _title in titles
    ]
    fig = go.Figure(layout=panels.grid(titles, axes, columns=3, gap=0.06, scale=scale))
    for k, (before, after) in enumerate(zip(run.means, run.moved_means, strict=True)):
        place = {"xaxis": panels.axis("x", k), "yaxis": panels.axis("y", k), "showlegend": k == 0}
        channels = np.arange(len(before))
        gaps = np.full(len(before), np.nan)
        fig.add_scatter(
            x=np.repeat(channels, 3),
            y=np.stack([before, after, gaps], 1).ravel(),
            mode="lines",
            line={"color": p.muted, "width": 1},
            hoverinfo="skip",
            **place | {"showlegend": False},
        )
        for name, values, ink, symbol in (
            (_("before"), before, p.muted, "circle-open"),
            (_("after"), after, p.orange, "circle"),
        ):
            fig.add_scatter(
                x=channels,
                y=values,
                name=name,
                mode="markers",
                marker={"size": 6, "color": ink, "symbol": symbol},
                hovertemplate=_("channel %{{x}}, {name}: %{{y:.3~g}}<extra></extra>").format(
                    name=name
                ),
                **place,
            )
    theme.style(fig, dark=dark, height=MEANS_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(40 * scale), legend={"y": 1.09})
    return fig
