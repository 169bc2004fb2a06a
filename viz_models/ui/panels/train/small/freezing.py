"""The lesson on freezing: what is trained, what moves all the same, what is forgotten."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, shape
from viz_models.figures.train import freezing as figures
from viz_models.records import Line
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
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.train import freezing as results

LIVE = {"5 recorded seeds": None} | {f"train seed {n} now": n for n in range(5, 8)}
PARTS = {"0": "convolution", "1": "BatchNorm"}  # of a block, by the module's name


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what is known about it."""

    grid: FreezeGrid
    way: Trained
    examples: int
    run: FrozenRun  # one seed, opened tensor by tensor: trained now, or the first recorded one
    live: bool

    @property
    def cell(self) -> FreezeCell:
        """The chosen way and number of examples over all seeds."""
        return self.grid.cell(self.way, self.examples)


def controls() -> View:
    """Draw the choice of what is trained, on how many examples, and of the seeds."""
    grid = results.grid()
    with control_row():
        names: dict[str, str] = {w: figures.NAMES[w] for w in WAYS}
        chosen = chips("Trained", names, key="train", default="head")
        way = next(w for w in WAYS if w == chosen)
        examples = slider("Examples", EXAMPLES, "n", 130, value=50)
        seed = select("Seeds", LIVE, "seeds", 170)
    if seed is None:
        return View(grid, way, examples, grid.open(way, examples), live=False)
    with st.spinner("The first network learns 0, 1 and 2, then it is fine-tuned…"):
        found = results.run(FreezeSpec(way=way, examples=examples, seed=seed))
    return View(grid, way, examples, found, live=True)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts name."""
    grid, cell = view.grid, view.cell
    trap, shut = (grid.cell(w, view.examples) for w in ("head", "head_eval"))
    last = grid.cell("last", view.examples)
    return {
        "n": f"{view.examples:,}",
        "seeds": str(len(grid.seeds)),
        "way": figures.NAMES[view.way],
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
        "loss_said": {"higher": "a rise that is larger than the seed noise"}.get(
            trap.old_loss_difference.verdict, "no more than the seed noise"
        ),
    }


def draw_over_examples(view: View) -> None:
    """Draw the test accuracy on new and old classes over the number of examples."""
    with st.container(border=True, height="stretch"):
        make = partial(figures.over_examples, view.grid, view.way, view.examples)
        fig = kept("frozen examples", make, view.way, view.examples, **figure_look())
        show(fig, "examples", wide=True)
        st.caption(
            f"{lesson.badge(view.grid.provenance)} · means of {len(view.grid.seeds)} seeds, bands "
            f"from the lowest to the highest; {view.grid.new_tests} new and "
            f"{view.grid.old_tests} old test digits"
        )


def draw_numbers(view: View) -> None:
    """Print how the chosen way ends."""
    with st.container(border=True, height="stretch"):
        ledger(
            _live_lines(view.run) if view.live else _lines(view),
            key="numbers",
            title=f"{figures.NAMES[view.way]}, {view.examples:,} examples",
            badge="measured now" if view.live else f"recorded run · {len(view.grid.seeds)} seeds",
        )
        st.caption("Two lines freeze a block; the second one after every `net.train()`:")
        st.code("block.requires_grad_(False)\nblock.eval()", language="python")


def _lines(view: View) -> list[Line]:
    cell, new, old = view.cell, view.cell.new_difference, view.cell.old_difference
    lines = [
        Line(label="new classes", value=percent(float(np.mean(cell.new_accuracy))), role="chosen"),
        Line(
            label="against from scratch",
            value=_points(new.mean, new.low, new.high),
            note=_said(new.verdict),
        ),
        Line(
            label="old classes, old head",
            value=f"{percent(float(np.mean(view.grid.base_accuracy)))} → "
            f"{percent(float(np.mean(cell.old_accuracy)))}",
            rule=True,
        ),
        Line(label="difference", value=_points(old.mean, old.low, old.high)),
        Line(
            label="their loss",
            value=f"{digits(float(np.mean(view.grid.base_loss)), 3)} → "
            f"{digits(float(np.mean(cell.old_loss)), 3)}",
        ),
    ]
    return [*lines, *_movement(view.run)]


def _live_lines(run: FrozenRun) -> list[Line]:
    return [
        Line(label="new classes", value=percent(run.new_accuracy), role="chosen"),
        Line(label="their loss", value=digits(run.new_loss)),
        Line(
            label="old classes, old head",
            value=f"{percent(run.base_accuracy)} → {percent(run.old_accuracy)}",
            rule=True,
        ),
        Line(label="their loss", value=f"{digits(run.base_loss)} → {digits(run.old_loss)}"),
        *_movement(run),
    ]


def _movement(run: FrozenRun) -> list[Line]:
    shut = [t for t in run.tensors if not t.trained and "num_batches" not in t.name]
    moved = [t for t in shut if t.moved > 0]
    return [
        Line(
            label="tensors that no optimizer trains",
            value=f"{len(moved)} of {len(shut)} moved",
            role="warning" if moved else "checked",
            note=f"seed {run.spec.seed}",
            rule=True,
        )
    ]


def _points(mean: float, low: float, high: float) -> str:
    return f"{100 * mean:+.1f} ± {50 * (high - low):.1f} points".replace("-", "−")


def _said(verdict: str) -> str:
    return {"higher": "better", "lower": "worse"}.get(verdict, "within the seed noise")


def draw_blocks(view: View) -> None:
    """Draw which tensors are trained and how far each one moved; each block opens."""
    for k in range(len(view.run.means)):
        tensors = [t for t in view.run.tensors if t.name.startswith(f"blocks.{k}.")]
        with st.expander(_block(k, tensors), expanded=k == 0):
            sheet(
                ("trained", "norm before → after", "moved"),
                [(_name(t), _cells(t)) for t in tensors],
                key=f"block_{k}",
                badge=f"seed {view.run.spec.seed} · {'measured now' if view.live else 'recorded'}",
            )


def _block(k: int, tensors: list[Tensor]) -> str:
    parameters = [t for t in tensors if t.parameter]
    count = sum(int(np.prod(t.shape)) for t in parameters)
    trained = count if all(t.trained for t in parameters) else 0
    mean = next(t for t in tensors if t.name.endswith("running_mean"))
    stays = "stays" if mean.moved == 0 else f"moves by {percent(mean.moved)}"
    return f"blocks.{k}: {trained:,} of {count:,} parameters are trained; running_mean {stays}"


def _name(t: Tensor) -> str:
    return f"{t.name} {shape(t.shape)}" if t.shape else t.name


def _cells(t: Tensor) -> list[tuple[str, str]]:
    part = PARTS[t.name.split(".")[2]]
    kind = "parameter" if t.parameter else "buffer: no optimizer knows it"
    return [
        ("yes" if t.trained else "no", f"{part}, {kind}"),
        (f"{digits(t.before, 5)} → {digits(t.after, 5)}", ""),
        ("0 (exactly)" if t.moved == 0 else percent(t.moved), "of its norm"),
    ]


def draw_means(view: View) -> None:
    """Draw the running means before and after."""
    with st.container(border=True):
        show(figures.running_means(view.run, **figure_look()), "means", wide=True)
        where = "measured now" if view.live else lesson.badge(view.grid.provenance)
        st.caption(f"{where} · seed {view.run.spec.seed}, {figures.NAMES[view.way]}")


def code(view: View) -> str:
    """Return a script that makes the same run and prints the same numbers."""
    spec = view.run.spec
    return take_away.filled("train/freezing", way=spec.way, examples=spec.examples, seed=spec.seed)


def table(view: View) -> str:
    """Return every recorded run as a row of CSV."""
    names = ("new_accuracy", "new_loss", "old_accuracy", "old_loss")
    rows = (
        [c.way, c.examples, seed, *(getattr(c, name)[i] for name in names)]
        for c in view.grid.cells
        for i, seed in enumerate(view.grid.seeds)
    )
    return take_away.csv_text(("way", "examples", "seed", *names), rows)
