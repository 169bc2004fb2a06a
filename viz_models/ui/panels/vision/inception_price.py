"""The lesson on Inception, second part: what the 1x1 convolutions save."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.digits import count, digits
from viz_models.figures.vision import inception as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.inception import GOOGLENET, MODULES, ConvPrice, InceptionPrice
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import inception as results

TIMES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the paper's widths
BEFORE = {"reduce3": N_("1×1 before 3×3"), "reduce5": N_("1×1 before 5×5")}
AFTER = {"three": "3×3", "five": "5×5"}


@dataclass(frozen=True, slots=True)
class View:
    """The chosen module, and what it costs."""

    module: str
    found: InceptionPrice


def controls() -> View:
    """Draw the controls: a module of GoogLeNet, and what its widths are multiplied by."""
    with control_row():
        module = slider(_("Module of GoogLeNet"), MODULES, "priced", 190, value="3a")
        chosen = {
            field: slider(_("{name}, width ×").format(name=_(name)), TIMES, field, 110, value=1.0)
            for field, name in (BEFORE | AFTER).items()
        }
    widths, side = GOOGLENET[module]
    made = {field: max(1, round(getattr(widths, field) * by)) for field, by in chosen.items()}
    return View(module, results.price(replace(widths, **made), side))


def opening() -> dict[str, str]:
    """Return what the answer of the page names: GoogLeNet's first module as it is."""
    widths, side = GOOGLENET["3a"]
    area = side**2
    w = widths
    with_one = w.inputs * (w.one + w.reduce3 + w.reduce5 + w.pool)
    with_one += 9 * w.reduce3 * w.three + 25 * w.reduce5 * w.five
    without = w.inputs * (w.one + 9 * w.three + 25 * w.five)
    return {
        "macs": count(area * with_one),
        "naive_macs": count(area * without),
        "saving": digits(without / with_one, 2),
    }


def facts(view: View) -> dict[str, str]:
    """Return what the text of this part may name."""
    found = view.found
    macs, naive = found.macs
    return {
        "priced": view.module,
        "price": count(macs),
        "naive": count(naive),
        "times": digits(max(naive, macs) / min(naive, macs), 3),
        "less": _("fewer") if macs < naive else _("more"),
        "outputs": str(found.widths.outputs),
        "naive_outputs": str(found.naive_outputs),
        "inputs": str(found.widths.inputs),
    }


def draw_bars(view: View) -> None:
    """Draw the multiply-adds of both ways, convolution by convolution."""
    with st.container(border=True, height="stretch"):
        st.caption(_("Pale parts are the 1×1 convolutions that come before the 3×3 and the 5×5."))
        show(kept(figures.price, view.found, **figure_look()), "price", wide=True)


def draw_sum(view: View) -> None:
    """Draw how the multiply-adds add up, beside torch's count."""
    found = view.found
    macs, naive = found.macs
    with st.container(border=True, height="stretch"):
        ledger(
            [
                *(_line(conv, found.side) for conv in found.reduced),
                Line(label=_("with reductions"), value=f"{macs:,}", role="chosen", rule=True),
                _torch(macs, found.torch_reduced),
                Line(
                    label=_("without"), value=f"{naive:,}", note=_("3×3 and 5×5 read all channels")
                ),
                _torch(naive, found.torch_naive),
            ],
            key="price_sum",
            title=_("Module {module}, maps of {side}×{side}").format(
                module=view.module, side=found.side
            ),
            note=_("multiply-adds: H · W · k² · in · out"),
            badge=_("counted now"),
        )


def _line(conv: ConvPrice, side: int) -> Line:
    k = conv.kernel_size
    note = f"{side}² · {k}² · {conv.inputs} · {conv.outputs}"
    name = _("branch {name}: {k}×{k}").format(name=figures.named(conv.branch), k=k)
    return Line(label=name, value=f"{conv.macs:,}", note=note)


def _torch(ours: int, theirs: int) -> Line:
    if ours == theirs:
        return Line(label=_("equals torch's flop counter"), value=f"{theirs:,}", role="checked")
    return Line(label=_("differs from torch's flop counter"), value=f"{theirs:,}", role="warning")
