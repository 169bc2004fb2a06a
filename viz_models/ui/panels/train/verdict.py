"""Say and draw how much the arms of an experiment differ, against the noise of the seed."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from viz_models.digits import digits, signed
from viz_models.figures.train import verdict as figures
from viz_models.records import Arm
from viz_models.records.train.cards import Comparison, Difference, Measure, Where
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.look import figure_look

UNITS: dict[Measure, tuple[str, float, str]] = {  # what it is called, shown times this, unit
    "accuracy": ("test accuracy", 100, " points"),
    "test loss": ("test loss", 1, ""),
    "training loss": ("training loss", 1, ""),
    "training error": ("training error", 100, " points"),
    "seconds": ("training time", 1, " s"),
    "gradient ratio": ("log₁₀ of first ÷ last layer's gradient norm", 1, ""),
    "loss where it grows": ("loss at the step where the blocks are added", 1, ""),
}
AXIS_UNITS = {" points": ", percentage points", " s": ", seconds", "": ""}
WHERE: dict[Where, str] = {
    "end": "",
    "step": ", after the same steps",
    "second": ", after the same time",
}
WORDS = {
    "higher": "larger than the seed noise",
    "lower": "larger than the seed noise",
    "not larger than the seed noise": "not larger than the seed noise",
}
HELP = (
    "Each seed gives one pair of runs: their initial weights are the same where the networks have "
    "the same layers, and they see the examples in the same order. The mean difference lies in the "
    "interval with 95 % confidence, by Student's t. Below five pairs there is no verdict. "
    "A point is a percentage point: from 90 % to 92 % are 2 points."
)


def amount(difference: Difference) -> str:
    """Return a difference in short: "+9.1 ± 8.2 points"."""
    _, times, unit = UNITS[difference.comparison.measure]
    mean, high = difference.mean, difference.high
    if mean is None:
        return "no pair yet"
    if not any(difference.values):
        return f"0 (exactly), {difference.n} times"
    text = signed(times * mean, 3)
    if high is not None:
        text += f" ± {digits(times * (high - mean), 2)}"
    return text + unit


def said(difference: Difference) -> str:
    """Return it with what it means: "+9.1 ± 8.2 points, larger than the seed noise"."""
    if difference.mean is None or not any(difference.values):
        return amount(difference)
    pairs = f"only {difference.n} {'pair' if difference.n == 1 else 'pairs'}: no verdict yet"
    return f"{amount(difference)}, {WORDS.get(difference.verdict, pairs)}"


def letter(place: int) -> str:
    """Return what an arm is called in short: A is the first."""
    return chr(ord("A") + place)


def named(comparison: Comparison, arms: Sequence[Arm]) -> str:
    """Return what is subtracted from what, in full: "batch 64 − batch 640"."""
    name = comparison.label
    if not name:
        sides = (comparison.plus, comparison.minus)
        name = " − ".join(" + ".join(arms[i].label for i in places) for places in sides)
    return name + WHERE[comparison.where]


def measured(comparison: Comparison) -> str:
    """Return what is compared, with its unit: "test accuracy, percentage points"."""
    name, _, unit = UNITS[comparison.measure]
    return name + AXIS_UNITS[unit]


def draw_verdict(found: Sequence[Difference], arms: Sequence[Arm], sides: tuple[str, str]) -> None:
    """Draw all comparisons of a card, the predicted one first.

    Args:
        found: What was measured.
        arms: All arms of the experiment.
        sides: What it means when the first difference is below zero, and above.
    """
    first = found[0]
    st.markdown(
        f"**{amount(first)}** {WORDS.get(first.verdict, 'no verdict yet')}",
        help=f"{named(first.comparison, arms)}, {measured(first.comparison)}. {HELP}",
    )
    show(figures.intervals([row(d, arms) for d in found], sides, **figure_look()), "verdict")
    st.caption(
        f"95 % intervals, n = {first.n} pairs of seeds. Of twenty such comparisons, one is "
        "decided by chance alone."
    )


def row(difference: Difference, arms: Sequence[Arm]) -> figures.Row:
    """Return one comparison as the figure draws it, in the unit of its axis."""
    _, times, _ = UNITS[difference.comparison.measure]
    ends = (difference.mean, difference.low, difference.high)
    mean, low, high = (None if end is None else times * end for end in ends)
    name = escape(named(difference.comparison, arms))  # Plotly reads tags
    return figures.Row(
        label=name,
        said=amount(difference),
        hover=f"{name}<br>{said(difference)}",
        mean=mean,
        low=low,
        high=high,
        decided=difference.verdict in ("higher", "lower"),
        unit=f"difference in {measured(difference.comparison)}",
    )
