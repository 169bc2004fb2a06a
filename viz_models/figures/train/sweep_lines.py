"""A sweep as lines: one a row, over the columns, each with the range of its seeds."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.figures.train.sweep import number
from viz_models.language import numbered
from viz_models.records.train.sweep import Grid

HEIGHT = 300  # px


def lines(grid: Grid, title: str, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the mean of each row over the columns, and the range of its seeds as a band.

    Args:
        grid: What is known so far; a cell without a number leaves a gap.
        title: Of the vertical axis.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    colors = theme.palette(dark).categorical
    fig = go.Figure()
    width = len(grid.columns)
    for row, name in enumerate(grid.rows):
        color = colors[row % len(colors)]
        cells = grid.cells[row * width : (row + 1) * width]
        known = [(x, cell) for x, cell in enumerate(cells) if cell.mean is not None]
        x = [at for at, _ in known]
        low, high = ([end(cell.values) for _, cell in known] for end in (min, max))
        fig.add_trace(band(x, low, high, color))
        fig.add_trace(
            go.Scatter(
                x=list(range(width)),
                y=[cell.mean for cell in cells],
                name=name,
                mode="lines+markers",
                line={"color": color, "width": 2},
                marker={"size": 7 * scale},
                text=[
                    ""
                    if c.mean is None
                    else f"{numbered(c.label)}<br>{number(c.mean, grid.measure)}"
                    for c in cells
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    share = grid.measure in ("accuracy", "training error")
    fig.update_layout(
        xaxis={"tickvals": list(range(width)), "ticktext": list(grid.columns)},
        yaxis={"title": {"text": title}, "tickformat": ".0%" if share else ""},
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(30 * scale))
    return fig
