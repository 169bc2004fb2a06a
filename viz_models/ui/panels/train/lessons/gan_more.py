"""More of the lesson on GANs: one update in slow motion, and digits."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.train import gan as figures
from viz_models.figures.train import gan_more as more_figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.gan import DigitFakes, GanLoss, GanSpec, GanUpdate
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.train.lessons.gan import View
from viz_models.ui.results.train import gan as results

STAGES = (N_("forward"), N_("D: gradient"), N_("D: step"), N_("G: gradient"), N_("G: step"))
LOSSES: dict[str, GanLoss] = {name: loss for loss, name in figures.NAMES.items()}
NOTES, OTHER = LOSSES
LOSS_NAMES = {name: name for name in LOSSES}
BATCH = 64  # points of each kind in slow motion
WALK = tuple(round(i / 10, 1) for i in range(11))
ROWS = 6  # z that are drawn for every digit


# ------------------------------------------------------------------ slow motion


def draw_update(view: View, text: Mapping[str, str]) -> None:
    """Draw one update of both networks, part by part."""
    st.subheader(_("One update in slow motion"))
    with control_row():
        stages = {name: name for name in STAGES}
        stage = STAGES.index(chips(_("Part of the update"), stages, key="part", default=STAGES[0]))
        loss = chips(_("Loss of G"), LOSS_NAMES, key="slow", default=OTHER, show=_("Loss of G"))
    spec = GanSpec(data=view.data, optimizer=view.optimizer, loss=LOSSES[loss], batch_size=BATCH)
    found = results.update(spec)
    left, right = st.columns([1, 1.25], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(more_figures.slow_motion, found, stage, **figure_look()), "slow_motion")
    with right.container(border=True, height="stretch"):
        st.markdown(text[f"Part {stage + 1}"])
        ledger(
            _parts(found, stage),
            key="slow_numbers",
            title=_("step {warm_up}, {batch} real points and {batch} fakes").format(
                warm_up=found.warm_up + 1, batch=BATCH
            ),
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
        )


def _parts(found: GanUpdate, stage: int) -> list[Line]:
    """Return the numbers of an update; those of the chosen part are marked."""
    name = _(figures.NAMES[found.spec.loss])
    d_real, d_fake, d_norm, g_norm = (
        digits(v, 3) for v in (found.d_real[0], found.d_fake[0], found.d_gradient, found.g_gradient)
    )
    chosen = (
        (_("D of real points, of fakes"), f"{d_real}, {d_fake}"),
        (_("D’s loss, and its gradient’s norm"), f"{digits(found.d_loss[0])}, {d_norm}"),
        (_("D’s loss on this batch after its step"), digits(found.d_loss[1])),
        (
            _("G’s loss {name}, and its gradient’s norm").format(name=name),
            f"{digits(found.g_loss[0])}, {g_norm}",
        ),
        (_("G’s loss on the same z after its step"), digits(found.g_loss[1])),
    )
    lines = [
        Line(label=label, value=value, role="chosen" if i == stage else "plain")
        for i, (label, value) in enumerate(chosen)
    ]
    moved = found.generator_moved_in_d_step, found.discriminator_moved_in_g_step
    return [
        *lines,
        Line(label=_("weights of G that D’s step moved"), value=_moved(moved[0]), rule=True),
        Line(label=_("weights of D that G’s step moved"), value=_moved(moved[1])),
        Line(
            label=_("both losses equal torch’s binary_cross_entropy to {off_torch}").format(
                off_torch=digits(found.off_torch, 1)
            ),
            role="checked",
        ),
    ]


def _moved(largest: float) -> str:
    return _("none") if largest == 0 else _("by up to {largest}").format(largest=digits(largest, 2))


# ------------------------------------------------------------------ digits


def draw_digits(text: Mapping[str, str]) -> None:
    """Draw digits of the shipped generator, and what was measured about it."""
    found = results.recorded_digits()
    st.subheader(_("Digits: does the loss say how good the fakes are?"))
    st.markdown(text["Digits"].format(**digit_facts()))
    with control_row():
        walk = slider(_("From one z to another"), WALK, "walk", 260, value=0.0)
    drawn = results.drawn(ROWS, walk)
    left, right = st.columns([1.15, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        _draw_fakes(drawn)
        st.caption(
            _(
                "The judge reads {read} of these {fakes} as the digit that was asked for. The mean "
                "D of them is {mean}."
            ).format(read=drawn.read, fakes=len(drawn.fakes), mean=digits(drawn.judged, 2))
        )
    with right.container(border=True, height="stretch"):
        chart = kept(more_figures.digit_curves, found.curves, found.judge, **figure_look())
        show(chart, "digit_curves")
        ledger(
            _digit_lines(),
            key="digit_numbers",
            title=_("{fakes:,} fakes of the shipped generator").format(fakes=found.fakes),
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
        )


def _draw_fakes(drawn: DigitFakes) -> None:
    title = _("The training digit nearest to each fake of the first row, and its distance")
    fakes = _tiles(
        "fakes",
        _("Fakes: a column for each digit asked for, a row for each z"),
        drawn.fakes,
        tuple(str(i) for i in range(10)),
    )
    nearest = _tiles("nearest", title, drawn.nearest, tuple(f"{d:.1f}" for d in drawn.distances))
    tiles([fakes], key="fakes", luts=luts(is_dark()))
    tiles([nearest], key="nearest", luts=luts(is_dark()))


def _tiles(name: str, title: str, values: np.ndarray, labels: tuple[str, ...]) -> Tiles:
    return Tiles(
        name=name,
        title=title,
        values=values,
        grid=(len(values) // 10, 10),
        column_labels=labels,
        size=38,
        limits=(-1.0, 1.0),
        exact=False,
    )


def digit_facts() -> dict[str, str]:
    """Return the numbers that the prose about digits names."""
    curves = results.recorded_digits().curves
    half, read = len(curves.steps) // 2, curves.read.mean(axis=0)
    return {
        "seeds": str(len(curves.read)),
        "steps": f"{curves.steps[-1]:,}",
        "half": f"{curves.steps[half]:,}",
        "g_half": f"{curves.g_loss[:, half].mean():.2f}",
        "g_end": f"{curves.g_loss[:, -1].mean():.2f}",
        "d_half": f"{curves.d_loss[:, half].mean():.2f}",
        "d_end": f"{curves.d_loss[:, -1].mean():.2f}",
        "read_half": percent(float(read[half])),
        "read_end": percent(float(read[-1])),
        "g_first": f"{np.mean(curves.g_loss[:, 0]):.2f}",
        "read_first": percent(float(read[0])),
    }


def _digit_lines() -> list[Line]:
    found = results.recorded_digits()
    worst, share = found.lowest
    return [
        Line(label=_("read by the judge as asked"), value=percent(found.read), role="chosen"),
        Line(label=_("real test digits read rightly"), value=percent(found.judge)),
        Line(label=_("the worst digit: {worst}").format(worst=worst), value=percent(share)),
        Line(label=_("spread, real digits = 100 %"), value=percent(found.spread), term="spread"),
        Line(
            label=_("distance to the nearest training digit"),
            value=f"{found.nearest:.2f}",
            note=_("real test digits: {nearest_real:.2f}").format(nearest_real=found.nearest_real),
        ),
        Line(label=_("parameters of G and D"), value="{:,} + {:,}".format(*found.parameters)),
    ]
