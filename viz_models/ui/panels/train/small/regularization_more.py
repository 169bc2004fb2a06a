"""The lesson on regularization, further down: weights, decay, dropout, labels, ensembles."""

from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.train import regularization as figures
from viz_models.figures.train import regularization_more as more
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.regularization import (
    DecayResult,
    DecaySpec,
    DropoutResult,
    DropoutSpec,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.train.small.regularization import View
from viz_models.ui.results.train import regularization as results

DECAYS = (0.001, 0.003, 0.01, 0.03, 0.1)
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
MASKS = tuple(range(1, 13))
ROWS = 8  # of the picture of 128 hidden units


def draw_weights(view: View) -> None:
    """Draw the histogram of all weights."""
    with st.container(border=True):
        fig = kept(figures.weights, view.plain, view.chosen, view.grid.edges, **figure_look())
        show(fig, "weights")
        st.caption(lesson.badge(view.grid.provenance))


def draw_decay() -> DecayResult:
    """Draw how fast `weight_decay` shrinks weights under three optimizers; return the numbers."""
    with control_row():
        strength = slider("λ", DECAYS, "decay", 220, value=0.01)
    result = results.decay(DecaySpec(strength=strength))
    left, right = st.columns([1.5, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(more.shrink_over_gradient, result, **figure_look()), "shrink")
    with right.container(border=True, height="stretch"):
        ledger(
            _decay_lines(result),
            key="decay_ledger",
            title=_("weight_decay against L2 in the loss"),
            note=_("largest difference, {steps} steps").format(steps=result.spec.steps),
            badge=lesson.badge(result.provenance),
        )
    return result


def _decay_lines(result: DecayResult) -> list[Line]:
    lines = [
        Line(
            label=f"torch.optim.{name}",
            value=digits(off, 2),
            role="checked" if off < ROUNDING else "warning",
            note=_("the same") if off < ROUNDING else _("another method"),
        )
        for name, off in result.differences.items()
    ]
    expected = result.spec.lr * result.spec.strength
    for name, values in result.shrink.items():
        ends = f"{100 * values[0]:.2g} % … {100 * values[-1]:.2g} %"
        lines.append(
            Line(label=_("a step of {name}").format(name=name), value=ends, rule=name == "SGD")
        )
    return [*lines, Line(label=_("lr · λ"), value=f"{100 * expected:.2g} %", role="muted")]


ROUNDING = 1e-9  # float64 sums in another order


def draw_dropout() -> None:
    """Draw a hidden layer without dropout, a mask, and the layer with dropout."""
    with control_row():
        p = slider("p", SHARES, "p", 220, value=0.5)
        seed = slider(_("Mask"), MASKS, "mask", 220, value=1)
    result = results.dropout(DropoutSpec(p=p, seed=seed))
    with st.container(border=True):
        tiles(_hidden(result), key="dropout_tiles", luts=luts(is_dark()))
        ledger(_dropout_lines(result), key="dropout_ledger", badge=lesson.badge(result.provenance))


def _hidden(result: DropoutResult) -> list[Tiles]:
    top = float(max(result.trained.max(), result.evaluated.max()))
    shared: dict[str, Any] = {"limits": (0.0, top), "size": 300}
    mask = Tiles(
        name=_("mask"),
        values=_picture(result.mask),
        title=_("mask: {sum} of {count} stay").format(
            sum=int(result.mask.sum()), count=len(result.mask)
        ),
        limits=(0.0, 1.0),
        size=300,
        after=f"÷ (1 − {result.spec.p:g})\n=",
    )
    evaluated = Tiles(
        name=_("eval"),
        values=_picture(result.evaluated),
        title=_("eval: 128 hidden values"),
        after="×",
        **shared,
    )
    trained = Tiles(name=_("train"), values=_picture(result.trained), title=_("train"), **shared)
    return [evaluated, mask, trained]


def _dropout_lines(result: DropoutResult) -> list[Line]:
    unit = int(np.argmax(result.evaluated * result.mask))
    value, seen = float(result.evaluated[unit]), float(result.trained[unit])
    same = result.torch_difference == 0
    return [
        Line(
            label=_("hidden value {unit}, eval → train").format(unit=unit),
            value=f"{digits(value)} ÷ {digits(1 - result.spec.p, 2)} = {digits(seen)}",
            role="chosen",
        ),
        Line(
            label=_("its mean over {draws:,} masks").format(draws=result.draws),
            value=digits(float(result.mean[unit])),
            note=_("eval: {value}").format(value=digits(value)),
        ),
        Line(
            label=_("equals torch.nn.functional.dropout, bit for bit")
            if same
            else _("differs from torch.nn.functional.dropout by"),
            value="" if same else digits(result.torch_difference, 2),
            role="checked" if same else "warning",
        ),
    ]


def _picture(values: np.ndarray) -> np.ndarray:
    return values.reshape(1, ROWS, -1)


def draw_labels(view: View) -> None:
    """Draw what the chosen method costs or gives, digit by digit."""
    with st.container(border=True):
        fig = kept(more.recall_by_digit, view.plain, view.chosen, **figure_look())
        show(fig, "recalls")
        st.caption(
            _(
                "{method}, {strength}: share of each digit's test examples that is found; bars are "
                "means, dots are seeds."
            ).format(method=_(figures.NAMES[view.method]), strength=digits(view.strength))
        )


def draw_ensembles(view: View) -> None:
    """Draw what averaging k networks gains."""
    with st.container(border=True):
        fig = kept(more.ensembles, view.grid.ensemble, **figure_look())
        show(fig, "ensembles", wide=True)
        draws = len(view.grid.ensemble.accuracies)
        st.caption(
            _(
                "{badge} · {draws} draws of 200 digits; the band goes "
                "from the lowest to the highest draw"
            ).format(badge=lesson.badge(view.grid.provenance), draws=draws)
        )
