"""What becomes of a network when its parts are off: records in, go.Figure out."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.flow.ablation import NetworkAblation, Switched

HEIGHT = 250  # px
SKIPPED, PASSED = N_("block without its branch"), N_("layer passed by")


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
            text=[_("other top 1") if f.changed else "" for f in found],
            textposition="outside",
            textfont={"color": p.red},
            cliponaxis=False,
            hovertemplate=_("%{x} off: logits move by %{y:.1%} of their length<extra></extra>"),
        )
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    most = max((f.moved for f in found), default=0.0) or 1.0
    fig.update_yaxes(
        title_text=_("‖Δ logits‖ ÷ ‖logits‖"), tickformat=".0%", range=[0, 1.15 * most]
    )
    return fig


def accuracies(network: NetworkAblation, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Test accuracy without each part; lines mark all on, and guessing.

    Args:
        network: Parts of a trained network off one by one.
        dark: Which theme is showing.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    skips = all(part.part.endswith(".add") for part in network.parts)
    fig = go.Figure(
        go.Bar(
            x=[_short(part.part) if skips else str(i) for i, part in enumerate(network.parts, 1)],
            y=[part.accuracy for part in network.parts],
            customdata=[part.part.removesuffix(".add") for part in network.parts],
            marker_color=p.blue,
            hovertemplate=_("without %{customdata}: %{y:.1%}<extra></extra>"),
        )
    )
    for level, dash in ((network.whole, "solid"), (1 / network.classes, "1px 3px")):
        fig.add_hline(y=level, line={"color": p.muted, "width": 1, "dash": dash})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(type="category", title_text=_(SKIPPED if skips else PASSED))  # "1.0" is a name
    fig.update_yaxes(range=[0, 1.04], tickformat=".0%", title_text=_("test accuracy"))
    return fig


def _short(branch: str) -> str:
    """As the diagram counts blocks: "2.0" for "layer2.0.add"."""
    return branch.removeprefix("layer").removesuffix(".add")
