"""What is written around the lines of the gradient race: names, ratios, the naive expectation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import Race, RaceLine, RaceView

LABEL_GAP = 17  # px, between two names
CONNECTOR = 26  # px, from a line's end to its name


def ratio_text(ratio: float) -> str:
    """Return a factor as it stands at a line's end: "×15,396", "×3.4", "×2.1e−8"."""
    if not math.isfinite(ratio):
        return ""
    if ratio >= 1e9 or ratio < 0.01:
        return f"×{digits(ratio, 2)}"
    return f"×{ratio:,.0f}" if ratio >= 100 else f"×{digits(ratio, 2)}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What all parts of the figure agree on."""

    race: Race
    view: RaceView
    names: tuple[str, ...]
    low: float  # log10 of the axis' ends
    high: float
    inner: float  # px, height of the plot
    scale: float

    @property
    def first(self) -> int:
        """Number of the first block that is drawn: 0 is the stem."""
        return int(self.view == "weights")

    @property
    def depth(self) -> int:
        """Number of the last block."""
        return len(next(iter(self.race.lines.values()))[0].weights)

    @property
    def labels_left(self) -> bool:
        """Gradients run to the left and end there; activations end at the right."""
        return self.view != "activation"

    def pixel(self, log_value: float) -> float:
        """Height over the bottom of the plot."""
        return (log_value - self.low) / (self.high - self.low) * self.inner


def doubling(fig: go.Figure, scene: Scene, color: str) -> None:
    """Draw the naive expectation: a factor of 1 + dF/dx = 2 a block, as far as the axis goes."""
    end = scene.depth * math.log10(2)
    top = min(end, scene.high)
    at = scene.depth - top / math.log10(2)
    if at > scene.depth / 2:  # the gradients shrink: there is nothing to compare with it
        return
    fig.add_scatter(
        x=[at, scene.depth],
        y=[10**top, 1],
        mode="lines",
        line={"color": color, "width": 1.2, "dash": "dash"},
        hovertemplate=_("twice as large with every block<extra></extra>"),
        showlegend=False,
    )
    if top < end:  # it leaves through the top, and its name stands there
        fig.add_annotation(
            x=at,
            y=top,
            text=_("doubling: {ratio_text} at the stem").format(
                ratio_text=ratio_text(2.0**scene.depth)
            ),
            showarrow=False,
            xanchor="left",
            yanchor="top",
            xshift=8,
            font={"color": color},
        )


def name_ends(fig: go.Figure, scene: Scene, colors: dict[str, str]) -> None:
    """Names and ratios, pushed apart where the lines end close to each other."""
    at = 0 if scene.labels_left else -1
    ends, lost = {}, []
    for name in scene.names:
        end = scene.race.band(name, scene.view)[1][at]
        if math.isfinite(end):
            ends[name] = scene.pixel(math.log10(end))
        else:
            lost.append(name)
    texts = {name: f"{_(name)}  <b>{ratio_text(_ratio(scene, name))}</b>" for name in ends}
    doubling = scene.depth * math.log10(2)
    blocks = scene.race.unit == "block"
    if scene.view == "gradient" and blocks and doubling <= scene.high:
        ends["doubling"] = scene.pixel(doubling)
        texts["doubling"] = _("doubling") + f"  <b>{ratio_text(2.0**scene.depth)}</b>"
        colors = colors | {"doubling": fig.layout.xaxis.tickfont.color}
    places = _apart(ends, LABEL_GAP * scene.scale, scene.inner)
    for name, place in places.items():
        _name(fig, scene, texts[name], colors[name], ends[name], place)
    for i, name in enumerate(lost):
        fig.add_annotation(
            xref="paper",
            yref="paper",
            x=0.5,
            y=0,
            yshift=LABEL_GAP * scene.scale * (i + 0.6),
            text=f"{_(name)}: {_what_happened(scene.race.lines[name], scene.race.unit)}",
            showarrow=False,
            font={"color": colors[name]},
        )


def _ratio(scene: Scene, name: str) -> float:
    return scene.race.ratio(name, scene.view)


def _what_happened(lines: Sequence[RaceLine], unit: str) -> str:
    """Why there is no line: "overflowed at block 12"."""
    over = [line.overflow for line in lines if line.overflow is not None]
    if over:
        return _("overflowed at {unit} {over}: larger than float32 can hold").format(
            unit=_(unit), over=min(over)
        )
    zero = [line.vanished for line in lines if line.vanished is not None]
    if zero:
        return _("0 from {unit} {zero} on down: smaller than float32 can hold").format(
            unit=_(unit), zero=max(zero)
        )
    return _("no gradient arrives")


def _apart(ends: dict[str, float], gap: float, ceiling: float) -> dict[str, float]:
    """Heights at least a gap apart, in the order of the ends, below the ceiling."""
    order = sorted(ends, key=lambda name: ends[name])
    places, at = {}, -math.inf
    for i, name in enumerate(order):
        room = ceiling - gap * (len(order) - 1 - i)
        at = max(min(ends[name], room), at + gap)
        places[name] = at
    return places


def _name(fig: go.Figure, scene: Scene, text: str, color: str, end: float, place: float) -> None:
    away = -1 if scene.labels_left else 1
    fig.add_annotation(
        x=scene.first if scene.labels_left else scene.depth,
        y=scene.low + end / scene.inner * (scene.high - scene.low),
        ax=away * CONNECTOR * scene.scale,
        ay=end - place,
        text=text,
        font={"color": color},
        arrowhead=0,
        arrowwidth=1,
        arrowcolor=color,
        standoff=2,
        xanchor="right" if scene.labels_left else "left",
    )


def mark(fig: go.Figure, scene: Scene, chosen: int, p: theme.Palette) -> None:
    """Draw a dotted line through the chosen block, and a ring where it meets your network."""
    fig.add_vline(chosen, line={"color": p.orange, "width": 1.5, "dash": "dot"})
    if scene.race.yours not in scene.names:
        return
    here = scene.race.band(scene.race.yours, scene.view)[1][chosen - scene.first]
    if math.isfinite(here):
        fig.add_scatter(
            x=[chosen],
            y=[here],
            mode="markers",
            marker={"size": 10, "color": p.ground, "line": {"color": p.orange, "width": 2.5}},
            hoverinfo="skip",
            showlegend=False,
        )
