"""What becomes of a network when its parts are off: records in, go.Figure out."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.figures import theme
from viz_models.records.ablation import AblationRecord, Switched

HEIGHT = 250  # px


def moved(
    found: Sequence[Switched],
    labels: Mapping[str, str],
    off: Sequence[str],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """One bar a branch: how far the logits of one photo move without it.

    Args:
        found: Each branch off alone, in order.
        labels: What to call a branch.
        off: Branches that are off now, in the color of what is chosen.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    names = [f.off.branches[0] for f in found]
    fig = go.Figure(
        go.Bar(
            x=[labels[n] for n in names],
            y=[f.moved for f in found],
            marker_color=[p.orange if n in off else p.blue for n in names],
            text=["other top 1" if f.changed else "" for f in found],
            textposition="outside",
            textfont={"color": p.red},
            cliponaxis=False,
            hovertemplate="%{x} off: logits move by %{y:.1%} of their length<extra></extra>",
        )
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    most = max((f.moved for f in found), default=0.0) or 1.0
    fig.update_yaxes(title_text="‖Δ logits‖ ÷ ‖logits‖", tickformat=".0%", range=[0, 1.15 * most])
    return fig


def accuracies(record: AblationRecord, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Test accuracy without each part, a panel a network; lines mark all on, and guessing.

    Args:
        record: Parts of trained networks off one by one.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    fig = make_subplots(
        cols=len(record.networks),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        column_widths=[len(n.parts) for n in record.networks],
        subplot_titles=[f"{n.title}: {n.whole:.1%} with all on" for n in record.networks],
    )
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    for column, network in enumerate(record.networks, start=1):
        fig.add_bar(
            x=[part.part.removesuffix(".add") for part in network.parts],
            y=[part.accuracy for part in network.parts],
            marker_color=p.blue,
            hovertemplate="without %{x}: %{y:.1%}<extra></extra>",
            row=1,
            col=column,
        )
        for level, dash in ((network.whole, "solid"), (1 / network.classes, "1px 3px")):
            line = {"color": p.muted, "width": 1, "dash": dash}
            fig.add_hline(y=level, line=line, row=1, col=column)
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(margin={"t": round(30 * scale)})
    fig.update_yaxes(range=[0, 1.04], tickformat=".0%")
    fig.update_yaxes(title_text="test accuracy", col=1)
    return fig
