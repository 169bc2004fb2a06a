"""The lesson on scaling: scores, softmax and gradients over d_k, both ways."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.attention import scale as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, ScaleBands, ScaleRows, ScaleSpec, ScaleSweep
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.attention import scale as results

KEYS = {N_("32 keys"): 32, N_("8 keys"): 8, N_("128 keys"): 128}
SPREADS = {N_("q, k from N(0, 1)"): 1.0, N_("std 0.5 instead"): 0.5, N_("std 2 instead"): 2.0}
DEFAULT = 64  # d_k of the paper's base model
MEASURES = figures.PANELS | {
    "gradient_mean": N_("gradient at the scores, mean query"),
    "gradient_query": N_("gradient at q"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was measured for them."""

    width: int
    sweep: ScaleSweep
    rows: ScaleRows

    def at(self, bands: ScaleBands, what: str) -> float:
        """Return the median over the seeds at the chosen d_k."""
        values: np.ndarray = getattr(bands, what)
        return float(values[self.sweep.spec.widths.index(self.width), 1])


def controls() -> View:
    """Draw the controls: d_k, the number of keys, and how spread the numbers in q and k are."""
    with control_row():
        width = slider("d_k", ScaleSpec().widths, "d_k", 320, value=DEFAULT)
        keys = select(_("Keys"), KEYS, "keys", 118)
        spread = select(_("Numbers in q and k"), SPREADS, "spread", 170)
    spec = replace(ScaleSpec(), keys=keys, spread=spread)
    return View(width, results.sweep(spec), results.rows(spec, width))


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name."""
    raw, scaled = view.sweep.raw, view.sweep.scaled
    largest = [percent(view.at(bands, "largest")) for bands in (raw, scaled)]
    gradients = [view.at(bands, "gradient") for bands in (raw, scaled)]
    return {
        "width": str(view.width),
        "largest": largest[0],
        "shared": largest[1],
        "ratio": percent(gradients[0] / gradients[1]),
        **_at_query(view),
    }


def _at_query(view: View) -> dict[str, str]:
    """Return the gradients at q: at the chosen d_k, at the largest, and the range over all."""
    widths = view.sweep.spec.widths
    raw, scaled = (bands.gradient_query[:, 1] for bands in (view.sweep.raw, view.sweep.scaled))
    i = widths.index(view.width)
    lowered = [str(w) for w, a, b in zip(widths, raw, scaled, strict=True) if b < a]
    numbers = {
        "q_raw": raw[i],
        "q_scaled": scaled[i],
        "wide_raw": raw[-1],
        "wide_scaled": scaled[-1],
        "raw_low": raw.min(),
        "raw_high": raw.max(),
        "scaled_low": scaled.min(),
        "scaled_high": scaled.max(),
    }
    shown = {name: digits(float(value), 3) for name, value in numbers.items()}
    return shown | {"widest": str(widths[-1]), "lowered": ", ".join(lowered) or _("none of them")}


def draw_over_width(view: View) -> None:
    """Draw the four measures over d_k."""
    with st.container(border=True, height="stretch"):
        show(kept(figures.over_width, view.sweep, view.width, **figure_look()), "over_width")


def draw_at_width(view: View) -> None:
    """Draw the scores, one row of the softmax and the numbers at the chosen d_k."""
    with st.container(border=True):
        show(kept(figures.both_ways, view.rows, **figure_look()), "both_ways")
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(view),
            key="at_width",
            title=f"d_k = {view.width}",
            note=_("without → with the division"),
            badge=lesson.badge(view.sweep.provenance),
            terms=words.glossary(),
        )


def _lines(view: View) -> list[Line]:
    raw, scaled, off = view.sweep.raw, view.sweep.scaled, view.sweep.max_difference
    lines = [
        Line(
            label=label,
            value=" → ".join(digits(view.at(bands, what), 3) for bands in (raw, scaled)),
            role="chosen" if what == "gradient" else "plain",
            term="gradient at q" if what == "gradient_query" else "",
        )
        for what, label in MEASURES.items()
    ]
    checked = Line(
        label=_("all weights equal torch to {off}").format(off=digits(off, 2)),
        role="checked",
        rule=True,
    )
    return [*lines, checked]


def code(view: View) -> str:
    """Return a script that prints the medians over d_k."""
    spec = view.sweep.spec
    return take_away.filled(
        "attention/scale",
        widths=spec.widths,
        keys=spec.keys,
        queries=spec.queries,
        seeds=spec.seeds,
        spread=spec.spread,
    )


def table(view: View) -> str:
    """Return a table of all measures, with a row for each d_k and each way."""
    names = [f"{what}_{p}" for what in MEASURES for p in ("p5", "median", "p95")]
    rows = (
        [width, way, *(float(v) for what in MEASURES for v in getattr(bands, what)[i])]
        for i, width in enumerate(view.sweep.spec.widths)
        for way, bands in (("raw", view.sweep.raw), ("scaled", view.sweep.scaled))
    )
    return take_away.csv_text(("d_k", "scores", *names), rows)
