"""What changes between train and eval: running statistics beside those of the batches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.digits import digits, enough, exact, operand, percent
from viz_models.figures.normalization import train_eval as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, RunningSpec, RunningTrace, SourceSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control, control_row, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.normalization import tensors
from viz_models.ui.results.normalization import train_eval as results

STEPS = 60
START = 38  # a few steps after the shift that the page opens with
MOMENTA = {f"{m:g}": m for m in (0.01, 0.03, 0.1, 0.3, 0.5, 1.0)} | {"average": None}
SHIFTS = {"never": None} | {str(step): step for step in (10, 20, 30, 40)}
FREEZES = {"never": None} | {str(step): step for step in (10, 20, 30, 40, 50)}
SIZES = {str(n): n for n in (2, 4, 8, 32, 128)}
CHANNELS = {str(c): c for c in range(8)}
CARD = 206  # px at normal type size


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    source: SourceSpec
    trace: RunningTrace
    channel: int
    step: int  # 1..STEPS: the last one taken

    @property
    def left(self) -> float:
        """The share of what is kept that is older than the shift (or than the first step)."""
        spec = self.trace.spec
        start = spec.shift_at if spec.shift_at is not None and spec.shift_at < self.step else 0
        end = min(self.step, spec.steps if spec.freeze_at is None else spec.freeze_at)
        if end <= start:
            return 1.0
        return start / end if spec.momentum is None else (1 - spec.momentum) ** (end - start)


def controls(foot: DeltaGenerator) -> View:
    """Draw the choices, the slider of the step at the foot; return what was measured for them."""
    with control_row():
        momentum = slider(_("Momentum"), list(MOMENTA), "momentum", 190, value="0.1")
        shift = select(
            _("Shift of the data"), SHIFTS, "shift", 165, default="30", show=_shift_shown
        )
        freeze = select(_("Frozen"), FREEZES, "freeze", 165, show=_freeze_shown)
        size = select(_("Batch size"), SIZES, "batch", 130, default="8", show=_size_shown)
        side = select(_("Size of the maps"), tensors.SIDES, "pixels", 108)
        channel = select(_("Channel"), CHANNELS, "channel", 106, show=_channel_shown)
    spec = RunningSpec(
        steps=STEPS,
        batch_size=size,
        momentum=MOMENTA[momentum],
        shift_at=shift,
        freeze_at=freeze,
    )
    with foot:
        st.caption(_("Step (← →)"), width="content")
        step: int = control(
            st.slider, _("Step"), 1, STEPS, value=START, key="step", label_visibility="collapsed"
        )
    source = replace(tensors.DIGITS, side=side)
    return View(source, results.running(source, spec), channel, step)


def _shift_shown(step: str) -> str:
    return _("no shift") if step == "never" else _("shift after step {step}").format(step=step)


def _freeze_shown(step: str) -> str:
    return _("never frozen") if step == "never" else _("frozen after step {step}").format(step=step)


def _size_shown(n: str) -> str:
    return _("batches of {n}").format(n=n)


def _channel_shown(c: str) -> str:
    return _("channel {c}").format(c=c)


def section(view: View) -> str:
    """Return the section of the prose that fits what has happened up to this step."""
    spec = view.trace.spec
    if spec.freeze_at is not None and spec.freeze_at < view.step:
        return "answer frozen"
    shifted = spec.shift_at is not None and spec.shift_at < view.step
    return "answer shifted" if shifted else "answer"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    spec = view.trace.spec
    return {
        "step": str(view.step),
        "difference": digits(float(view.trace.difference[view.step - 1]), 2),
        "left": percent(view.left),
        "since": str(view.step - (spec.shift_at or 0)),
        "frozen": str(spec.freeze_at),
    }


def draw_charts(view: View) -> None:
    """Draw the running mean and the running variance of one channel."""
    for column, what in zip(st.columns(2, gap="xsmall"), figures.STATISTICS, strict=True):
        with column.container(border=True):
            chosen = (what, view.channel, view.step)
            figure = kept(figures.kept_statistic, view.trace, *chosen, **figure_look())
            show(figure, f"running_{what}")


def draw_cards(view: View) -> None:
    """Draw what the two modes use at the chosen step, and how much their outputs differ."""
    chart, modes, variance = st.columns([1.25, 1, 1], gap="xsmall")
    with chart.container(border=True, height="stretch"):
        figure = kept(figures.output_difference, view.trace, view.step, **figure_look())
        show(figure, "difference")
    with modes.container(border=True, height="stretch"):
        ledger(
            _modes(view),
            key="modes",
            title=_("Step {step}, channel {channel}").format(step=view.step, channel=view.channel),
            badge=lesson.badge(view.trace.provenance),
            terms=words.glossary(),
            height=CARD,
        )
    with variance.container(border=True, height="stretch"):
        ledger(
            _variance(view),
            key="variance",
            title=_("Two variances"),
            note=_("n = {values} values").format(values=view.trace.values),
            badge=lesson.badge(view.trace.provenance),
            height=CARD,
        )


def _modes(view: View) -> list[Line]:
    t, at, c = view.trace, view.step, view.channel
    return [
        Line(label=_("train subtracts the batch's mean"), value=digits(t.batch_mean[at - 1, c])),
        Line(
            label=_("eval subtracts the running mean"),
            value=digits(t.running_mean[at, c]),
            role="chosen",
            term="running mean",
        ),
        Line(label=_update(view), role="muted"),
        Line(label=_("older data in what is kept"), value=percent(view.left)),
        Line(label=_("eval − train output, rms"), value=digits(t.difference[at - 1], 3)),
        Line(
            label=_("equals torch, all steps"),
            value=exact(t.max_difference, 1),
            role="checked",
            term="tolerance",
        ),
    ]


def _update(view: View) -> str:
    """Return the line that moved the running mean at this step, in digits that make it true."""
    t, at, c = view.trace, view.step, view.channel
    before, batch = float(t.running_mean[at - 1, c]), float(t.batch_mean[at - 1, c])
    if t.frozen[at - 1]:
        return _("frozen: it stays {before}").format(before=digits(before))
    m = 1 / at if t.spec.momentum is None else t.spec.momentum
    n = enough(lambda k, b, m, x: k * b + m * x, 1 - m, before, m, batch, result=4)
    return f"{digits(1 - m, n)} · {operand(before, n)} + {digits(m, n)} · {operand(batch, n)}"


def _variance(view: View) -> list[Line]:
    t, at, c = view.trace, view.step - 1, view.channel
    return [
        Line(label=_("train uses: sum ÷ n"), value=digits(t.biased_variance[at, c])),
        Line(label=_("kept for eval: sum ÷ (n − 1)"), value=digits(t.unbiased_variance[at, c])),
        Line(label=_("their ratio: n ÷ (n − 1)"), value=digits(t.factor, 5), role="number"),
        Line(
            label=_("eval uses: the running variance"),
            value=digits(t.running_variance[view.step, c]),
            role="chosen",
        ),
        Line(label=_("running variance at the start"), value=digits(t.running_variance[0, c])),
    ]


def draw_reasons(text: Mapping[str, str]) -> None:
    """Draw three paragraphs that say why."""
    for column, title in zip(
        st.columns(3, gap="small"), (N_("Two variances"), N_("Stale"), N_("Frozen")), strict=True
    ):
        column.markdown(f"**{_(title)}.** {text[title]}")


def code(view: View) -> str:
    """Return a script that prints the running statistics after the chosen step."""
    spec = view.trace.spec
    data = take_away.filled(
        "normalization/data_digits", seed=view.source.seed, n=view.source.shape[0]
    )
    if view.source.side:
        data += f"x = nn.functional.adaptive_avg_pool2d(x, {view.source.side})\n"
    return take_away.filled(
        "normalization/train_eval",
        data=data,
        step=view.step,
        size=spec.batch_size,
        momentum=spec.momentum,
        shift_at=STEPS if spec.shift_at is None else spec.shift_at,
        shift=spec.shift,
        freeze_at=STEPS if spec.freeze_at is None else spec.freeze_at,
        seed=spec.seed,
        channel=view.channel,
    )


def table(view: View) -> str:
    """Return the statistics of the chosen channel as CSV, one row for each step."""
    t, c = view.trace, view.channel
    columns = (
        *("step", "batch_mean", "biased_variance", "unbiased_variance"),
        *("running_mean", "running_variance", "eval_minus_train_rms"),
    )
    values = (
        t.batch_mean[:, c],
        t.biased_variance[:, c],
        t.unbiased_variance[:, c],
        t.running_mean[1:, c],
        t.running_variance[1:, c],
        t.difference,
    )
    rows = ([i + 1, *map(float, row)] for i, row in enumerate(zip(*values, strict=True)))
    return take_away.csv_text(columns, rows)
