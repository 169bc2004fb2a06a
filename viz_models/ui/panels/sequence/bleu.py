"""What BLEU counts: the n-grams, the product that they make, and seven ways to compute it."""

import math
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import bleu as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.sequence.bleu import Bleu, BleuSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import frame, lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control, control_row, named, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.sequence import bleu as results

REFERENCE, TRANSLATION = "a b c d e f", "a b b c d"
ORDERS = (1, 2, 3, 4)
NAMES = {
    "paper": N_("the paper: BLEU-{n}"),
    "nltk": N_("nltk, no smoothing"),
    "none": N_("sacrebleu, no smoothing"),
    "exp": N_("sacrebleu, smoothing “exp” (its default)"),
    "floor": N_("sacrebleu, smoothing “floor”"),
    "add-k": N_("sacrebleu, smoothing “add-k”"),
    "d2l": N_("d2l and the notes: exponents 1/2ⁿ"),
}
WAYS = {
    "paper": N_("one p_n of zero makes the whole product zero"),
    "nltk": N_("a p_n of zero becomes the smallest float, 2e−308"),
    "none": N_("lengths that the translation is too short for are left out"),
    "exp": N_("the first p_n of zero becomes 1/(2·total), the next 1/(4·total), …"),
    "floor": N_("a p_n of zero becomes 0.1/total"),
    "add-k": N_("from two words on, 1 is added to matches and total"),
    "d2l": N_("p_1 has the exponent 1/2, p_2 1/4, …: long matches count less"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    result: Bleu
    refusal: str = ""  # why what was typed is not what is shown

    @property
    def spec(self) -> BleuSpec:
        """Return what was counted."""
        return self.result.spec


def controls() -> View:
    """Draw both sentences and the longest n-gram; return them counted."""
    with control_row():
        reference = _sentence(N_("Reference"), REFERENCE, "label")
        translation = _sentence(N_("Translation"), TRANSLATION, "prediction")
        most = slider(_("Longest n-gram"), ORDERS, "n", 130, value=4)
    try:
        spec = BleuSpec(
            reference=results.words(reference, N_("reference")),
            translation=results.words(translation, N_("translation")),
            max_order=most,
        )
        return View(results.bleu(spec))
    except ValueError as error:
        spec = BleuSpec(reference=tuple(REFERENCE.split()), translation=tuple(TRANSLATION.split()))
        return View(results.bleu(spec), str(error))


def _sentence(name: str, default: str, key: str) -> str:
    with named(name):
        typed: str = control(
            st.text_input,
            name,
            default,
            key=key,
            label_visibility="collapsed",
            width=frame.px(220),
        )
    return typed


def answer(view: View) -> str:
    """Return the section of the prose that is true for this pair of sentences."""
    if not view.spec.translation:
        return "empty"
    if view.result.score("paper") == 1:
        return "equal"
    if all(order.matched for order in view.result.orders):
        return "score"
    return "zero"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    orders = view.result.orders
    missing = next((o.n for o in orders if not o.matched), 0)
    return {
        "n": str(view.spec.max_order),
        "matched": str(orders[0].matched),
        "words": str(len(view.spec.translation)),
        "missing": _("word")
        if missing == 1
        else _("run of {missing} words").format(missing=missing),
        "score": digits(view.result.score("paper"), 3),
        "penalty": digits(view.result.brevity_penalty, 3),
        "exp": digits(view.result.score("exp"), 3),
        "d2l": digits(view.result.score("d2l"), 3),
    }


def draw_ngrams(view: View) -> None:
    """Draw every n-gram of the translation under its words."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _("The translation, and all its n-grams. Reference: **{reference}**").format(
                reference=words.plain(" ".join(view.spec.reference))
            )
        )
        if view.spec.translation:
            chart = kept(figures.ngrams, view.result, view.spec.max_order, **figure_look())
            show(chart, "ngrams", wide=len(view.spec.translation) > 8)
        st.caption(
            _(":green[■] counts   ▨ said more often than in the reference   ▫ not in the reference")
        )


def draw_product(view: View) -> None:
    """Draw the product that makes the score, line by line."""
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(view),
            key="product",
            title=_("BLEU as in the paper"),
            note=_("BP · (p₁ · … · pₙ)^(1/n)"),
            badge=lesson.badge(view.result.provenance),
            terms=words.glossary(),
        )


def _lines(view: View) -> list[Line]:
    result = view.result
    lines = [
        Line(
            label=f"p{'₁₂₃₄'[o.n - 1]}",
            value=f"{o.matched}/{o.total}" if o.total else _("no n-gram of this length"),
            note=f"= {digits(o.precision, 4)}" if o.total else _("taken as 0"),
            role="plain" if o.matched else "warning",
            term="n-gram precision" if o.n == 1 else "",
        )
        for o in result.orders
    ]
    r, c = len(view.spec.reference), len(view.spec.translation)
    lines.append(
        Line(
            label="BP",
            value=digits(result.brevity_penalty, 4),
            note=f"exp(1 − {r}/{c})" if 0 < c < r else _("not shorter than the reference"),
            term="brevity penalty",
        )
    )
    mean = math.prod(o.precision for o in result.orders) ** (1 / len(result.orders))
    return [
        *lines,
        Line(label=_("geometric mean of all p"), value=digits(mean, 4)),
        Line(label="BLEU", value=digits(result.score("paper"), 4), role="chosen", rule=True),
    ]


def draw_conventions(view: View) -> None:
    """Draw the score of the same two sentences under seven conventions."""
    rows = [
        (
            _(NAMES[c.key]).format(n=view.spec.max_order),
            [(digits(c.score, 4), _(WAYS[c.key]))],
        )
        for c in view.result.conventions
    ]
    sheet(
        (_("score, and what is different"),),
        rows,
        key="conventions",
        title=_("Seven numbers for the same sentence"),
        badge=lesson.badge(view.result.provenance),
    )


def draw_worth(view: View) -> None:
    """Draw what halving one p_n costs under both choices of exponents."""
    with st.container(border=True):
        show(kept(figures.worth, view.result, **figure_look()), "worth")


def code(view: View) -> str:
    """Return a script that counts the same n-grams and prints the same scores."""
    return take_away.filled(
        "sequence/bleu",
        reference=repr(" ".join(view.spec.reference)),
        translation=repr(" ".join(view.spec.translation)),
        most=view.spec.max_order,
    )


def table(view: View) -> str:
    """Return all n-grams as CSV, one a row."""
    rows = [
        [o.n, " ".join(g.words), g.start, g.in_translation, g.in_reference, int(g.matched)]
        for o in view.result.orders
        for g in o.ngrams
    ]
    head = ("n", "n-gram", "start", "in translation", "in reference", "counts")
    return take_away.csv_text(head, rows)
