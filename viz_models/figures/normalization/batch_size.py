"""How far the statistics of a batch are from those of all the data: record in, figure out."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.language import gettext as _
from viz_models.records import BatchErrors

HEIGHT = 292  # px


def errors_over_size(
    result: BatchErrors, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Error of mean and variance over batch size, both axes logarithmic, the largest batch left.

    Lines are medians, bands run from 5 % to 95 % of the batches. An error of exactly 0 has no
    place on a logarithmic axis and is left out.

    Args:
        result: Errors, as shares of the channel's std and variance.
        chosen: The batch size to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for name, unit, errors, color in (
        ("mean", _("of σ"), result.mean_error, p.blue),
        ("variance", _("of σ²"), result.variance_error, p.gold),
    ):
        fig.add_traces(
            _series(
                _("error of the {name}, {unit}").format(name=name, unit=unit),
                result.sizes,
                errors,
                color,
            )
        )
    fig.add_trace(_guide(result, p.muted))
    fig.add_trace(_chosen(result, chosen, p.orange))
    fig.add_vline(x=chosen, line={"color": p.orange, "width": 1.5})
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    ends = [np.log10(result.sizes.max() * 1.12), np.log10(result.sizes.min() / 1.12)]
    fig.update_xaxes(
        type="log",
        range=ends,
        tickvals=result.sizes,
        ticktext=[str(n) for n in result.sizes],
        title_text=_("examples in the batch, N"),
    )
    fig.update_yaxes(type="log", tickformat=".2~%", dtick="D2", title_text=_("error, 5–95 % band"))
    return fig


def _series(name: str, sizes: np.ndarray, errors: np.ndarray, color: str) -> list[go.Scatter]:
    seen = (errors > 0).all(axis=1)
    x, (low, middle, high) = sizes[seen], errors[seen].T
    line = go.Scatter(
        x=x,
        y=middle,
        customdata=np.stack([low, high], axis=1),
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2},
        marker={"color": color, "size": 6},
        hovertemplate=f"N = %{{x}}<br>{name}: %{{y:.3~%}}"
        "<br>5 % to 95 %: %{customdata[0]:.3~%} to %{customdata[1]:.3~%}<extra></extra>",
    )
    return [band(x, low, high, color), line]


def _guide(result: BatchErrors, color: str) -> go.Scatter:
    """Return what independent examples would give.

    1 over the square root, from the smallest batch on.
    """
    end = result.sizes.argmin()
    start = result.mean_error[end, 1] * np.sqrt(result.sizes[end])
    return go.Scatter(
        x=result.sizes,
        y=start / np.sqrt(result.sizes),
        name="1 ÷ √N",
        mode="lines",
        line={"color": color, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _chosen(result: BatchErrors, chosen: int, color: str) -> go.Scatter:
    at = result.sizes == chosen
    y = np.concatenate([result.mean_error[at, 1], result.variance_error[at, 1]])
    return go.Scatter(
        x=[chosen] * len(y[y > 0]),
        y=y[y > 0],
        mode="markers",
        marker={"color": color, "size": 11},
        hoverinfo="skip",
        showlegend=False,
    )
