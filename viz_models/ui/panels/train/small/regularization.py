"""The lesson on regularization: controls, curves, comparisons, and the numbers of one choice."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, signed
from viz_models.figures.train import regularization as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Arm, Experiment, ExperimentSpec, Line
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.records.train.paired import Paired
from viz_models.records.train.regularization import (
    SMALL,
    STRENGTHS,
    DecaySpec,
    Method,
    RegularizedCell,
    RegularizedGrid,
    RegularizeSpec,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.results.train import regularization as results
from viz_models.ui.results.train import train as train_results

WHAT: dict[Method, str] = {
    "l1": "λ",
    "l2": "λ",
    "adamw": "weight_decay",
    "dropout": "p",
    "shift": N_("share of images"),
    "mirror": N_("share of images"),
    "early": N_("patience in epochs"),
}
FIRST: dict[Method, float] = {
    "l1": 3e-4,
    "l2": 0.01,
    "adamw": 1.0,
    "dropout": 0.5,
    "shift": 0.25,
    "mirror": 0.5,
    "early": 10.0,
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what is known about it."""

    grid: RegularizedGrid
    method: Method
    strength: float
    experiment: Experiment | None = None  # that the URL names, if it is of this method and strength

    @property
    def plain(self) -> RegularizedCell:
        """Without regularization."""
        return self.grid.cell("none")

    @property
    def chosen(self) -> RegularizedCell:
        """The chosen method at the chosen strength."""
        return self.grid.cell(self.method, self.strength)

    @property
    def spec(self) -> RegularizeSpec:
        """The run of one seed: the one that is trained here, or the first recorded one."""
        seed = self.experiment.spec.seeds[0] if self.experiment else self.grid.seeds[0]
        return RegularizeSpec(method=self.method, strength=self.strength, seed=seed)


def controls() -> View:
    """Draw the choice of method and strength; return what is known about them."""
    grid = results.grid()
    with control_row():
        names: dict[str, str] = {m: figures.NAMES[m] for m in STRENGTHS}
        chosen = chips(_("Method"), names, key="how", default="l1")
        method = next(m for m in STRENGTHS if m == chosen)
        strength = slider(_(WHAT[method]), STRENGTHS[method], method, 190, value=FIRST[method])
    view = View(grid, method, strength)
    return replace(view, experiment=train_here.opened(here(view, 0).arms))


def here(view: View, seed: int) -> ExperimentSpec:
    """Return one seed without and with the chosen method."""
    spec = RegularizeSpec(method=view.method, strength=view.strength)
    with_it = f"{figures.NAMES[view.method]}, {WHAT[view.method]} = {digits(view.strength)}"
    return ExperimentSpec(
        name=f"Regularize, {with_it}",
        arms=(
            Arm(label="no regularization", run=lesson_run(RegularizeSpec())),
            Arm(label=with_it, run=lesson_run(spec)),
        ),
        seeds=(seed,),
    )


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts name."""
    others = [c for c in view.grid.cells if c.method != "none"]
    accuracy = Counter(c.accuracy_difference.verdict for c in others)
    loss = Counter(c.loss_difference.verdict for c in others)
    plain, chosen = view.plain, view.chosen
    zeros = max((c for c in others if c.method == "l1"), key=lambda c: np.mean(c.zeros))
    return {
        "n": str(len(others)),
        "higher": str(accuracy["higher"]),
        "lower": str(accuracy["lower"]),
        "same": str(len(others) - accuracy["higher"] - accuracy["lower"]),
        "loss_lower": str(loss["lower"]),
        "loss_higher": str(loss["higher"]),
        "chosen": _("{method} ({what} = {strength})").format(
            method=_(figures.NAMES[view.method]),
            what=_(WHAT[view.method]),
            strength=digits(view.strength),
        ),
        "train_plain": digits(float(np.mean(plain.train_loss)), 2),
        "train_chosen": digits(float(np.mean(chosen.train_loss)), 2),
        "accuracy": points(chosen.accuracy_difference),
        "verdict": said(chosen.accuracy_difference),
        "seeds": str(len(view.grid.seeds)),
        "zeros_plain": percent(float(np.mean(plain.zeros))),
        "zeros_chosen": percent(float(np.mean(chosen.zeros))),
        "pruned": signed(
            100 * float(np.mean(np.subtract(chosen.pruned_accuracy, chosen.test_accuracy))), 2
        ),
        "zeros_l2": percent(max(float(np.mean(c.zeros)) for c in others if c.method == "l2")),
        "zeros_most": percent(float(np.mean(zeros.zeros))),
        "most_strength": digits(zeros.strength),
        **_ensemble_facts(view.grid),
        **_early_facts(view.grid),
        **_settings(),
    }


def _ensemble_facts(grid: RegularizedGrid) -> dict[str, str]:
    ensemble = grid.ensemble
    last = ensemble.gains[-1]
    return {
        "draws": str(len(ensemble.accuracies)),
        "k": str(ensemble.accuracies.shape[1]),
        "alone": percent(float(ensemble.single_accuracies.mean())),
        "together": percent(float(ensemble.accuracies[:, -1].mean())),
        "gain": points(last),
        "gain_said": said(last),
        "loss_alone": digits(float(ensemble.single_losses.mean()), 2),
        "loss_together": digits(float(ensemble.losses[:, -1].mean()), 2),
    }


def _early_facts(grid: RegularizedGrid) -> dict[str, str]:
    found = grid.cell("early", FIRST["early"]).accuracy_difference
    return {"early": points(found), "early_said": said(found)}


def _settings() -> dict[str, str]:
    """Return how long and on what the networks are trained."""
    run, decay = RegularizeSpec(), DecaySpec()
    return {
        "examples": str(run.examples),
        "held_out": str(run.held_out),
        "left": str(run.examples - run.held_out),
        "patience": digits(FIRST["early"]),
        "epochs": str(run.epochs),
        "warm_up": str(decay.warm_up),
        "steps": str(decay.steps),
    }


def points(d: Paired) -> str:
    """Return a difference of shares in points, with its interval: "+0.20 ± 0.31 points"."""
    amount = f"{100 * d.mean:+.2f} ± {50 * (d.high - d.low):.2f}".replace("-", "−")
    return _("{amount} points").format(amount=amount)


def said(d: Paired) -> str:
    """Return what an interval says of a test accuracy."""
    said = {"higher": _("better"), "lower": _("worse")}
    return said.get(d.verdict, _("no more than the seed noise"))


def draw_curves(view: View) -> None:
    """Draw loss and accuracy on training and test digits."""
    with st.container(border=True):
        fig = kept(figures.curves, view.plain, view.chosen, **figure_look())
        show(fig, "regularized_curves", wide=True)
        st.caption(
            _(
                "{badge} · mean of {count} seeds, the bands "
                "from the lowest to the highest seed of the test digits"
            ).format(badge=lesson.badge(view.grid.provenance), count=len(view.grid.seeds))
        )


def draw_differences(view: View) -> None:
    """Draw all methods at all strengths against no regularization."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _(
                "Each against no regularization, same seeds. In a row the strength grows "
                "downwards; ● the 95 % interval leaves out zero, ○ it does not."
            )
        )
        fig = kept(figures.differences, view.grid, view.method, view.strength, **figure_look())
        show(fig, "differences", wide=True)


def draw_numbers(view: View) -> None:
    """Print how the chosen method ends, beside no regularization."""
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(view),
            key="numbers",
            title=facts(view)["chosen"],
            note=_("without → with it"),
            badge=_("recorded run · {count} seeds").format(count=len(view.grid.seeds)),
            terms=words.glossary(),
        )


def _lines(view: View) -> list[Line]:
    plain, chosen = view.plain, view.chosen
    both = (plain, chosen)

    def mean(what: str) -> tuple[float, float]:
        a, b = (float(np.mean(getattr(c, what))) for c in both)
        return a, b

    lines = [
        arrow(_("training loss"), mean("train_loss"), 2),
        arrow(_("test loss"), mean("test_loss"), 3),
        Line(
            label=_("test accuracy"),
            value=" → ".join(map(percent, mean("test_accuracy"))),
            role="chosen",
        ),
        Line(
            label=_("paired by seed"),
            value=points(chosen.accuracy_difference),
            note=said(chosen.accuracy_difference),
        ),
        Line(
            label=_("weights below {small}").format(small=SMALL),
            value=" → ".join(map(percent, mean("zeros"))),
            rule=True,
        ),
    ]
    if view.method == "early":
        epochs = _("{low} to {high}").format(low=min(chosen.kept), high=max(chosen.kept))
        lines.append(Line(label=_("epoch that is kept"), value=epochs, note=_("by seed")))
    return lines


def arrow(label: str, values: tuple[float, float], significant: int) -> Line:
    """Return a line with a number without and with the method."""
    return Line(label=label, value=" → ".join(digits(v, significant) for v in values))


def code(view: View) -> str:
    """Return a script that trains one seed both ways and prints the same numbers."""
    return train_results.script(lesson_run(view.spec))


def table(view: View) -> str:
    """Return every recorded run as a row of CSV."""
    names = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "zeros")
    rows = (
        [c.method, c.strength, seed, *(getattr(c, name)[i] for name in names), c.kept[i]]
        for c in view.grid.cells
        for i, seed in enumerate(view.grid.seeds)
    )
    return take_away.csv_text(("method", "strength", "seed", *names, "kept_epoch"), rows)
