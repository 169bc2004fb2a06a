"""What normalization does to training: gradients measured now, runs recorded."""

from collections import Counter
from dataclasses import dataclass, fields, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.normalization import training as norm_training
from viz_models.figures.normalization import training_backward as norm_backward
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import (
    GradientFacts,
    GridCell,
    Line,
    NetNorm,
    NormGrid,
    NormSpec,
    PairedDifference,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.normalization import tensors
from viz_models.ui.panels.train import links as train_links
from viz_models.ui.results.normalization import training as results

SOURCE = replace(tensors.DIGITS, shape=(8, 8, 8, 8))
FIXED = NormSpec(norm="batch", mode="eval")
NORMS = {
    "BatchNorm": NormSpec(norm="batch"),
    N_("LayerNorm over (C, H, W)"): NormSpec(norm="layer"),
    "LayerNorm over C": NormSpec(norm="layer", over="c"),
    N_("GroupNorm, 2 groups"): NormSpec(norm="group"),
    "InstanceNorm": NormSpec(norm="instance"),
    N_("RMSNorm over (C, H, W)"): NormSpec(norm="rms"),
    N_("BatchNorm in eval mode"): FIXED,
}
EPS = {"ε = 1e−5": 1e-5, "ε = 1e−8": 1e-8, "ε = 1e−3": 1e-3}
ROUNDING = 1e-12  # sums of a few thousand float64 terms near 1


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    facts: GradientFacts
    fixed: GradientFacts
    grid: NormGrid


def controls() -> View:
    """Draw the choices of norm and ε; return what was measured for them."""
    with control_row():
        norm = select(_("Norm"), NORMS, "through", 220)
        eps = select("ε", EPS, "epsilon", 118)
    facts, fixed = (results.backward(SOURCE, replace(spec, eps=eps)) for spec in (norm, FIXED))
    return View(facts, fixed, results.training_grid())


def facts(grid: NormGrid) -> dict[str, str]:
    """Return the numbers that the answer names: counted verdicts and the best cells."""
    verdicts = Counter(d.verdict for d in grid.differences)
    return {
        "comparisons": str(len(grid.differences)),
        "higher": str(verdicts["higher"]),
        "lower": str(verdicts["lower"]),
        "rest": str(verdicts["not larger than the seed noise"] + verdicts["too few pairs"]),
        "none": _best(grid, "none"),
        "batch": _best(grid, "batch"),
    }


def _best(grid: NormGrid, norm: NetNorm) -> str:
    cells = [c for c in grid.cells if c.norm == norm and c.mean is not None]
    best: GridCell = max(cells, key=lambda c: c.mean or 0.0)
    return _("{percent} (rate {lr:g}, batch size {batch_size})").format(
        percent=percent(best.mean or 0.0), lr=best.lr, batch_size=best.batch_size
    )


def draw_backward(view: View) -> None:
    """Draw what the gradient loses on its way back through the norm."""
    left, middle, right = st.columns([1.2, 1, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(norm_backward.removed, view.facts, **figure_look()), "removed")
    with middle.container(border=True, height="stretch"):
        over = norm_backward.gradient_over_scale
        show(kept(over, view.facts, view.fixed, **figure_look()), "over_scale")
    with right.container(border=True, height="stretch"):
        groups = len(view.facts.mean_passed)
        ledger(
            _facts(view.facts),
            key="gradient",
            title=_("Through the norm, backward"),
            note=_("largest of {groups} groups").format(groups=groups),
            badge=lesson.badge(view.facts.provenance),
        )


def _facts(facts: GradientFacts) -> list[Line]:
    passed = _largest(facts.mean_passed)
    off = _largest(facts.projection_passed - facts.projection_expected)
    return [
        _pair(_("mean"), facts.mean_arriving, facts.mean_passed, removed=passed <= ROUNDING),
        _pair(_("projection on x̂"), facts.projection_arriving, facts.projection_passed),
        Line(
            label=_kept(facts.spec),
            value=digits(off, 1),
            role="checked" if off <= ROUNDING else "warning",
        ),
        Line(label=_("‖dL/dx‖, input × 1"), value=digits(_at(facts, 1.0)), rule=True),
        Line(label=_("input × 100"), value=digits(_at(facts, 100.0))),
        Line(label=_("slope between the two"), value=digits(slope(facts), 4), role="chosen"),
    ]


def _kept(spec: NormSpec) -> str:
    """Return what should be left of the projection."""
    if spec.mode == "eval":
        return _("all of it stays, to")
    return _("ε ÷ ({x} + ε) of it stays, to").format(x="x̄²" if spec.norm == "rms" else "σ²")


def _pair(label: str, arriving: np.ndarray, passed: np.ndarray, *, removed: bool = False) -> Line:
    value = f"{digits(_largest(arriving), 2)} → {digits(_largest(passed), 2)}"
    return Line(label=label, value=value, role="checked" if removed else "plain")


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max())


def _at(facts: GradientFacts, scale: float) -> float:
    return float(facts.gradient_norms[np.isclose(facts.scales, scale)][0])


def slope(facts: GradientFacts) -> float:
    """Of log(norm) over log(scale) from 1 to 100, where the variance is well above eps."""
    low, high = _at(facts, 1.0), _at(facts, 100.0)
    return float(np.log10(high / low) / 2) if low > 0 and high > 0 else 0.0


def draw_grid(view: View) -> None:
    """Draw the test accuracy of every norm over learning rates and batch sizes."""
    with st.container(border=True):
        accuracy = kept(norm_training.accuracy_over_rate, view.grid, **figure_look())
        show(accuracy, "accuracy", wide=True)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(provenance(view.grid))
            train_links.card("norm-rate", _("Run it here"))


def provenance(grid: NormGrid) -> str:
    """Return where the runs come from, and how many there are."""
    seeds = len(grid.spec.seeds)
    return _(
        "{badge} · {count} runs, {seeds} seeds a point, "
        "{samples:,} samples each, plain SGD, {cpu_seconds:.0f} s in all"
    ).format(
        badge=lesson.badge(grid.provenance),
        count=len(grid.runs),
        seeds=seeds,
        samples=grid.spec.samples,
        cpu_seconds=grid.cpu_seconds,
    )


def draw_differences(view: View) -> None:
    """Draw each norm against no norm, in pairs with the same seed."""
    with st.container(border=True):
        paired = kept(norm_training.paired_differences, view.grid, **figure_look())
        show(paired, "differences", wide=True)


def draw_losses(view: View) -> None:
    """Draw the training loss for one batch size and one learning rate."""
    spec = view.grid.spec
    sizes = {str(n): n for n in spec.batch_sizes}
    rates = {f"{lr:g}": lr for lr in spec.lrs}
    with control_row():
        size = select(_("Batch size"), sizes, "size", 140, default="32", show=_size_shown)
        rate = select(_("Learning rate"), rates, "rate", 110, default="1", show=_rate_shown)
    with st.container(border=True):
        show(kept(norm_training.loss_curves, view.grid, size, rate, **figure_look()), "losses")


def _size_shown(n: str) -> str:
    return _("batch size {n}").format(n=n)


def _rate_shown(lr: str) -> str:
    return _("rate {lr}").format(lr=lr)


def code(view: View) -> str:
    """Return a script that prints the norm of the gradient for every scale of the input."""
    spec = view.facts.spec
    last = spec.norm in ("layer", "rms") and spec.over == "c"
    return take_away.filled(
        "normalization/backward",
        data=take_away.filled("normalization/data_digits", seed=SOURCE.seed, n=SOURCE.shape[0]),
        module=_module(spec),
        through="norm(x.movedim(1, -1)).movedim(-1, 1)" if last else "norm(x)",
        scales=view.facts.scales.tolist(),
        seed=0,
    )


def _module(spec: NormSpec) -> str:
    built = f"norm = {tensors.module(spec, SOURCE.shape)}.double()"
    return built + (_EVAL if spec.mode == "eval" else "")


_EVAL = """.eval()
norm.running_mean = x.mean((0, 2, 3))
norm.running_var = x.var((0, 2, 3), unbiased=False)"""


def table(grid: NormGrid) -> str:
    """Return every comparison with no norm as a row of CSV."""
    columns = [f.name for f in fields(PairedDifference)]
    rows = ([getattr(d, name) for name in columns] for d in grid.differences)
    return take_away.csv_text(columns, rows)
