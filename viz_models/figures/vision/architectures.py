"""Figures of the lesson on architectures: the family tree, bars by layer, time over work."""

from typing import Any

import plotly.graph_objects as go

from viz_models.digits import count, digits, memory
from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.architectures import (
    BY_NAME,
    FAMILY,
    ArchitectureCost,
    CostRecord,
    Figure,
    LayerCost,
)

TREE_HEIGHT, BARS_HEIGHT, TIME_HEIGHT = 360, 350, 400  # px
LANES = {  # rows of the tree, from the top
    **dict.fromkeys(("mobilenet_v1", "mobilenet_v2"), 0),
    **dict.fromkeys(("resnext50_32x4d", "shufflenet_v1", "shufflenet_v2_x1_0"), 1),
    **dict.fromkeys(("alexnet", "vgg11", "resnet18", "se_resnet50"), 2),
    "densenet121": 3,
    **dict.fromkeys(("googlenet", "inception_v3"), 4),
}
PLACES = {  # of a name beside its point, so that no two lie on each other
    **dict.fromkeys(("googlenet", "inception_v3", "resnext50_32x4d"), "middle left"),
    **dict.fromkeys(("mobilenet_v1", "vgg11"), "bottom center"),
    **dict.fromkeys(("densenet121", "mobilenet_v2", "se_resnet50"), "middle right"),
    "shufflenet_v1": "top center",
}
NAMES: dict[Figure, str] = {
    "macs": N_("multiply-adds"),
    "ms": N_("time, ms"),
    "traffic_bytes": N_("memory traffic, MiB"),
    "output_bytes": N_("outputs, MiB"),
    "parameters": N_("parameters"),
}


def family_tree(
    record: CostRecord, chosen: str, beside: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw which network began with which; a circle's area is its multiply-adds.

    Args:
        record: Costs of all networks.
        chosen: Name of the network in orange.
        beside: Name of the network with a dark ring, which it is compared with.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for child in FAMILY:
        if child.parent:
            parent = BY_NAME[child.parent]
            fig.add_scatter(
                x=[parent.year, parent.year, child.year],
                y=[LANES[parent.name], LANES[child.name], LANES[child.name]],
                mode="lines",
                line={"color": p.border, "width": 2},
                hoverinfo="skip",
            )
    most = max(c.macs for c in record.costs)
    fig.add_scatter(
        x=[a.year for a in FAMILY],
        y=[LANES[a.name] for a in FAMILY],
        customdata=[a.name for a in FAMILY],
        text=[f"<b>{a.title}</b>" if a.name == chosen else a.title for a in FAMILY],
        textposition="top center",
        mode="markers+text",
        marker={
            "size": [12 + 30 * (record.cost(a.name).macs / most) ** 0.5 for a in FAMILY],
            "color": [p.orange if a.name == chosen else p.blue for a in FAMILY],
            "line": {"color": p.text, "width": [3 * (a.name == beside) for a in FAMILY]},
            "opacity": 1,
        },
        hovertext=[_said(record.cost(a.name)) for a in FAMILY],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        cliponaxis=False,
    )
    theme.style(fig, dark=dark, height=TREE_HEIGHT, scale=scale)
    fig.update_layout(
        showlegend=False,
        xaxis={"tickvals": sorted({a.year for a in FAMILY}), "range": [2011.5, 2018.7]},
        yaxis={"visible": False, "range": [4.6, -0.9]},
    )
    return fig


def _said(cost: ArchitectureCost) -> str:
    return _("<b>{title}</b><br>{macs} multiply-adds<br>{parameters} parameters<br>{ms} ms").format(
        title=BY_NAME[cost.name].title,
        macs=count(cost.macs),
        parameters=count(cost.parameters),
        ms=digits(cost.ms, 3),
    )


def bars_by_layer(
    costs: tuple[ArchitectureCost, ...], figure: Figure, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw one bar for each convolution and linear layer; all networks share one scale.

    Args:
        costs: The networks, from left to right.
        figure: What a bar's height is.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    inks = {
        N_("convolution"): p.blue,
        N_("depthwise"): p.categorical[2],
        N_("linear"): p.gold,
    }
    top = 1.06 * max(_value(layer, figure) for cost in costs for layer in cost.layers)
    titles, axes = [], []
    for cost in costs:
        titles.append(f"{BY_NAME[cost.name].title}: {whole(cost, figure)}")
        x = {"title": {"text": _("layer")}, "range": [0, len(cost.layers) + 1]}
        y = {"range": [0, top], "title": {"text": _(NAMES[figure])}, "tickformat": "~s"}
        axes.append((x, y))
    fig = go.Figure(layout=panels.grid(titles, axes, columns=len(costs), gap=0.09, scale=scale))
    met = {_sort(layer) for cost in costs for layer in cost.layers}
    for i, cost in enumerate(costs):
        for kind, ink in ((k, ink) for k, ink in inks.items() if k in met):
            layers = [(n, x) for n, x in enumerate(cost.layers, 1) if _sort(x) == kind]
            # a legend names only what has a point, so an absent kind gets one that is not drawn
            places: list[int | None] = [n for n, _ in layers] or [None]
            values: list[float | None] = [_value(x, figure) for _, x in layers] or [None]
            fig.add_bar(
                x=places,
                y=values,
                name=kind,
                marker={"color": ink, "line": {"width": 0}},
                hovertext=[_layer_said(x) for _, x in layers],
                hovertemplate="%{hovertext}<extra></extra>",
                showlegend=i == 0,
                xaxis=panels.axis("x", i),
                yaxis=panels.axis("y", i),
            )
    theme.style(fig, dark=dark, height=BARS_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(26 * scale), barmode="overlay", bargap=0.15)
    fig.update_layout(legend={"y": -0.2, "yanchor": "top"})
    return fig


def whole(cost: ArchitectureCost, figure: Figure) -> str:
    """Return the sum over all layers as text."""
    total = cost.total(figure)
    if figure in ("traffic_bytes", "output_bytes"):
        return memory(total)
    return f"{digits(total, 3)} ms" if figure == "ms" else count(total)


def _sort(layer: LayerCost) -> str:
    if layer.kind.startswith("depthwise"):
        return "depthwise"
    return "linear" if layer.kind == "linear" else "convolution"


def _value(layer: LayerCost, figure: Figure) -> float:
    value = float(getattr(layer, figure))
    return value / 2**20 if figure in ("traffic_bytes", "output_bytes") else value


def _layer_said(layer: LayerCost) -> str:
    return _(
        "<b>{name}</b>, {kind}<br>{macs} multiply-adds<br>"
        "{parameters} parameters<br>{memory} moved<br>"
        "{memory_2} of outputs<br>{ms} ms"
    ).format(
        name=layer.name,
        kind=layer.kind,
        macs=count(layer.macs),
        parameters=count(layer.parameters),
        memory=memory(layer.traffic_bytes),
        memory_2=memory(layer.output_bytes),
        ms=digits(layer.ms, 3),
    )


def time_over_work(
    record: CostRecord, chosen: str, beside: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw milliseconds over multiply-adds, and over memory traffic; both axes are logarithmic."""
    p = theme.palette(dark)
    y = {"type": "log", "title": {"text": "ms"}, "tickvals": [20, 50, 100, 200, 500]}
    axes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"type": "log", "title": {"text": name}, "tickvals": ticks, "tickformat": "~s"}, y)
        for name, ticks in (
            (_("multiply-adds"), [1e8, 3e8, 1e9, 3e9, 1e10]),
            (_("bytes read and written"), [5e7, 1e8, 2e8, 5e8, 1e9]),
        )
    ]
    fig = go.Figure(
        layout=panels.grid((_("time over work"), _("time over traffic")), axes, scale=scale)
    )
    for i, figure in enumerate(("macs", "traffic_bytes")):
        fig.add_scatter(
            x=[getattr(c, figure) for c in record.costs],
            y=[c.ms for c in record.costs],
            error_y={
                "type": "data",
                "array": [c.ms_high - c.ms for c in record.costs],
                "arrayminus": [c.ms - c.ms_low for c in record.costs],
                "color": p.muted,
                "thickness": 1,
            },
            text=[BY_NAME[c.name].title for c in record.costs],
            textposition=[PLACES.get(c.name, "top center") for c in record.costs],
            cliponaxis=False,
            mode="markers+text",
            marker={
                "size": 10,
                "color": [p.orange if c.name == chosen else p.blue for c in record.costs],
                "line": {"color": p.text, "width": [2 * (c.name == beside) for c in record.costs]},
            },
            textfont={"size": round(11 * scale)},
            hovertemplate=_("<b>%{text}</b><br>%{x:.3~s}<br>%{y:.3~g} ms<extra></extra>"),
            xaxis=panels.axis("x", i),
            yaxis=panels.axis("y", i),
        )
    theme.style(fig, dark=dark, height=TIME_HEIGHT, scale=scale)
    fig.update_layout(showlegend=False, margin_t=round(26 * scale))
    return fig
