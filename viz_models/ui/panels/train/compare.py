"""Draw whether the difference of two arms is larger than the seed noise, paired by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from viz_models.figures.train import verdict as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.cards import Comparison, Difference, Measure
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import verdict as train_verdict
from viz_models.ui.panels.train.live import arm_labels
from viz_models.ui.results.train.watch import Watched

MEASURES: dict[str, Measure] = {
    N_("final accuracy"): "accuracy",
    N_("final loss"): "test loss",
}


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison: the results of its finished runs."""

    label: str
    results: dict[int, dict[Measure, float]]  # by seed


def arms(watched: Sequence[Watched]) -> list[Arm]:
    """Return all arms of these experiments, with the last test of each finished run."""
    places = [(w, i) for w in watched if w.experiment for i in range(len(w.experiment.spec.arms))]
    labels = arm_labels(watched)
    return [Arm(label, _results(*place)) for label, place in zip(labels, places, strict=True)]


def _results(watched: Watched, arm: int) -> dict[int, dict[Measure, float]]:
    runs = watched.experiment.runs if watched.experiment else ()
    results: dict[int, dict[Measure, float]] = {}
    for run in runs:
        told = watched.curves[run.id].evaluations
        if run.arm == arm and run.state == "finished" and not run.early and told:
            last = told[-1][1]
            results[run.spec.seed] = {"accuracy": last.accuracy, "test loss": last.loss}
    return results


def draw_comparison(watched: Sequence[Watched], text: Mapping[str, str]) -> None:
    """Draw the choice of two arms and a measure, and their difference with its interval.

    Args:
        watched: Experiments in the chart.
        text: The page's prose: what is said where there is only one arm.
    """
    found = {f"{chr(65 + i)} {arm.label}".strip(): arm for i, arm in enumerate(arms(watched))}
    st.markdown(_("**Is the difference larger than the seed noise?**"), help=_(train_verdict.HELP))
    if len(found) < 2:
        st.caption(text["One arm"])
        return
    names = list(found)
    with control_row():
        a = select(_("First arm"), {name: name for name in names}, "arm_a", 164, default=names[0])
        b = select(_("Second arm"), {name: name for name in names}, "arm_b", 164, default=names[1])
        measure = select(_("Measure"), MEASURES, "measured", 132)
    _draw_verdict(difference(found[a], found[b], measure), (a, b))
    st.caption(text["Paired"].format(comparisons=len(found) * (len(found) - 1) // 2))


def difference(a: Arm, b: Arm, measure: Measure) -> Difference:
    """Return A minus B over the seeds that finished in both."""
    from viz_models.analysis import seed_noise

    both = sorted(a.results.keys() & b.results.keys())
    values = tuple(a.results[seed][measure] - b.results[seed][measure] for seed in both)
    mean, low, high = seed_noise.interval(values)
    return Difference(
        comparison=Comparison(plus=(0,), minus=(1,), measure=measure),
        values=values,
        mean=mean,
        low=low,
        high=high,
        verdict=seed_noise.verdict(len(values), low, high),
    )


def _draw_verdict(found: Difference, names: tuple[str, str]) -> None:
    st.markdown(f"**{train_verdict.said(found)}**")
    if found.mean is None:
        return
    a, b = (name.partition(" ")[0] for name in names)
    less_is_better = found.comparison.measure == "test loss"
    if not less_is_better:
        a, b = b, a
    sides = _("{arm} better").format(arm=a), _("{arm} better").format(arm=b)
    comparison = replace(found.comparison, label=" − ".join(names))
    row = train_verdict.row(replace(found, comparison=comparison), ())
    show(kept(figures.intervals, [row], sides, **figure_look()), "noise")
