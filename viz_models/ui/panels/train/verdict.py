"""Say and draw how much the arms of an experiment differ, against the noise of the seed."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from viz_models.digits import digits, signed
from viz_models.figures.train import verdict as figures
from viz_models.language import N_, ngettext, numbered
from viz_models.language import gettext as _
from viz_models.records import Arm
from viz_models.records.train.cards import Comparison, Difference, Measure, Where
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look

UNITS: dict[Measure, tuple[str, float, str]] = {  # what it is called, shown times this, unit
    "accuracy": (N_("test accuracy"), 100, N_("{amount} points")),
    "test loss": (N_("test loss"), 1, ""),
    "training loss": (N_("training loss"), 1, ""),
    "training error": (N_("training error"), 100, N_("{amount} points")),
    "seconds": (N_("training time"), 1, N_("{amount} s")),
    "gradient ratio": (N_("log₁₀ of first ÷ last layer's gradient norm"), 1, ""),
    "loss where it grows": (N_("loss at the step where the blocks are added"), 1, ""),
}
AXIS_UNITS = {
    "{amount} points": N_("{name}, percentage points"),
    "{amount} s": N_("{name}, seconds"),
}
WHERE: dict[Where, str] = {
    "end": "{name}",
    "step": N_("{name}, after the same steps"),
    "second": N_("{name}, after the same time"),
}
WORDS = {
    "higher": N_("larger than the seed noise"),
    "lower": N_("larger than the seed noise"),
    "not larger than the seed noise": N_("not larger than the seed noise"),
}
NO_VERDICT = N_("no verdict yet")
HELP = N_(
    "Each seed gives one pair of runs: their initial weights are the same where the networks have "
    "the same layers, and they see the examples in the same order. The mean difference lies in the "
    "interval with 95 % confidence, by Student's t. Below five pairs there is no verdict. "
    "A point is a percentage point: from 90 % to 92 % are 2 points."
)


def amount(difference: Difference) -> str:
    """Return a difference in short: "+9.1 ± 8.2 points"."""
    _rest, times, unit = UNITS[difference.comparison.measure]
    mean, high = difference.mean, difference.high
    if mean is None:
        return _("no pair yet")
    if not any(difference.values):
        return _("0 (exactly), {n} times").format(n=difference.n)
    text = signed(times * mean, 3)
    if high is not None:
        text += f" ± {digits(times * (high - mean), 2)}"
    return _(unit).format(amount=text) if unit else text


def said(difference: Difference) -> str:
    """Return it with what it means: "+9.1 ± 8.2 points, larger than the seed noise"."""
    if difference.mean is None or not any(difference.values):
        return amount(difference)
    pairs = ngettext(
        "only {n} pair: no verdict yet", "only {n} pairs: no verdict yet", difference.n
    ).format(n=difference.n)
    return f"{amount(difference)}, {_(WORDS.get(difference.verdict, pairs))}"


def letter(place: int) -> str:
    """Return what an arm is called in short: A is the first."""
    return chr(ord("A") + place)


def named(comparison: Comparison, arms: Sequence[Arm]) -> str:
    """Return what is subtracted from what, in full: "batch 64 − batch 640"."""
    name = numbered(comparison.label)
    if not name:
        sides = (comparison.plus, comparison.minus)
        name = " − ".join(" + ".join(numbered(arms[i].label) for i in places) for places in sides)
    return _(WHERE[comparison.where]).format(name=name)


def measured(comparison: Comparison) -> str:
    """Return what is compared, with its unit: "test accuracy, percentage points"."""
    name, _times, unit = UNITS[comparison.measure]
    return _(AXIS_UNITS[unit]).format(name=_(name)) if unit else _(name)


def draw_verdict(found: Sequence[Difference], arms: Sequence[Arm], sides: tuple[str, str]) -> None:
    """Draw all comparisons of a card, the predicted one first.

    Args:
        found: What was measured.
        arms: All arms of the experiment.
        sides: What it means when the first difference is below zero, and above.
    """
    first = found[0]
    st.markdown(
        f"**{amount(first)}** {_(WORDS.get(first.verdict, NO_VERDICT))}",
        help=f"{named(first.comparison, arms)}, {measured(first.comparison)}. {_(HELP)}",
    )
    show(kept(figures.intervals, [row(d, arms) for d in found], sides, **figure_look()), "verdict")
    st.caption(
        _(
            "95 % intervals, n = {n} pairs of seeds. Of twenty such comparisons, one is "
            "decided by chance alone."
        ).format(n=first.n)
    )


def row(difference: Difference, arms: Sequence[Arm]) -> figures.Row:
    """Return one comparison as the figure draws it, in the unit of its axis."""
    _rest, times, _rest = UNITS[difference.comparison.measure]
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
        unit=_("difference in {measured}").format(measured=measured(difference.comparison)),
    )
