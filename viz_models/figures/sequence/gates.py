"""Figures of the lesson on gates: half-lives, what a held gate breaks, and unrolled networks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.words import token
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.gates import (
    GATES,
    HOLDS,
    NETS,
    Gate,
    GatesOverSentences,
    Hold,
    Net,
)

NAMES: dict[Net, str] = {"lstm": N_("last state only"), "lstm_attention": N_("with attention")}
GATE_NAMES: dict[Gate, str] = {"f": "z_f", "i": "z_i", "o": "z_o"}
HOLD_NAMES: dict[Hold, str] = {"0": "0", "0.5": "½", "1": "1", "mean": N_("its mean")}
STRIP, BARS, READING = 180, 190, 190  # px
ROW = 1.4  # between the middles of two rows of marks, which are 0.84 high
BOX = 0.32  # half the width of a cell


def half_lives(
    recorded: GatesOverSentences,
    medians: Mapping[Net, Sequence[float]],
    net: Net,
    unit: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the half-life of every unit of both networks as a mark, with the medians.

    Args:
        recorded: Both networks.
        medians: Of trainings with other seeds, as thin lines.
        net: Whose unit is chosen.
        unit: The chosen one.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    shapes: list[dict[str, Any]] = []
    for row, name in enumerate(NETS):
        lives = recorded.of(name).half_lives
        lift = 0.28 * np.sin(np.arange(len(lives)) * 2.4)  # marks lie side by side
        color = p.gold if row else p.blue
        fig.add_scatter(
            x=lives,
            y=-ROW * row + lift,
            mode="markers",
            marker={"size": 6 * scale, "color": theme.fade(color, 0.6)},
            customdata=list(range(len(lives))),
            hovertemplate=_(
                "<b>{names}</b>, unit %{{customdata}}<br>"
                "half is lost after %{{x:.3~g}} words<extra></extra>"
            ).format(names=_(NAMES[name])),
            showlegend=False,
        )
        shapes.append(_median(float(np.median(lives)), -ROW * row, color, 3))
        shapes += [_median(x, -ROW * row, color, 1) for x in medians[name]]
        if name == net:
            fig.add_scatter(
                x=[lives[unit]], y=[-ROW * row + lift[unit]], mode="markers", hoverinfo="skip",
                marker={"size": 10 * scale, "color": p.orange}, showlegend=False,
            )  # fmt: skip
    names = [_row_name(NAMES[name], 0.56 - ROW * row, p.text) for row, name in enumerate(NETS)]
    fig.update_layout(shapes=shapes, annotations=names)
    theme.style(fig, dark=dark, height=STRIP, scale=scale)
    fig.update_xaxes(
        type="log",
        title_text=_("words until half of the cell state is lost"),
        tickvals=[0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
    )
    fig.update_yaxes(
        range=[-ROW - 0.5, 0.8], showticklabels=False, ticks="", showgrid=False, zeroline=False
    )
    return fig


def _row_name(text: str, y: float, color: str) -> dict[str, Any]:
    """Return a name that stands over its row, so that it takes no width on a phone."""
    return {
        "text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": y, "showarrow": False,
        "font": {"color": color},
    }  # fmt: skip


def _median(x: float, y: float, color: str, width: int) -> dict[str, Any]:
    line = {"color": color, "width": width}
    return {"type": "line", "x0": x, "x1": x, "y0": y - 0.42, "y1": y + 0.42, "line": line}


def held_shares(
    recorded: GatesOverSentences,
    net: Net,
    gate: Gate,
    hold: Hold | None,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the share of sentences that stay right while a gate is held, one bar a gate and value.

    Args:
        recorded: Both networks.
        net: The network that is shown.
        gate: The chosen gate.
        hold: The chosen value; None when all gates are free.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig, found = go.Figure(), recorded.of(net)
    step = len(HOLDS) + 1
    for k, g in enumerate(GATES):
        shares = [found.right_while(g, h) / recorded.sentences for h in HOLDS]
        fig.add_bar(
            x=[step * k + j for j in range(len(HOLDS))],
            y=shares,
            marker={"color": [p.orange if (g, h) == (gate, hold) else p.blue for h in HOLDS]},
            text=[f"{100 * s:.0f}" for s in shares],  # the axis says "%": two such bars are narrow
            textposition="outside",
            textangle=0,
            textfont={"size": 10 * scale},
            constraintext="none",
            cliponaxis=False,
            customdata=[
                _("{gate_names} held at {hold_names}").format(
                    gate_names=GATE_NAMES[g], hold_names=_(HOLD_NAMES[h])
                )
                for h in HOLDS
            ],
            hovertemplate=_("%{customdata}:<br>%{y:.1%} of the sentences right<extra></extra>"),
            showlegend=False,
        )
    free = found.right / recorded.sentences
    line = {"color": p.green, "width": 1.5, "dash": "dot"}
    said = _("all gates free: {free:.0%}").format(free=free)
    fig.add_hline(y=free, line=line, annotation_text=said, annotation_position="top left")
    theme.style(fig, dark=dark, height=BARS, scale=scale)
    fig.update_xaxes(
        tickvals=[step * k + j for k in range(len(GATES)) for j in range(len(HOLDS))],
        ticktext=[
            (_("mean") if h == "mean" else HOLD_NAMES[h])
            + (f"<br><b>{GATE_NAMES[g]}</b>" if not j else "")
            for g in GATES
            for j, h in enumerate(HOLDS)
        ],
        tickangle=0,
        showgrid=False,
        zeroline=False,
    )
    fig.update_yaxes(range=[0, 1.15], tickformat=".0%", title_text=_("sentences right"))
    fig.update_layout(bargap=0.25)
    return fig


def reading(
    inputs: Sequence[str],
    outputs: Sequence[str],
    feedback: bool = False,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw an unrolled network: a cell for each step, what it reads below and says above.

    Args:
        inputs: What each step reads; "" where nothing is drawn.
        outputs: What each step says; "" where nothing is drawn.
        feedback: Whether inputs are the network's own words, which are drawn pale.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    steps = range(len(inputs))
    boxes = [
        {
            "type": "rect", "x0": i - BOX, "x1": i + BOX, "y0": 0.8, "y1": 1.2,
            "line": {"color": p.blue, "width": 1.5}, "fillcolor": theme.fade(p.blue, 0.14),
        }
        for i in steps
    ]  # fmt: skip
    notes = [_arrow((i - 1 + BOX, 1), (i - BOX, 1), p.muted) for i in steps if i]
    for i, (read, said) in enumerate(zip(inputs, outputs, strict=True)):
        pale = feedback and i > 0
        if read:
            notes.append(_arrow((i, 0.36), (i, 0.8), p.muted))
            notes.append(_word(read, i, 0.14, p.muted if pale else p.text))
        if said:
            notes.append(_arrow((i, 1.2), (i, 1.64), p.muted))
            notes.append(_word(said, i, 1.86, p.orange_text))
    fig = go.Figure(go.Scatter(x=[0], y=[1], mode="markers", opacity=0, hoverinfo="skip"))
    fig.update_layout(shapes=boxes, annotations=notes, showlegend=False)
    theme.style(fig, dark=dark, height=READING, scale=scale)
    plain = {"visible": False, "fixedrange": True}
    fig.update_xaxes(range=[-0.6, max(3, len(inputs) - 1) + 0.6], **plain)
    fig.update_yaxes(range=[-0.1, 2.1], **plain)
    return fig


def _word(text: str, x: float, y: float, color: str) -> dict[str, Any]:
    return {"text": token(text), "x": x, "y": y, "showarrow": False, "font": {"color": color}}


def _arrow(tail: tuple[float, float], head: tuple[float, float], color: str) -> dict[str, Any]:
    """Return an arrow between two points of the axes."""
    return {
        "x": head[0], "y": head[1], "ax": tail[0], "ay": tail[1], "axref": "x", "ayref": "y",
        "text": "", "showarrow": True, "arrowhead": 2, "arrowsize": 0.9, "arrowwidth": 1.2,
        "arrowcolor": color,
    }  # fmt: skip
