"""Below the words: the four kinds of training, the dice, the loss, the next sentence, attention."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.sequence import masked_words as figures
from viz_models.models.vocabulary import ENGLISH, SPECIAL
from viz_models.records import Line
from viz_models.records.sequence.masked_words import ARMS, RATE, Arm, Compared, Measured
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, state, words
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.sequence.masked_words import NETS, View
from viz_models.ui.results.sequence import masked_words as results

COLUMNS = {
    "masked": "right under [MASK]",
    "kept": "untouched word: says it",
    "found": "finds a wrong word (AUC)",
    "random": "repairs a wrong word",
    "follows": "next sentence",
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
        return "one network of each kind says nothing about a difference this small"
    between = f"the difference is between {100 * low:+.1f} and {100 * high:+.1f} points"
    apart = ", so the two cannot be told apart" if low <= 0 <= high else ""
    return f"{between}{apart}".replace("-", "−")


def draw_arms(view: View) -> None:
    """Draw the four kinds of training side by side."""
    with st.container(border=True, height="stretch"):
        found = list(_arms().values())
        seeds = len(found[0].scores["masked"].values)
        chart = figures.four_arms(found, NETS, view.spec.net, **figure_look())
        show(chart, "arms", wide=True)
        st.caption(f"{_seeds(seeds)} {lesson.badge(results.arms().provenance)}")


def _seeds(seeds: int) -> str:
    """Say how many networks there are, and what that allows to say."""
    if seeds == 1:
        return "One network of each kind, too few for a verdict on small differences."
    few = "" if seeds >= 5 else " Too few for a verdict on small differences."
    return f"Means over {seeds} seeds; each dot is one trained network.{few}"


def draw_table(view: View) -> None:
    """Draw all scores, and how far each kind is from 80/10/10 over pairs of seeds."""
    found = list(_arms().values())
    sheet(
        tuple(COLUMNS.values()),
        [(NETS[kind.arm], [_cell(kind.scores[score]) for score in COLUMNS]) for kind in found],
        key="table",
        title="Four ways to spoil the same chosen words",
        note="Below each score: its difference to 80/10/10 over pairs of equal seeds, in points. "
        + _seeds(len(found[0].scores["masked"].values)),
        badge=lesson.badge(results.arms().provenance),
    )


def _cell(found: Measured) -> tuple[str, str]:
    half = "" if found.low is None else f" ± {100 * (found.mean - found.low):.1f}"
    top = f"{100 * found.mean:.1f}{half} %"
    if found.difference is None:
        return top, "—"
    if found.difference_low is None:
        return top, f"{100 * found.difference:+.1f}".replace("-", "−")
    low, high = 100 * found.difference_low, 100 * (found.difference_high or 0)
    return top, f"{100 * found.difference:+.1f} ({low:+.1f} to {high:+.1f})".replace("-", "−")


def draw_dice(view: View) -> None:
    """Draw what the dice did to words so far, beside what is expected."""
    with st.container(border=True, height="stretch"):
        counted = state.notes("dice").get("once", (0, 0, 0, 0))
        many = control(st.toggle, f"throw {THROWS:,} times", True, key="many")
        title = "Your throws of the dice so far"
        if many or not counted[0]:
            thrown = results.count_throws(view.ids, THROWS, 0)
            counted, title = (thrown.words, *thrown[1:]), f"The dice, {THROWS:,} times, seed 0"
        ledger(_dice(counted), key="dice", title=title, terms=words.glossary())


def _dice(counted: Sequence[int]) -> list[Line]:
    total = counted[0]
    if not total:
        return [Line(label="no word of the grammar: there is nothing to choose", role="warning")]
    share, chance = ARMS["bert"], 1 / (len(ENGLISH) - len(SPECIAL))
    expected = {
        "[MASK]": (counted[1], RATE * share.mask),
        "a random word": (counted[2], RATE * share.random * (1 - chance)),
        "kept as it is": (counted[3], RATE * (share.kept + share.random * chance)),
    }
    lines = [
        Line(
            label=name,
            value=f"{count:,} = {100 * count / total:.2f} %",
            note=f"expected {100 * p:.2f} ± {196 * math.sqrt(p * (1 - p) / total):.2f} %",
        )
        for name, (count, p) in expected.items()
    ]
    chosen = sum(counted[1:])
    return [
        Line(label="words", value=f"{total:,}"),
        *lines,
        Line(
            label="chosen",
            value=f"{chosen:,} = {100 * chosen / total:.2f} %",
            note=f"expected {100 * RATE:.0f} ± {196 * math.sqrt(RATE * (1 - RATE) / total):.2f} %",
            role="chosen",
            rule=True,
        ),
    ]


def draw_loss(view: View) -> None:
    """Draw the loss, term by term; only chosen places have one."""
    ledger(
        _loss(view),
        key="loss",
        title="The loss of this row",
        note="mean of −ln p(true word), chosen places only",
        badge=lesson.badge(view.reading.provenance),
        terms=words.glossary(),
    )


def _loss(view: View) -> list[Line]:
    places = view.reading.places
    if view.reading.loss is None:
        return [
            Line(label="no word is chosen, so there is no loss", role="warning"),
            Line(label="F.cross_entropy of no place", value="nan", note="0 ÷ 0"),
        ]
    lines = [
        Line(
            label=f"{places[i].token} (reads {places[i].shown})",
            value=digits(-math.log(max(places[i].p_true or 0.0, 1e-45)), 4),
            note=f"−ln {digits(places[i].p_true or 0.0, 3)}",
        )
        for i in view.chosen
    ]
    left = sum(place.known for place in places) - len(view.chosen)
    return [
        *lines,
        Line(label=f"{left} words that were not chosen", value="no term", role="muted"),
        Line(
            label=f"loss: the mean of {len(lines)}",
            value=digits(view.reading.loss, 4),
            role="chosen",
            rule=True,
        ),
        Line(
            label="logits equal nn.TransformerEncoder's to "
            f"{digits(view.reading.max_difference, 2)}",
            role="checked",
        ),
    ]


def draw_next(view: View) -> None:
    """Draw whether sentence B follows sentence A, under both conventions of the label."""
    p = view.reading.follows
    if p is None:
        lines = [Line(label="sentence B is empty: there is nothing to say", role="warning")]
    else:
        lines = [
            Line(label="p(B follows A)", value=digits(p, 4), role="chosen"),
            Line(label="p(B is any sentence)", value=digits(1 - p, 4)),
            Line(
                label="label here and in Hugging Face",
                value="0" if p > 0.5 else "1",
                note="0: B follows",
                rule=True,
            ),
            Line(label="label in d2l", value="1" if p > 0.5 else "0", note="1: B follows"),
            Line(label="name in the paper", value="IsNext" if p > 0.5 else "NotNext"),
        ]
    ledger(
        lines,
        key="next",
        title="Does B follow A?",
        note=f"trained with {NETS[view.spec.net]}",
        badge=lesson.badge(view.reading.provenance),
    )


def draw_attention(view: View) -> None:
    """Draw where the first chosen place looks, in every head."""
    place = view.chosen[0] if view.chosen else 1
    weights = view.reading.attention[:, :, place]  # (layers, H, T)
    layers, heads, _ = weights.shape
    shown = tuple(p.shown for p in view.reading.places)
    with st.container(border=True):
        st.caption(
            f"Where “{words.plain(shown[place])}” in column {place} looks, in every head of "
            "both layers. Each row sums to 1."
        )
        tiles(
            [
                Tiles(
                    name="looks",
                    values=weights.reshape(1, layers * heads, -1).astype(np.float32),
                    limits=(0.0, 1.0),
                    show_values=True,
                    stretch=True,
                    row_labels=tuple(
                        f"layer {i}, head {h}" for i in range(layers) for h in range(heads)
                    ),
                    column_labels=shown,
                )
            ],
            key="looks",
            luts=luts(is_dark()),
            height=230,
        )


def draw_context(view: View) -> None:
    """Draw what is guessed when more and more of the words are masked."""
    found = results.context()
    with st.container(border=True):
        show(figures.over_rate(found, **figure_look()), "context", wide=True)
        st.caption(
            f"The shipped network of 80/10/10 on {found.pairs:,} unseen pairs of sentences. "
            f"{lesson.badge(found.provenance)}"
        )


def context_facts() -> dict[str, str]:
    """Return what the prose says about 15 % and about the ends of the chart."""
    points = {point.rate: point for point in results.context().points}
    said: dict[str, str] = {}
    for rate, name in ((min(points), "least"), (RATE, "bert"), (max(points), "most")):
        share = sum(points[rate].right) / len(points[rate].right)
        said |= {f"{name}_right": f"{100 * share:.0f} %", f"{name}_rate": f"{100 * rate:.0f} %"}
        said[f"{name}_words"] = digits(points[rate].chosen, 2)
    return said
