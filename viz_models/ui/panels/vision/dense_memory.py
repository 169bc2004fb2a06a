"""The lesson on dense memory: what is kept, how it grows, what checkpointing costs."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.digits import digits, memory
from viz_models.figures.vision import dense_memory as figures
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.dense_memory import (
    DenseMemory,
    DenseMemorySpec,
    DenseStep,
    Keeping,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import dense_memory as results

GROWTHS = (4, 8, 12, 24, 32)
SIDES = (8, 16, 32)
WAYS = {"keep": N_("keep everything"), "checkpoint": N_("compute again")}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader chose."""

    spec: DenseMemorySpec
    depth: int
    keeping: Keeping


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was measured for them."""

    depth: int
    keeping: Keeping
    result: DenseMemory

    @property
    def kept(self) -> DenseStep:
        """Return the step that keeps everything."""
        return self.result.step(self.depth, "keep")

    @property
    def again(self) -> DenseStep:
        """Return the step that computes every layer again."""
        return self.result.step(self.depth, "checkpoint")


def controls() -> Choice:
    """Draw the controls: layers, growth rate, size of the maps, and what is kept."""
    base = DenseMemorySpec()
    with control_row():
        depth = slider(_("Layers, L"), base.depths, "layers", 260, value=12)
        growth = slider(_("Growth rate, k"), GROWTHS, "k", 150, value=base.growth)
        side = slider(_("Maps"), SIDES, "side", 100, value=base.side)
        chosen = chips(_("What is kept"), WAYS, key="kept", default="keep")
    keeping: Keeping = "checkpoint" if chosen == "checkpoint" else "keep"
    return Choice(replace(base, growth=growth, side=side), depth, keeping)


def measured(choice: Choice) -> View:
    """Return the choice with what was measured for it, recorded or now."""
    return View(choice.depth, choice.keeping, results.memory(choice.spec, choice.depth))


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name."""
    kept, again, network = view.kept, view.again, results.network()
    return {
        "layers": str(view.depth),
        "kept": memory(kept.held_bytes),
        "again": memory(again.held_bytes),
        "slower": digits(_total(again) / _total(kept), 2),
        "updates": digits(again.mean_updates, 3),
        "difference": _("bit for bit the same")
        if view.result.largest_difference == 0
        else _("the same up to {largest_difference}").format(
            largest_difference=digits(view.result.largest_difference, 2)
        ),
        "network_kept": memory(network.kept_bytes),
        "network_again": memory(network.checkpointed_bytes),
        "network_share": digits(network.kept_bytes / network.checkpointed_bytes, 2),
    }


def _total(step: DenseStep) -> float:
    return step.forward_ms + step.backward_ms


def draw_squares(choice: Choice) -> None:
    """Draw every tensor that the backward pass needs as a square."""
    with st.container(border=True, height="stretch"):
        spec = choice.spec
        st.caption(
            _(
                "Each square is {growth} maps of {side}×{side} numbers: {size}. Full squares are "
                "kept until the backward pass; pale ones are computed again. The orange frame is "
                "what the last layer reads."
            ).format(growth=spec.growth, side=spec.side, size=memory(spec.square))
        )
        fig = kept(figures.squares, spec, choice.depth, choice.keeping, **figure_look())
        show(fig, "squares", wide=True)


def draw_sum(view: View) -> None:
    """Draw how the kept bytes add up, by formula and as measured."""
    with st.container(border=True):
        ledger(
            _lines(view),
            key="sum",
            title=_("{depth} layers, {ways}").format(depth=view.depth, ways=_(WAYS[view.keeping])),
            note=_("float32: 4 bytes a number"),
            badge=lesson.badge(view.result.provenance),
            terms=words.glossary(),
        )


def _lines(view: View) -> list[Line]:
    spec, depth = view.result.spec, view.depth
    step = view.kept if view.keeping == "keep" else view.again
    formula = view.result.formula_bytes(depth, view.keeping)
    if view.keeping == "keep":
        triangle = depth * (depth + 1) // 2
        squares = [
            Line(label=_("squares of one triangle, L(L + 1)/2"), value=str(triangle)),
            Line(label=_("of two triangles, L(L + 1)"), value=str(2 * triangle)),
        ]
        rest = _("mean and variance of BatchNorm")
    else:
        squares = [Line(label=_("outputs that later layers read, L − 1"), value=str(depth - 1))]
        rest = _("measured beyond the formula")
    return [
        *squares,
        Line(
            label=_("one square, 4 · k · W · H"),
            value=_bytes(spec.square),
            note=f"4 · {spec.growth} · {spec.side} · {spec.side}",
        ),
        Line(label=_("formula"), value=_bytes(formula), rule=True),
        Line(label=rest, value=_bytes(step.held_bytes - formula), role="muted"),
        Line(label=_("measured in torch"), value=_bytes(step.held_bytes), role="chosen"),
        Line(
            label=_("gradients of both ways differ by {largest_difference}").format(
                largest_difference=digits(view.result.largest_difference, 2)
            ),
            role="checked",
            rule=True,
        ),
    ]


def _bytes(count: int) -> str:
    return ngettext("{count:,} byte", "{count:,} bytes", count).format(count=count)


def draw_over_depth(view: View) -> None:
    """Draw the held bytes over the number of layers."""
    with st.container(border=True, height="stretch"):
        depths = DenseMemorySpec().depths
        show(
            kept(figures.over_depth, view.result, depths, view.depth, **figure_look()), "over_depth"
        )


def draw_price(view: View) -> None:
    """Draw what one training step holds and takes, both ways."""
    with st.container(border=True, height="stretch"):
        sheet(
            (_("keep everything"), _("compute again")),
            _rows(view),
            key="price",
            title=_("One training step of {depth} layers").format(depth=view.depth),
            note=_(
                "processor time of one thread, the fastest of {repeats} steps; one example"
            ).format(repeats=view.result.spec.repeats),
            badge=lesson.badge(view.result.provenance),
        )


def _rows(view: View) -> list[tuple[str, list[Cell]]]:
    both = (view.kept, view.again)
    return [
        (_("held for the backward pass"), [(memory(s.held_bytes), "") for s in both]),
        (_("most at any time"), [(memory(s.peak_bytes), "") for s in both]),
        (_("forward pass"), [(f"{digits(s.forward_ms, 3)} ms", "") for s in both]),
        (_("backward pass"), [(f"{digits(s.backward_ms, 3)} ms", "") for s in both]),
        (
            _("updates of the running mean"),
            [(digits(s.mean_updates, 3), _("in one step")) for s in both],
        ),
    ]


def code(view: View) -> str:
    """Return a script that counts the same bytes."""
    spec = view.result.spec
    return take_away.filled(
        "vision/dense_memory", layers=view.depth, growth=spec.growth, side=spec.side, seed=spec.seed
    )


def table(view: View) -> str:
    """Return a table with a row for each measured block and way."""
    head = (
        *("layers", "way", "held_bytes", "formula_bytes", "peak_bytes"),
        *("forward_ms", "backward_ms", "running_mean_updates"),
    )
    rows = [
        [
            *(s.depth, s.keeping, s.held_bytes, view.result.formula_bytes(s.depth, s.keeping)),
            *(s.peak_bytes, s.forward_ms, s.backward_ms, s.mean_updates),
        ]
        for s in view.result.steps
    ]
    return take_away.csv_text(head, rows)
