"""Figures of the lesson on Inception: what a module costs, and which modules run."""

from typing import Any

import plotly.graph_objects as go

from viz_models.digits import count
from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.inception import (
    AUXILIARY,
    BRANCHES,
    ConvPrice,
    InceptionPrice,
    ModulesRun,
)

PRICE_HEIGHT, MODULES_HEIGHT = 250, 210  # px
WAYS = (N_("with 1×1 reductions"), N_("without"))


def price(found: InceptionPrice, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the multiply-adds of a module with and without reductions, convolution by convolution.

    Args:
        found: What it costs.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    inks = dict(zip(BRANCHES, (p.categorical[i] for i in (0, 1, 3, 4)), strict=True))
    traces: list[dict[str, Any]] = []
    for way, convs in zip(WAYS, (found.reduced, found.naive), strict=True):
        for conv in convs:
            first = not any(t["legendgroup"] == conv.branch for t in traces)
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": [_(way)],
                    "x": [conv.macs],
                    "name": _("branch {name}").format(name=named(conv.branch)),
                    "legendgroup": conv.branch,
                    "showlegend": first,
                    "marker": {
                        "color": inks[conv.branch],
                        "opacity": 0.55 if _reduces(conv) else 1.0,
                        "line": {"color": p.ground, "width": 1},
                    },
                    "hovertemplate": f"{_said(conv)}<extra></extra>",
                }
            )
    layout = {
        "barmode": "stack",
        "showlegend": True,
        "legend": {"traceorder": "normal", "y": -0.35, "yanchor": "top"},
        "xaxis": {"title": {"text": _("multiply-adds")}, "tickformat": "~s"},
        "yaxis": {"autorange": "reversed", "automargin": True},
    }
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=PRICE_HEIGHT, scale=scale)
    return fig


def named(branch: str) -> str:
    """Return what a branch is called: "3×3", or "pool"."""
    return _(branch.replace("x", "×"))


def _reduces(conv: ConvPrice) -> bool:
    return conv.kernel_size == 1 and conv.branch in ("3x3", "5x5")


def _said(conv: ConvPrice) -> str:
    k = conv.kernel_size
    return _(
        "<b>branch {named}</b><br>{k}×{k}, {inputs} to {outputs} channels<br>{macs} multiply-adds"
    ).format(
        named=named(conv.branch),
        k=k,
        inputs=conv.inputs,
        outputs=conv.outputs,
        macs=count(conv.macs),
    )


def modules(
    ran: ModulesRun, *, training: bool, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw torchvision's GoogLeNet as a row of modules; what did not run is pale and dashed.

    Args:
        ran: Which modules ran in which mode.
        training: Show training mode, not eval mode.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    here = ran.train if training else ran.eval
    trunk = [name for name in ran.train if not name.startswith("aux")]
    places = {name: (float(i), 0.0) for i, name in enumerate(trunk)}
    for i, name in enumerate(AUXILIARY, start=1):
        places[f"aux{i}"] = (places[f"inception{name}"][0], 1.0)
    fig = go.Figure()
    fig.add_scatter(
        x=[places[n][0] for n in trunk], y=[0.0] * len(trunk), mode="lines",
        line={"color": p.border, "width": 3}, hoverinfo="skip",
    )  # fmt: skip
    for name in ("aux1", "aux2"):
        x = places[name][0]
        fig.add_scatter(
            x=[x, x], y=[0.0, 1.0], mode="lines", hoverinfo="skip",
            line={"color": p.border, "width": 3, "dash": "solid" if name in here else "dot"},
        )  # fmt: skip
    names = list(places)
    fig.add_scatter(
        x=[places[n][0] for n in names],
        y=[places[n][1] for n in names],
        text=[_short(n) for n in names],
        customdata=[[n, _("runs") if n in here else _("does not run")] for n in names],
        textposition=["top center" if n.startswith("aux") else "bottom center" for n in names],
        mode="markers+text",
        marker={
            "size": [round((22 if "inception" in n or "aux" in n else 12) * scale) for n in names],
            "symbol": "square",
            "color": [(p.orange if "aux" in n else p.blue) if n in here else p.card for n in names],
            "line": {"color": p.muted, "width": [0 if n in here else 1.5 for n in names]},
            "opacity": 1,
        },
        hovertemplate="<b>%{customdata[0]}</b> %{customdata[1]}<extra></extra>",
        cliponaxis=False,
    )
    theme.style(fig, dark=dark, height=MODULES_HEIGHT, scale=scale)
    fig.update_layout(
        showlegend=False,
        xaxis={"visible": False, "range": [-0.7, len(trunk) - 0.3]},
        yaxis={"visible": False, "range": [-0.8, 1.7]},
    )
    return fig


def _short(name: str) -> str:
    for long, short in (("inception", ""), ("maxpool", N_("pool")), ("avgpool", N_("mean"))):
        if name.startswith(long):
            return _(short) or name.removeprefix(long)
    return name if name != "dropout" else _("drop")
