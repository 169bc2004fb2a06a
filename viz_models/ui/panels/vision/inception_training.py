"""The lesson on Inception, third part: branches, auxiliary classifiers and BatchNorm, trained."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from viz_models.digits import count, digits, percent
from viz_models.figures.vision import inception_training as figures
from viz_models.figures.vision.inception import named
from viz_models.language import gettext as _
from viz_models.records.train.paired import Paired
from viz_models.records.vision.inception import (
    BRANCHES,
    FASTER,
    WEIGHT,
    WEIGHTS,
    InceptionRecord,
    InceptionRun,
    InceptionTraining,
)
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import inception as results


def facts() -> dict[str, str]:
    """Return what the texts of the page may name; words follow the intervals."""
    record = results.recorded()
    spec = InceptionTraining()
    return (
        {
            "seeds": str(len(record.seeds)),
            "train": f"{record.train:,}",
            "tests": str(record.tests),
            "steps": str(spec.steps),
            "batch": str(spec.batch_size),
            "rate": digits(spec.lr, 2),
            "fast_rate": digits(FASTER * spec.lr, 2),
            "trained_side": str(spec.side),
            "small_parameters": count(record.parameters),
            "trainings": str(len(record.runs)),
            "minutes": digits(sum(r.cpu_seconds for r in record.runs) / 60, 2),
            "machine": record.machine,
        }
        | _branches(record)
        | _auxiliary(record)
        | _norm(record)
    )


def _mean(runs: Sequence[InceptionRun]) -> str:
    return percent(float(np.mean([r.accuracy for r in runs])))


def _gap(runs: Sequence[InceptionRun], others: Sequence[InceptionRun]) -> Paired:
    pairs = zip(runs, others, strict=True)
    return results.paired([a.accuracy - b.accuracy for a, b in pairs])


def points(gap: Paired) -> str:
    """Return a difference in percentage points with its 95 % interval, and what that says."""
    mean, low, high = (digits(100 * x, 2) for x in (gap.mean, gap.low, gap.high))
    said = _("{mean} points, 95 % interval {low} to {high}").format(mean=mean, low=low, high=high)
    return said if gap.decided else _("{said}, which contains zero").format(said=said)


def _branches(record: InceptionRecord) -> dict[str, str]:
    four, one = record.of(norm=True), record.of(norm=True, single=True)
    gap = _gap(four, one)
    said = {
        "higher": _("Four branches were better"),
        "lower": _("One branch was better"),
        "not larger than the seed noise": _("Neither was better"),
        "too few pairs": _("There are too few seeds for a verdict"),
    }[gap.verdict]
    least = max(BRANCHES, key=lambda b: float(np.mean([r.without[b] for r in four])))
    most = min(BRANCHES, key=lambda b: float(np.mean([r.without[b] for r in four])))
    return {
        "four": _mean(four),
        "one": _mean(one),
        "four_gap": points(gap),
        "four_said": said,
        "four_macs": count(record.macs),
        "one_macs": count(record.single_macs),
        "least_branch": named(least),
        "least_kept": percent(float(np.mean([r.without[least] for r in four]))),
        "most_branch": named(most),
        "most_kept": percent(float(np.mean([r.without[most] for r in four]))),
    }


def _auxiliary(record: InceptionRecord) -> dict[str, str]:
    plain, helped = record.of(), record.of(auxiliary=WEIGHT)
    start, end = (_larger(helped, at) for at in (0, -1))
    gap = _gap(helped, plain)
    return {
        "aux_start": _("{start} times as large ({start_2} over the seeds)").format(
            start=start[0], start_2=start[1]
        ),
        "aux_end": _("{end} times ({end_2})").format(end=end[0], end_2=end[1]),
        "without_aux": _mean(plain),
        "with_aux": _mean(helped),
        "aux_gap": points(gap),
        "aux_said": _said(gap),
        "other_weights": " ".join(
            _("With the weight {weight:g} it is {mean}. {said} ({points}).").format(
                weight=weight,
                mean=_mean(record.of(auxiliary=weight)),
                said=_said(other),
                points=points(other),
            )
            for weight in WEIGHTS
            if weight != WEIGHT
            for other in (_gap(record.of(auxiliary=weight), plain),)
        ),
    }


def _said(gap: Paired) -> str:
    return {
        "higher": _("The network with auxiliary classifiers was better"),
        "lower": _("The network with auxiliary classifiers was worse"),
        "not larger than the seed noise": _(
            "The accuracy at the end differs by no more than noise"
        ),
        "too few pairs": _("There are too few seeds for a verdict"),
    }[gap.verdict]


def _larger(runs: Sequence[InceptionRun], at: int) -> tuple[str, str]:
    """How many times as large the early gradient is with the auxiliary losses: median, range."""
    found = [r.both[at] / r.main[at] for r in runs]
    ends = _("{low} to {high}").format(low=digits(min(found), 2), high=digits(max(found), 2))
    return digits(float(np.median(found)), 2), ends


def _norm(record: InceptionRecord) -> dict[str, str]:
    said = {
        f"{'bn' if norm else 'no'}_{'fast' if fast else 'slow'}": _mean(
            record.of(norm=norm, fast=fast)
        )
        for norm in (False, True)
        for fast in (False, True)
    }
    slow = _gap(record.of(norm=True), record.of())
    fast = _gap(record.of(norm=True, fast=True), record.of(fast=True))
    own = _gap(record.of(norm=True, fast=True), record.of(norm=True))
    return said | {
        "bn_gap_slow": points(slow),
        "bn_gap_fast": points(fast),
        "bn_gap_own": points(own),
        "guessing": str(sum(r.accuracy < 0.2 for r in record.of(fast=True))),
    }


def draw_branches() -> None:
    """Draw the accuracy without each branch, and of the network with one branch."""
    record = results.recorded()
    with st.container(border=True):
        show(kept(figures.branches, record, **figure_look()), "without_branch", wide=True)
        st.caption(lesson.badge(record.provenance))


def draw_auxiliary() -> None:
    """Draw the early gradient and the accuracy with and without auxiliary losses."""
    record = results.recorded()
    with st.container(border=True):
        fig = kept(figures.auxiliary, record, **figure_look())
        show(fig, "auxiliary_curves", wide=True)
        rows: list[tuple[str, list[Cell]]] = [
            (_("none"), [(_mean(record.of()), ""), ("", ""), ("1", ""), ("1", "")])
        ]
        for weight in WEIGHTS:
            runs = record.of(auxiliary=weight)
            gap = _gap(runs, record.of())
            low, high = (digits(100 * x, 2) for x in (gap.low, gap.high))
            mean = _("{mean} points").format(mean=digits(100 * gap.mean, 2))
            interval = _("{low} to {high}").format(low=low, high=high)
            cells = [(_mean(runs), ""), (mean, interval)]
            rows.append((f"{weight:g}", [*cells, _larger(runs, 0), _larger(runs, -1)]))
        sheet(
            (_("test accuracy"), _("minus none"), _("early gradient, start"), _("at the end")),
            rows,
            key="auxiliary_weights",
            title=_("Weight of the auxiliary losses"),
            note=_(
                "Means over {seeds} seeds; differences are paired by seed, with their 95 % "
                "interval. Gradients: how many times as large as that of the main loss alone, the "
                "median, and the range over the seeds."
            ).format(seeds=len(record.seeds)),
            badge=lesson.badge(record.provenance),
        )


def draw_norm() -> None:
    """Draw the accuracy with and without BatchNorm at both learning rates."""
    record = results.recorded()
    kinds = {
        f"{norm} {fast}": record.of(norm=norm, fast=fast)
        for norm in (False, True)
        for fast in (False, True)
    }
    with st.container(border=True):
        show(kept(figures.norm, kinds, **figure_look()), "norm_curves", wide=True)
        st.caption(lesson.badge(record.provenance))


def table() -> str:
    """Return a table with a row for each training."""
    head = (
        *("batch_norm", "auxiliary_weight", "one_branch", "learning_rate", "seed", "accuracy"),
        *("early_gradient_first", "early_gradient_last", "cpu_seconds"),
    )
    rows = [
        [
            *(s.norm, s.auxiliary, s.single, s.lr, s.seed, run.accuracy),
            *(run.both[0], run.both[-1], run.cpu_seconds),
        ]
        for run in results.recorded().runs
        for s in (run.spec,)
    ]
    return take_away.csv_text(head, rows)
