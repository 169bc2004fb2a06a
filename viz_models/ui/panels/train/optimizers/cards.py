"""Below the walks: one step opened, maps of all starts, rates and schedules."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.train import optimizers as figures
from viz_models.figures.train import optimizers_maps
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.optimizers import OPTIMIZERS, Terrain
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, state, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train.optimizers.stage import ends
from viz_models.ui.panels.train.optimizers.view import RATES, View
from viz_models.ui.results.train import optimizers as results

HOW = (  # what stands beside the lines of a step, as it is computed; listed for translators
    N_("gradient of the loss at w"),
    N_("g, at the first step"),
    N_("the gradient, and the buffer once more"),
    N_("s + g²: the sum of all squares so far"),
    N_("m / ({n} − {n2}^{n3}): bias corrected"),
    N_("the division: ±{n} while g stays as it is"),
    N_("w · ({n} − lr · {n2}): decay, outside of the division"),
)
EDGE = 0.02  # of the picture, where no walk starts


def draw_step(view: View) -> None:
    """Draw the arithmetic of the opened optimizer's step, line by line."""
    at = min(max(view.step, 1), view.spec.steps)
    found = results.step(view.spec, view.opened, at)
    rate = float(view.walks.rates[at - 1])
    before = view.walks.walk(view.opened).points[at - 1]
    lines = [Line(label=_("w before the step"), value=_numbers(before))]
    lines += [
        Line(label=t.symbol, note=numbered(t.how), value=_numbers(t.value))
        for t in found.terms[:-1]
    ]
    last = found.terms[-1]
    exact = found.difference == 0
    lines += [
        Line(
            label=_("w after the step"),
            note=numbered(last.how),
            value=_numbers(last.value),
            role="chosen",
            rule=True,
        ),
        Line(
            label=_("equals torch, bit for bit")
            if exact
            else _("differs from torch by {difference}").format(
                difference=digits(found.difference, 2)
            ),
            note=_("w and all that the optimizer remembers"),
            value=_numbers(found.torch),
            role="checked" if exact else "warning",
        ),
    ]
    ledger(
        lines,
        key="step_card",
        title=_("{names}, step {at}").format(names=_(figures.NAMES[view.opened]), at=at),
        note=f"lr = {digits(rate, 4)}",
        badge=lesson.badge(view.walks.provenance),
        terms=words.glossary(),
    )


def _numbers(values: np.ndarray | tuple[float, ...]) -> str:
    shown = [digits(float(v), 6) for v in values]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"


def draw_ends(view: View) -> None:
    """Draw where each of the seven walks ends, and for how many other starts that is so."""
    rows = [
        (name, [(end, ""), (arrived if int(arrived) >= 0 else "–", ""), (share, "")])
        for name, end, arrived, share in ends(view)
    ]
    sheet(
        (_("this walk ends"), _("after step"), _("starts that end so")),
        rows,
        key="ends",
        title=_("The anecdote, and how typical it is"),
        badge=lesson.badge(view.walks.provenance),
    )


def draw_maps(view: View) -> None:
    """Draw a map for each optimizer: all starts, in the color of where they end; a click starts."""
    alone = len(view.terrain.low) == 1
    with st.container(border=True):
        fig = _over_rate(view) if alone else _over_plane(view)
        show(fig, "maps", wide=True, on_click=partial(_start_here, view.terrain))
        origin = results.sweeps().provenance if alone else view.basins.provenance
        st.caption(lesson.badge(origin))


def _over_rate(view: View) -> Any:  # noqa: ANN401 (plotly stays in figures/)
    """Return the maps of one weight: start across, rate up."""
    sweep, terrain = view.sweep, view.terrain
    return kept(
        optimizers_maps.maps,
        sweep.labels,
        len(terrain.minima),
        (optimizers_maps.start_axes(terrain, sweep.spec.points)[0], sweep.rates),
        (_("start"), _("rate")),
        (view.spec.start[0], view.spec.rate or sweep.rates[0]),
        log=True,
        **figure_look(),
    )


def _over_plane(view: View) -> Any:  # noqa: ANN401 (plotly stays in figures/)
    """Return the maps of two weights, at the chosen rate."""
    basins, terrain = view.basins, view.terrain
    side = round(basins.labels.shape[1] ** 0.5)
    across, up = optimizers_maps.start_axes(terrain, side)
    return kept(
        optimizers_maps.maps,
        basins.labels.reshape(len(OPTIMIZERS), side, side),
        len(terrain.minima),
        (across, up),
        terrain.names,
        view.spec.start,
        log=False,
        **figure_look(),
    )


def _start_here(terrain: Terrain, point: Point) -> None:
    """Let the walks above start where a map was clicked; over one weight at that rate, too."""
    alone = len(terrain.low) == 1
    at = [float(point["x"])] if alone else [float(point["x"]), float(point["y"])]
    inside = zip(at, terrain.low, terrain.high, strict=True)
    start = [min(max(x, low + EDGE * (h - low)), h - EDGE * (h - low)) for x, low, h in inside]
    state.choose("start", ",".join(f"{x:.4g}" for x in start))
    if alone:
        st.session_state["rate"] = min(RATES, key=lambda rate: abs(rate - float(point["y"])))


def draw_rates(view: View) -> None:
    """Draw over all rates how many starts end at the lowest minimum, and how soon they arrive."""
    with st.container(border=True):
        show(
            kept(figures.over_rates, view.sweep, view.spec.rate, **figure_look()),
            "rates",
            wide=True,
        )
        found = results.sweeps()
        st.caption(
            _("{badge} · {cpu_seconds:.0f} s for all eight surfaces").format(
                badge=lesson.badge(found.provenance), cpu_seconds=found.cpu_seconds
            )
        )


def draw_schedules(view: View) -> None:
    """Draw the rate of every step under each schedule, and that the formulas equal torch's."""
    found = results.schedules(view.spec.rate, view.spec.steps)
    with st.container(border=True):
        show(kept(figures.schedules, found, view.spec.schedule, **figure_look()), "schedules")
        off = max(off for *_, off in found)
        st.caption(
            _(
                ":green[✓] The drawn rates are those of torch's schedulers; the closed formulas "
                "differ by at most {off}."
            ).format(off=digits(off, 2))
        )
