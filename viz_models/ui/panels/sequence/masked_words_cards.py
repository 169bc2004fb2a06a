"""Below the words: the four kinds of training, the dice, the loss, the next sentence, attention."""

import math
from collections.abc import Sequence
from functools import cache

import streamlit as st

from viz_models.digits import digits, percent, points
from viz_models.figures.sequence import masked_words as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.vocabulary import ENGLISH, SPECIAL
from viz_models.records import Line
from viz_models.records.sequence.masked_words import ARMS, RATE, Arm, Compared, Measured
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, state, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.sequence.masked_words import NETS, View
from viz_models.ui.panels.sequence.masked_words_context import context_facts
from viz_models.ui.results.sequence import masked_words as results

COLUMNS = {
    "masked": N_("right under [MASK]"),
    "kept": N_("names an untouched word"),
    "found": N_("finds a wrong word (AUC)"),
    "random": N_("repairs a wrong word"),
    "follows": N_("next sentence"),
}
THROWS = 1000


@cache
def _arms() -> dict[Arm, Compared]:
    return {kind.arm: kind for kind in results.compared()}


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer and the prose name."""
    found, runs = _arms(), results.arms()
    numbers = {
        f"{arm}_{score}": percent(float(found[arm].scores[score].mean))
        for arm in ARMS
        for score in COLUMNS
    }
    area = {f"{arm}_area": f"{found[arm].scores['found'].mean:.2f}" for arm in ARMS}
    return (
        numbers
        | area
        | context_facts()
        | {
            "seeds": str(len(found["bert"].scores["masked"].values)),
            "steps": f"{runs.steps:,}",
            "batch": str(runs.batch_size),
            "pairs": f"{runs.pairs:,}",
            "masked_apart": _apart(found["mask"].scores["masked"]),
        }
    )


def _apart(found: Measured) -> str:
    """Say how far a kind is from 80/10/10, and whether so many seeds tell it from chance."""
    low, high = found.difference_low, found.difference_high
    if low is None or high is None:
        return _("one network of each kind says nothing about a difference this small")
    between = _("the difference is between {low} and {high} points").format(
        low=points(low), high=points(high)
    )
    apart = _(", so the two cannot be told apart") if low <= 0 <= high else ""
    return f"{between}{apart}"


def draw_arms(view: View) -> None:
    """Draw the four kinds of training side by side."""
    with st.container(border=True, height="stretch"):
        found = list(_arms().values())
        seeds = len(found[0].scores["masked"].values)
        chart = kept(figures.four_arms, found, NETS, view.spec.net, **figure_look())
        show(chart, "arms", wide=True)
        st.caption(f"{_seeds(seeds)} {lesson.badge(results.arms().provenance)}")


def _seeds(seeds: int) -> str:
    """Say how many networks there are, and what that allows to say."""
    if seeds == 1:
        return _("One network of each kind, too few for a verdict on small differences.")
    few = "" if seeds >= 5 else _(" Too few for a verdict on small differences.")
    return _("Means over {seeds} seeds; each dot is one trained network.{few}").format(
        seeds=seeds, few=few
    )


def draw_table(view: View) -> None:
    """Draw all scores, and how far each kind is from 80/10/10 over pairs of seeds."""
    found = list(_arms().values())
    sheet(
        tuple(_(name) for name in COLUMNS.values()),
        [(NETS[kind.arm], [_cell(kind.scores[score]) for score in COLUMNS]) for kind in found],
        key="table",
        title=_("Four ways to spoil the same chosen words"),
        note=_(
            "Below each score: its difference to 80/10/10 over pairs of equal seeds, in points. "
        )
        + _seeds(len(found[0].scores["masked"].values)),
        badge=lesson.badge(results.arms().provenance),
    )


def _cell(found: Measured) -> tuple[str, str]:
    half = "" if found.low is None else f" ± {100 * (found.mean - found.low):.1f}"
    top = f"{100 * found.mean:.1f}{half} %"
    if found.difference is None:
        return top, "—"
    if found.difference_low is None:
        return top, points(found.difference)
    low, high = points(found.difference_low), points(found.difference_high or 0)
    return top, _("{mean} ({low} to {high})").format(
        mean=points(found.difference), low=low, high=high
    )


def draw_dice(view: View) -> None:
    """Draw what the dice did to words so far, beside what is expected."""
    with st.container(border=True, height="stretch"):
        counted = state.notes("dice").get("once", (0, 0, 0, 0))
        many = control(
            st.toggle, _("throw {throws:,} times").format(throws=THROWS), True, key="many"
        )
        title = _("Your throws of the dice so far")
        if many or not counted[0]:
            thrown = results.count_throws(view.ids, THROWS, 0)
            counted, title = (
                (thrown.words, *thrown[1:]),
                _("The dice, {throws:,} times, seed 0").format(throws=THROWS),
            )
        ledger(_dice(counted), key="dice", title=title, terms=words.glossary())


def _dice(counted: Sequence[int]) -> list[Line]:
    total = counted[0]
    if not total:
        return [Line(label=_("no word of the grammar: there is nothing to choose"), role="warning")]
    share, chance = ARMS["bert"], 1 / (len(ENGLISH) - len(SPECIAL))
    expected = {
        "[MASK]": (counted[1], RATE * share.mask),
        N_("a random word"): (counted[2], RATE * share.random * (1 - chance)),
        N_("kept as it is"): (counted[3], RATE * (share.kept + share.random * chance)),
    }
    lines = [
        Line(
            label=name,
            value=f"{count:,} = {100 * count / total:.2f} %",
            note=_("expected {p:.2f} ± {sqrt:.2f} %").format(
                p=100 * p, sqrt=196 * math.sqrt(p * (1 - p) / total)
            ),
        )
        for name, (count, p) in expected.items()
    ]
    chosen = sum(counted[1:])
    return [
        Line(label=_("words"), value=f"{total:,}"),
        *lines,
        Line(
            label=_("chosen"),
            value=f"{chosen:,} = {100 * chosen / total:.2f} %",
            note=_("expected {rate:.0f} ± {sqrt:.2f} %").format(
                rate=100 * RATE, sqrt=196 * math.sqrt(RATE * (1 - RATE) / total)
            ),
            role="chosen",
            rule=True,
        ),
    ]


def draw_loss(view: View) -> None:
    """Draw the loss, term by term; only chosen places have one."""
    ledger(
        _loss(view),
        key="loss",
        title=_("The loss of this row"),
        note=_("mean of −ln p(true word), chosen places only"),
        badge=lesson.badge(view.reading.provenance),
        terms=words.glossary(),
    )


def _loss(view: View) -> list[Line]:
    places = view.reading.places
    if view.reading.loss is None:
        return [
            Line(label=_("no word is chosen, so there is no loss"), role="warning"),
            Line(label=_("F.cross_entropy of no place"), value="nan", note="0 ÷ 0"),
        ]
    lines = [
        Line(
            label=_("{token} (reads {shown})").format(token=places[i].token, shown=places[i].shown),
            value=digits(-math.log(max(places[i].p_true or 0.0, 1e-45)), 4),
            note=_("−ln {digits}").format(digits=digits(places[i].p_true or 0.0, 3)),
        )
        for i in view.chosen
    ]
    left = sum(place.known for place in places) - len(view.chosen)
    return [
        *lines,
        Line(
            label=_("{left} words that were not chosen").format(left=left),
            value=_("no term"),
            role="muted",
        ),
        Line(
            label=_("loss: the mean of {count}").format(count=len(lines)),
            value=digits(view.reading.loss, 4),
            role="chosen",
            rule=True,
        ),
        Line(
            label=_("logits equal nn.TransformerEncoder's to {difference}").format(
                difference=digits(view.reading.max_difference, 2)
            ),
            role="checked",
        ),
    ]


def draw_next(view: View) -> None:
    """Draw whether sentence B follows sentence A, under both conventions of the label."""
    p = view.reading.follows
    if p is None:
        lines = [Line(label=_("sentence B is empty: there is nothing to say"), role="warning")]
    else:
        lines = [
            Line(label=_("p(B follows A)"), value=digits(p, 4), role="chosen"),
            Line(label=_("p(B is any sentence)"), value=digits(1 - p, 4)),
            Line(
                label=_("label here and in Hugging Face"),
                value="0" if p > 0.5 else "1",
                note=_("0: B follows"),
                rule=True,
            ),
            Line(label=_("label in d2l"), value="1" if p > 0.5 else "0", note=_("1: B follows")),
            Line(label=_("name in the paper"), value="IsNext" if p > 0.5 else "NotNext"),
        ]
    ledger(
        lines,
        key="next",
        title=_("Does B follow A?"),
        note=_("trained with {nets}").format(nets=NETS[view.spec.net]),
        badge=lesson.badge(view.reading.provenance),
    )
