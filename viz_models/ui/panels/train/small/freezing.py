"""The lesson on freezing: what is trained, what moves all the same, what is forgotten."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, shape
from viz_models.figures.train import freezing as figures
from viz_models.language import gettext as _
from viz_models.records import Arm, Experiment, ExperimentSpec, Line
from viz_models.records.train.freezing import (
    EXAMPLES,
    WAYS,
    FreezeCell,
    FreezeGrid,
    FreezeSpec,
    FrozenRun,
    Tensor,
    Trained,
)
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.results.train import freezing as results
from viz_models.ui.results.train import train as train_results
from viz_models.ui.results.train.watch import watch

SEEDS = tuple(range(5, 15))  # none of those that were recorded


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what is known about it."""

    grid: FreezeGrid
    way: Trained
    examples: int
    run: FrozenRun  # one seed, opened tensor by tensor: trained here, or the first recorded one
    experiment: Experiment | None = None  # that the URL names, if it is of this way and number

    @property
    def live(self) -> bool:
        """Whether the run that is opened was trained here."""
        return self.run.spec.seed not in self.grid.seeds

    @property
    def cell(self) -> FreezeCell:
        """The chosen way and number of examples over all seeds."""
        return self.grid.cell(self.way, self.examples)


def controls() -> View:
    """Draw the choice of what is trained, and on how many examples."""
    grid = results.grid()
    with control_row():
        names: dict[str, str] = {w: figures.NAMES[w] for w in WAYS}
        chosen = chips(_("Trained"), names, key="train", default="head")
        way = next(w for w in WAYS if w == chosen)
        examples = slider(_("Examples"), EXAMPLES, "n", 130, value=50)
    view = View(grid, way, examples, grid.open(way, examples))
    found = train_here.opened(here(view, 0).arms)
    told = watch(found.id).results() if found and watch(found.id).look() else ()
    run = next((each for each in told if isinstance(each, FrozenRun)), view.run)
    return replace(view, experiment=found, run=run)


def here(view: View, seed: int) -> ExperimentSpec:
    """Return the chosen way of fine-tuning with one seed."""
    label = f"{figures.NAMES[view.way]}, {view.examples:,} examples"
    spec = FreezeSpec(way=view.way, examples=view.examples)
    return ExperimentSpec(
        name=f"Freeze, {label}", arms=(Arm(label=label, run=lesson_run(spec)),), seeds=(seed,)
    )


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts name."""
    grid, cell = view.grid, view.cell
    trap, shut = (grid.cell(w, view.examples) for w in ("head", "head_eval"))
    last = grid.cell("last", view.examples)
    return {
        "base_steps": f"{view.run.spec.base_steps}",
        "steps": f"{view.run.spec.steps}",
        "n": f"{view.examples:,}",
        "seeds": str(len(grid.seeds)),
        "way": _(figures.NAMES[view.way]),
        "new": percent(float(np.mean(cell.new_accuracy))),
        "old": percent(float(np.mean(cell.old_accuracy))),
        "base": percent(float(np.mean(grid.base_accuracy))),
        "head_new": percent(float(np.mean(shut.new_accuracy))),
        "trap_new": percent(float(np.mean(trap.new_accuracy))),
        "last_new": percent(float(np.mean(last.new_accuracy))),
        "trap_moved": percent(max(v for k, v in trap.moved.items() if k.endswith("running_mean"))),
        "shut_moved": digits(max(shut.moved.values())),
        "loss_before": digits(float(np.mean(grid.base_loss)), 3),
        "loss_after": digits(float(np.mean(trap.old_loss)), 3),
        "loss_said": _("a rise that is larger than the seed noise")
        if trap.old_loss_difference.verdict == "higher"
        else _("no more than the seed noise"),
    }


def draw_over_examples(view: View) -> None:
    """Draw the test accuracy on new and old classes over the number of examples."""
    with st.container(border=True, height="stretch"):
        fig = kept(figures.over_examples, view.grid, view.way, view.examples, **figure_look())
        show(fig, "examples", wide=True)
        st.caption(
            _(
                "{badge} · means of {count} seeds, bands "
                "from the lowest to the highest; {new_tests} new and "
                "{old_tests} old test digits"
            ).format(
                badge=lesson.badge(view.grid.provenance),
                count=len(view.grid.seeds),
                new_tests=view.grid.new_tests,
                old_tests=view.grid.old_tests,
            )
        )


def draw_numbers(view: View) -> None:
    """Print how the chosen way ends."""
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(view),
            key="numbers",
            title=_("{names}, {examples:,} examples").format(
                names=_(figures.NAMES[view.way]), examples=view.examples
            ),
            badge=_("recorded run · {count} seeds").format(count=len(view.grid.seeds)),
        )
        st.caption(_("Two lines freeze a block; the second one after every `net.train()`:"))
        st.code("block.requires_grad_(False)\nblock.eval()", language="python")


def _lines(view: View) -> list[Line]:
    cell, new, old = view.cell, view.cell.new_difference, view.cell.old_difference
    lines = [
        Line(
            label=_("new classes"), value=percent(float(np.mean(cell.new_accuracy))), role="chosen"
        ),
        Line(
            label=_("against from scratch"),
            value=_points(new.mean, new.low, new.high),
            note=_said(new.verdict),
        ),
        Line(
            label=_("old classes, old head"),
            value=f"{percent(float(np.mean(view.grid.base_accuracy)))} → "
            f"{percent(float(np.mean(cell.old_accuracy)))}",
            rule=True,
        ),
        Line(label=_("difference"), value=_points(old.mean, old.low, old.high)),
        Line(
            label=_("their loss"),
            value=f"{digits(float(np.mean(view.grid.base_loss)), 3)} → "
            f"{digits(float(np.mean(cell.old_loss)), 3)}",
        ),
    ]
    return [*lines, *_movement(view.grid.open(view.way, view.examples))]


def draw_here(view: View) -> None:
    """Draw the button, or the run while it goes on and its numbers once it has ended."""
    train_here.draw(view.experiment, partial(here, view), SEEDS)
    if view.live:
        ledger(
            _live_lines(view.run),
            key="here_numbers",
            title=_("{names}, {examples:,} examples").format(
                names=_(figures.NAMES[view.way]), examples=view.examples
            ),
            badge=_("measured now · seed {seed}").format(seed=view.run.spec.seed),
        )


def _live_lines(run: FrozenRun) -> list[Line]:
    return [
        Line(label=_("new classes"), value=percent(run.new_accuracy), role="chosen"),
        Line(label=_("their loss"), value=digits(run.new_loss)),
        Line(
            label=_("old classes, old head"),
            value=f"{percent(run.base_accuracy)} → {percent(run.old_accuracy)}",
            rule=True,
        ),
        Line(label=_("their loss"), value=f"{digits(run.base_loss)} → {digits(run.old_loss)}"),
        *_movement(run),
    ]


def _movement(run: FrozenRun) -> list[Line]:
    shut = [t for t in run.tensors if not t.trained and "num_batches" not in t.name]
    moved = [t for t in shut if t.moved > 0]
    return [
        Line(
            label=_("tensors that no optimizer trains"),
            value=_("{count} of {count_2} moved").format(count=len(moved), count_2=len(shut)),
            role="warning" if moved else "checked",
            note=_("seed {seed}").format(seed=run.spec.seed),
            rule=True,
        )
    ]


def _points(mean: float, low: float, high: float) -> str:
    amount = f"{100 * mean:+.1f} ± {50 * (high - low):.1f}".replace("-", "−")
    return _("{amount} points").format(amount=amount)


def _said(verdict: str) -> str:
    said = {"higher": _("better"), "lower": _("worse")}
    return said.get(verdict, _("within the seed noise"))


def draw_blocks(view: View) -> None:
    """Draw which tensors are trained and how far each one moved; each block opens."""
    for k in range(len(view.run.means)):
        tensors = [t for t in view.run.tensors if t.name.startswith(f"blocks.{k}.")]
        with st.expander(_block(k, tensors), expanded=k == 0):
            sheet(
                (_("trained"), _("norm before → after"), _("moved")),
                [(_name(t), _cells(t)) for t in tensors],
                key=f"block_{k}",
                badge=_("seed {seed} · {x}").format(
                    seed=view.run.spec.seed, x=_("measured now") if view.live else _("recorded")
                ),
            )


def _block(k: int, tensors: list[Tensor]) -> str:
    parameters = [t for t in tensors if t.parameter]
    count = sum(int(np.prod(t.shape)) for t in parameters)
    trained = count if all(t.trained for t in parameters) else 0
    mean = next(t for t in tensors if t.name.endswith("running_mean"))
    stays = (
        _("stays") if mean.moved == 0 else _("moves by {moved}").format(moved=percent(mean.moved))
    )
    return _(
        "{block}: {trained:,} of {count:,} parameters are trained; running_mean {stays}"
    ).format(block=f"blocks.{k}", trained=trained, count=count, stays=stays)


def _name(t: Tensor) -> str:
    return f"{t.name} {shape(t.shape)}" if t.shape else t.name


def _cells(t: Tensor) -> list[tuple[str, str]]:
    return [
        (_("yes") if t.trained else _("no"), _("parameter") if t.parameter else _("buffer")),
        (f"{digits(t.before, 5)} → {digits(t.after, 5)}", ""),
        (_("0 (exactly)") if t.moved == 0 else percent(t.moved), _("of its norm")),
    ]


def draw_means(view: View) -> None:
    """Draw the running means before and after."""
    with st.container(border=True):
        show(kept(figures.running_means, view.run, **figure_look()), "means", wide=True)
        where = _("measured now") if view.live else lesson.badge(view.grid.provenance)
        st.caption(
            _("{where} · seed {seed}, {names}").format(
                where=where, seed=view.run.spec.seed, names=_(figures.NAMES[view.way])
            )
        )


def code(view: View) -> str:
    """Return a script that makes the same run and prints the same numbers."""
    return train_results.script(lesson_run(view.run.spec))


def table(view: View) -> str:
    """Return every recorded run as a row of CSV."""
    names = ("new_accuracy", "new_loss", "old_accuracy", "old_loss")
    rows = (
        [c.way, c.examples, seed, *(getattr(c, name)[i] for name in names)]
        for c in view.grid.cells
        for i, seed in enumerate(view.grid.seeds)
    )
    return take_away.csv_text(("way", "examples", "seed", *names), rows)
