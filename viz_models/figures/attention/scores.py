"""The figure of the lesson on scores: the products that add up to one score."""

import plotly.graph_objects as go

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import Score

ROW = 13.6  # px, of one product
HEAD = 20  # px, of the axis below them
DECIMALS = range(2, 10)
BLANK = "\u2007"  # as wide as a digit, and not collapsed as a space is


def running_sum(
    score: Score,
    q: list[float],
    k: list[float],
    *,
    significant: int = 3,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw each product q_i k_i as a bar that begins where the one before it ends.

    Args:
        score: Whose products are drawn.
        q: d_k numbers of the query.
        k: d_k numbers of the key.
        significant: Digits with which the card shows the sum; the products on screen add up to it.
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
            hovertemplate=_("product %{x:.4g}<br>sum so far %{customdata:.4g}<extra></extra>"),
        )
    )
    theme.style(fig, dark=dark, height=round(ROW * len(q) + HEAD), scale=scale)
    upright = {"type": "line", "yref": "paper", "y0": 0, "y1": 1}
    zero = {"x0": 0, "x1": 0, "line": {"color": p.muted, "width": 1}}
    total = {"color": p.orange, "width": 1.5, "dash": "dot"}
    end = {"x0": score.total, "x1": score.total, "line": total}
    label = {"family": theme.CODE_FONT, "size": round(10.5 * scale, 1), "color": p.text}
    lines = product_lines(q, k, products, significant)
    fig.update_layout(  # all at once, and no add_vline: each call takes milliseconds
        shapes=[upright | zero, upright | end],
        yaxis={"tickvals": rows, "ticktext": lines, "tickfont": label, "showgrid": False},
        yaxis_autorange="reversed",
        xaxis={"tickfont": {"size": round(10 * scale, 1), "color": p.muted}, "nticks": 6},
        showlegend=False,
        margin={"l": 4, "r": 10, "t": 2, "b": 4},
    )
    return fig


def product_lines(
    q: list[float], k: list[float], products: list[float], significant: int
) -> list[str]:
    """Return "−0.27 × −0.92 = +0.25" for each product, with digits that make every line true.

    Whoever multiplies the two numbers on screen finds the product on screen, and whoever adds up
    the products on screen finds their sum with `significant` digits.
    """
    decimals = _decimals_of_terms(products, significant)
    rows = [_operands(*row, decimals) for row in zip(q, k, products, strict=True)]
    left, right = (_column([row[i] for row in rows]) for i in (0, 1))
    said = _column([f"{product:+.{decimals}f}" for product in products])
    lines = (f"{a} × {b} = {c} " for a, b, c in zip(left, right, said, strict=True))
    return [line.replace("-", "−").replace(" ", BLANK) for line in lines]


def _decimals_of_terms(terms: list[float], significant: int) -> int:
    """Return the fewest decimals, 2 or more, at which the rounded terms still have that sum."""
    total = digits(sum(terms), significant)
    fits = (n for n in DECIMALS if digits(sum(round(t, n) for t in terms), significant) == total)
    return next(fits, DECIMALS[-1])


def _operands(q: float, k: float, product: float, decimals: int) -> tuple[str, str]:
    """Return both factors with the fewest decimals whose product rounds to the one on screen."""
    said = f"{product:+.{decimals}f}"
    fits = (n for n in DECIMALS if f"{round(q, n) * round(k, n):+.{decimals}f}" == said)
    n = next(fits, DECIMALS[-1])
    return f"{q:.{n}f}", f"{k:.{n}f}"


def _column(texts: list[str]) -> list[str]:
    """Return the numbers with blanks around them, so that their points stand below each other."""
    parts = [text.partition(".") for text in texts]
    before, after = max(len(a) for a, _, _ in parts), max(len(c) for _, _, c in parts)
    return [f"{a:>{before}}{dot}{c:<{after}}" for a, dot, c in parts]
