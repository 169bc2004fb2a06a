"""How many examples a mean needs: the error of batch statistics, and a batch of one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, exact, percent, shape
from viz_models.figures.normalization import batch_size as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Alone, BatchErrors, Line, SourceSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.normalization import tensors
from viz_models.ui.results.normalization import batch_size as results

DATA = {N_("digits through a conv net"): tensors.DIGITS, N_("drawn from N(0, 1)"): tensors.DRAWN}
SIZES = (256, 128, 64, 32, 16, 8, 4, 2, 1)
ALONE = ((1, 8, 1, 1), (1, 8, 8, 8))
CARD = 262  # px at normal type size


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    source: SourceSpec
    size: int
    result: BatchErrors

    def at(self, errors: np.ndarray) -> list[float]:
        """5 %, median and 95 % at the chosen size."""
        low, middle, high = errors[list(self.result.sizes).index(self.size)]
        return [float(low), float(middle), float(high)]


def controls() -> View:
    """Draw the choices of data, map size and batch size; return what was measured for them."""
    with control_row():
        data = select(_("Data"), DATA, "data", 205)
        side = select(_("Size of the maps"), tensors.SIDES, "pixels", 118)
        size = slider(_("Batch size, N"), SIZES, "n", 320, value=8)
    source = replace(data, side=side)
    return View(source, size, results.batch_errors(source))


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    return {
        "n": f"{view.size} example{'s' * (view.size > 1)}",
        "mean": percent(view.at(view.result.mean_error)[1]),
        "variance": percent(view.at(view.result.variance_error)[1]),
        "left": percent(4**view.result.slope),
        "slope": digits(view.result.slope, 2),
    }


def draw_errors(view: View) -> None:
    """Draw the errors over batch size, and those of the chosen size as numbers."""
    chart, numbers = st.columns([2.3, 1], gap="xsmall")
    with chart.container(border=True, height="stretch"):
        show(kept(figures.errors_over_size, view.result, view.size, **figure_look()), "errors")
    with numbers.container(border=True, height="stretch"):
        ledger(
            [*_errors(view), *_rest(view)],
            key="at_size",
            title=_("A batch of {size}").format(size=view.size),
            note=_("against all {shape:,} examples").format(shape=view.source.shape[0]),
            badge=lesson.badge(view.result.provenance),
            height=CARD,
        )


def _errors(view: View) -> list[Line]:
    lines = []
    for name, unit, band in (
        ("mean", _("of σ"), view.result.mean_error),
        ("variance", _("of σ²"), view.result.variance_error),
    ):
        low, middle, high = view.at(band)
        label = _("{name} is off by").format(name=name)
        lines.append(Line(label=label, value=f"{percent(middle)} {unit}", role="chosen"))
        between = f"{percent(low)} to {percent(high)}"
        lines.append(Line(label=_("in 90 % of the batches"), value=between, role="muted"))
    return lines


def _rest(view: View) -> list[Line]:
    change = float(np.abs(view.result.layer_change).max())
    return [
        Line(
            label=_("slope of log error over log N"), value=digits(view.result.slope, 3), rule=True
        ),
        Line(label=_("1 ÷ √N would be"), value="−0.5", role="muted"),
        Line(label=_("batches drawn for each size"), value=str(view.result.repeats)),
        Line(
            label=_("LayerNorm: change by other examples"),
            value=exact(change),
            role="checked" if change == 0 else "plain",
        ),
    ]


def draw_batch_of_one(text: Mapping[str, str]) -> None:
    """Draw a batch of one: torch refuses one value per channel and accepts one map per channel."""
    for column, place, section in zip(
        st.columns(2, gap="xsmall"), ALONE, ("One value", "One map"), strict=True
    ):
        found = results.alone(place)
        with column.container(border=True, height="stretch"):
            ledger(_alone(found), key=section, title=f"N = 1: {shape(place)}", note=_("N×C×H×W"))
            st.markdown(text[section].format(values=place[2] * place[3]))


def _alone(found: Alone) -> list[Line]:
    if found.instance_difference is None:
        return [
            Line(label=_("ValueError: {refusal}").format(refusal=found.refusal), role="warning")
        ]
    same = exact(found.instance_difference)
    return [
        Line(label=_("torch trains without error or warning")),
        Line(label=_("largest difference to InstanceNorm2d"), value=same, role="checked"),
    ]


def code(view: View) -> str:
    """Return a script that prints the errors over batch size."""
    kind = "digits" if view.source.kind == "digits" else "normal"
    data = take_away.filled(
        f"normalization/data_{kind}", seed=view.source.seed, n=view.source.shape[0]
    )
    if view.source.side:
        data += f"x = nn.functional.adaptive_avg_pool2d(x, {view.source.side})\n"
    return take_away.filled(
        "normalization/batch_size", data=data, sizes=SIZES, repeats=view.result.repeats, seed=0
    )


def table(view: View) -> str:
    """Return both errors with their bands as CSV, one row for each batch size."""
    names = [f"{what}_{p}" for what in ("mean", "variance") for p in ("p5", "median", "p95")]
    bands = np.concatenate([view.result.mean_error, view.result.variance_error], axis=1)
    rows = ([int(n), *map(float, band)] for n, band in zip(view.result.sizes, bands, strict=True))
    return take_away.csv_text(("batch_size", *names), rows)
