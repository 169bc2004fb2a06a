"""The figure of the lesson on scores: how one of them adds up."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.records import Score

ROW = 13.6  # px, of one product
HEAD = 20  # px, of the sum below them


def running_sum(
    score: Score,
    q: list[float],
    k: list[float],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Each product q_i k_i as a bar that begins where the one before it ended; their sum below.

    Args:
        score: Whose products are drawn.
        q: d_k numbers of the query.
        k: d_k numbers of the key.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    rows = list(range(len(q)))
    products, running = score.products.tolist(), score.running.tolist()
    ends = theme.stops("diverging", dark=dark)
    below, above = ends[2], ends[-3]  # of zero, as on the stage
    fig = go.Figure(
        go.Bar(
            y=rows,
            x=products,
            base=[end - product for end, product in zip(running, products, strict=True)],
            orientation="h",
            width=0.78,
            marker_color=[above if product >= 0 else below for product in products],
            customdata=running,
            hovertemplate="product %{x:.4g}<br>sum so far %{customdata:.4g}<extra></extra>",
        )
    )
    theme.style(fig, dark=dark, height=round(ROW * len(q) + HEAD), scale=scale)
    upright = {"type": "line", "yref": "paper", "y0": 0, "y1": 1}
    zero = {"x0": 0, "x1": 0, "line": {"color": p.muted, "width": 1}}
    total = {"color": p.orange, "width": 1.5, "dash": "dot"}
    end = {"x0": score.total, "x1": score.total, "line": total}
    label = {"family": theme.CODE_FONT, "size": round(10.5 * scale, 1), "color": p.text}
    lines = [_line(*row) for row in zip(q, k, products, strict=True)]
    fig.update_layout(  # all at once, and no add_vline: each call takes milliseconds
        shapes=[upright | zero, upright | end],
        yaxis={"tickvals": rows, "ticktext": lines, "tickfont": label, "showgrid": False},
        yaxis_autorange="reversed",
        xaxis={"tickfont": {"size": round(10 * scale, 1), "color": p.muted}, "nticks": 6},
        showlegend=False,
        margin={"l": 4, "r": 10, "t": 2, "b": 4},
    )
    return fig


def _line(q: float, k: float, product: float) -> str:
    """One product, "−0.27 × −0.92 = +0.25", with every number in a column of its own."""
    blank = "\u2007"  # as wide as a digit, and not collapsed as a space is
    text = f"{q:6.2f} × {k:5.2f} = {product:+6.2f} "
    return text.replace("-", "−").replace(" ", blank)
