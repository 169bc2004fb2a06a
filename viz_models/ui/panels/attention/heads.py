"""The lesson on heads: the weights of all heads, and a switch for each."""

import re
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.attention import heads as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import (
    AttentionPart,
    Head,
    HeadCost,
    HeadsResult,
    HeadsSpec,
    Line,
)
from viz_models.ui.instruments.heads import Part, heads
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, state, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.attention import heads as results

TEXT = "we do not find the mouse"
EXAMPLES = (
    TEXT,
    "i love cats",
    "the black cat sleeps",
    "he does not always have the bird",
)
PARTS: dict[AttentionPart, str] = {
    "encoder": N_("encoder self-attention"),
    "decoder": N_("decoder self-attention, masked"),
    "cross": N_("cross-attention"),
}
NAMES: dict[AttentionPart, str] = {
    "encoder": N_("encoder"),
    "decoder": N_("decoder"),
    "cross": N_("cross-attention"),
}
HEIGHT = 260  # px, of the enlarged matrix
_HEAD = re.compile(r"(encoder|decoder|cross)\.([01])\.([0-3])")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    result: HeadsResult
    chosen: Head  # the one that is enlarged
    fallback: Head  # the one that is enlarged when nothing was chosen
    query: int  # the row that is marked at first

    @property
    def off(self) -> tuple[Head, ...]:
        """The heads that are switched off."""
        return self.result.spec.off


def controls() -> View:
    """Draw the sentence and the buttons; the instrument itself switches and enlarges heads."""
    with control_row():
        text = sentence(_("Sentence"), TEXT, key="text", width=300)
        with st.popover(_("Examples"), width="content"):
            for example in EXAMPLES:
                st.button(example, key=f"try_{example}", on_click=_type, args=(example,))
        off = parse(state.choice("off", "", lambda t: parse(t) is not None)) or ()
        result = results.heads(HeadsSpec(text=text, off=off))
        draw_vocabulary(result.unknown)
        st.button(_("One head in each attention"), on_click=_keep_one, key="keep_one")
    fallback = costliest(result)
    name = state.choice("head", "", lambda t: len(parse(t) or ()) == 1)
    query = int(state.choice("query", "1", str.isdecimal)[:3])
    return View(result, (parse(name) or (fallback,))[0], fallback, query)


def _type(example: str) -> None:
    """Put an example into the field."""
    st.session_state["text"] = example


def _keep_one() -> None:
    """Switch off all but the first head of every attention."""
    closed = [(part, layer, head) for part in PARTS for layer in (0, 1) for head in (1, 2, 3)]
    state.choose("off", ",".join(sorted(map(name_of, closed))))


def name_of(head: Head) -> str:
    """Return a head as links write it: "cross.0.2"."""
    return ".".join(map(str, head))


def said(head: Head) -> str:
    """Return a head as sentences name it."""
    part, layer, number = head
    return _("{name}, layer {layer}, head {number}").format(
        name=_(NAMES[part]), layer=layer, number=number
    )


def parse(text: str) -> tuple[Head, ...] | None:
    """Return the heads that a link lists; None where it lists something else."""
    found: list[Head] = []
    for name in text.split(",") if text else ():
        match = _HEAD.fullmatch(name)
        if match is None:
            return None
        part: AttentionPart = match[1]  # type: ignore[assignment]
        found.append((part, int(match[2]), int(match[3])))
    return tuple(sorted(set(found)))


def costliest(result: HeadsResult) -> Head:
    """Return the head without which the translation loses most."""
    return max(result.alone, key=lambda cost: cost.loss).off[0]


def changed(result: HeadsResult, cost: HeadCost) -> bool:
    """Return whether the network writes another sentence without these heads."""
    return cost.translation != result.full.translation


def french(tokens: tuple[str, ...]) -> str:
    """Return French tokens as a sentence; no space follows an apostrophe."""
    return " ".join(tokens).replace("' ", "'") or _("(nothing)")


def answer_section(view: View) -> tuple[str, dict[str, str]]:
    """Return which sentence answers, and what it may name."""
    result = view.result
    cost = result.cost(view.fallback)
    facts = {
        "heads": str(len(result.alone)),
        "changing": str(sum(changed(result, c) for c in result.alone)),
        "full": _plain(result.full.translation),
        "head": said(view.fallback),
        "p": digits(cost.probability, 2),
        "before": digits(result.full.probability, 4),
        "now": _plain(result.now.translation),
        "p_now": digits(result.now.probability, 2),
        "off": str(len(view.off)),
    }
    return ("Some off" if view.off else "All on"), facts


def _plain(tokens: tuple[str, ...]) -> str:
    return words.plain(french(tokens))


def draw_stage(view: View) -> None:
    """Draw all heads as small maps, and one of them large."""
    with st.container(border=True, height="stretch"):
        heads(
            [_part(view.result, part) for part in PARTS],
            key="all_heads",
            chosen=name_of(view.chosen),
            fallback=name_of(view.fallback),
            off=[name_of(head) for head in view.off],
            query=view.query,
            lut=luts(dark=is_dark())["sequential"],
            note=_(
                "Below each head: the probability of the full network's translation when only "
                "that head is off. Red: the network then writes another sentence. Hatched: off."
            ),
            height=HEIGHT,
            on_head=state.listen("all_heads", "head", "head"),
            on_off=state.listen("all_heads", "off", "off"),
        )


def _part(result: HeadsResult, part: AttentionPart) -> Part:
    weights = result.weights(part)
    layers, many = weights.shape[:2]
    costs = [[result.cost((part, i, j)) for j in range(many)] for i in range(layers)]
    return Part(
        key=part,
        title=_(PARTS[part]),
        queries=token_labels(result.source if part == "encoder" else result.target),
        keys=token_labels(result.target if part == "decoder" else result.source),
        weights=weights,
        captions=[[_short(c.probability) for c in row] for row in costs],
        warned=[[changed(result, c) for c in row] for row in costs],
        causal=part == "decoder",
    )


def _short(probability: float) -> str:
    return f"{probability:.3f}" if probability >= 0.0005 else f"{probability:.0e}".replace("-", "−")


def draw_written(view: View) -> None:
    """Draw the sentence, its probability and its loss: with all heads, and as switched."""
    result = view.result
    if view.off:
        title, cost = (
            _("{count} of {count_2} heads off").format(
                count=len(view.off), count_2=len(result.alone)
            ),
            result.now,
        )
    else:
        title, cost = _("Without {said}").format(said=said(view.chosen)), result.cost(view.chosen)
    with st.container(border=True):
        ledger(
            [
                *_cost(result.full, _("With all heads"), _("these words")),
                *_cost(cost, title, _("the words above")),
                _checked(result),
            ],
            key="written",
            title=_("What is written"),
            badge=lesson.badge(result.provenance),
        )


def _cost(cost: HeadCost, name: str, whose: str) -> list[Line]:
    switched = bool(cost.off)
    return [
        Line(label=name, role="muted", rule=switched),
        Line(label=f"“{french(cost.translation)}”"),
        Line(
            label=_("probability of {whose}").format(whose=whose),
            value=digits(cost.probability, 4),
            role="chosen" if switched else "plain",
        ),
        Line(label=_("their loss, nats per word"), value=digits(cost.loss, 3)),
    ]


def _checked(result: HeadsResult) -> Line:
    off = result.max_difference
    text = _("exactly") if off == 0 else _("to {difference}").format(difference=digits(off, 2))
    return Line(
        label=_("equals W_O without the head's columns {text}").format(text=text),
        role="checked",
        rule=True,
    )


def draw_over_sentences(view: View, text: str) -> None:
    """Draw what each head is worth over held-out sentences, and how many are right now."""
    known = results.recorded()
    with st.container(border=True):
        show(kept(figures.exact_without, known, view.chosen, **figure_look()), "exact")
        with st.spinner(
            _("Translating {sentences} sentences without these heads").format(
                sentences=known.sentences
            )
        ):
            cost = results.over_sentences(view.off)
        st.caption(
            _("{badge} · {sentences} held-out sentences · ").format(
                badge=lesson.badge(known.provenance), sentences=known.sentences
            )
            + text.format(exact=cost.exact, sentences=known.sentences, loss=digits(cost.loss, 3))
        )


def code(view: View) -> str:
    """Return a script that switches heads off in torch's own layer."""
    return take_away.filled("attention/heads", heads=4, width=64)


def table(view: View) -> str:
    """Return a table with what each head costs on this sentence and on the held-out ones."""
    both = zip(view.result.alone, results.recorded().alone, strict=True)
    rows = (
        [*a.off[0], a.probability, a.loss, french(a.translation), o.exact, o.loss] for a, o in both
    )
    names = ("part", "layer", "head", "probability", "loss", "translation")
    return take_away.csv_text((*names, "exact_of_held_out", "loss_of_held_out"), rows)
