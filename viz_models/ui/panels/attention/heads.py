"""What several heads buy: all of them to look at, each with a switch."""

import re
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.attention import heads as figures
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
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.controls import control_row
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention import sentence as attend_sentence
from viz_models.ui.results.attention import heads as results

TEXT = "we do not find the mouse"
EXAMPLES = (TEXT, "i love cats", "the black cat sleeps", "he does not always have the bird")
PARTS: dict[AttentionPart, str] = {
    "encoder": "encoder self-attention",
    "decoder": "decoder self-attention, masked",
    "cross": "cross-attention",
}
HEIGHT = 260  # px, of the enlarged matrix
_HEAD = re.compile(r"(encoder|decoder|cross)\.([01])\.([0-3])")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the lesson looks at."""

    result: HeadsResult
    chosen: Head
    fallback: Head

    @property
    def off(self) -> tuple[Head, ...]:
        """Heads that are switched off."""
        return self.result.spec.off


def controls() -> View:
    """The sentence; which heads are off and which one is large, the instrument knows."""
    with control_row():
        text = attend_sentence.sentence("Sentence", TEXT, key="text", width=300)
        with st.popover("Examples", width="content"):
            for example in EXAMPLES:
                st.button(example, key=f"try_{example}", on_click=_type, args=(example,))
        off = parse(state.choice("off", "", lambda t: parse(t) is not None)) or ()
        result = results.heads(HeadsSpec(text=text, off=off))
        attend_sentence.unknown(result.unknown)
        st.button("One head in each attention", on_click=_keep_one, key="keep_one")
    fallback = costliest(result)
    name = state.choice("head", "", lambda t: len(parse(t) or ()) == 1)
    return View(result, (parse(name) or (fallback,))[0], fallback)


def _type(example: str) -> None:
    st.session_state["text"] = example


def _keep_one() -> None:
    """Switch off all but the first head of every attention."""
    closed = [(part, layer, head) for part in PARTS for layer in (0, 1) for head in (1, 2, 3)]
    state.choose("off", ",".join(sorted(map(name_of, closed))))


def name_of(head: Head) -> str:
    """A head as the address says it: "cross.0.2"."""
    return ".".join(map(str, head))


def said(head: Head) -> str:
    """A head as a sentence says it."""
    part, layer, number = head
    return f"{part}, layer {layer}, head {number}"


def parse(text: str) -> tuple[Head, ...] | None:
    """Heads as the address lists them; None where it says something else."""
    found: list[Head] = []
    for name in text.split(",") if text else ():
        match = _HEAD.fullmatch(name)
        if match is None:
            return None
        part: AttentionPart = match[1]  # type: ignore[assignment]
        found.append((part, int(match[2]), int(match[3])))
    return tuple(sorted(set(found)))


def costliest(result: HeadsResult) -> Head:
    """The head without which the translation loses most."""
    return max(result.alone, key=lambda cost: cost.loss).off[0]


def changed(result: HeadsResult, cost: HeadCost) -> bool:
    """Whether another sentence comes out."""
    return cost.translation != result.full.translation


def sentence(tokens: tuple[str, ...]) -> str:
    """French tokens as a sentence; what was elided stands close."""
    return " ".join(tokens).replace("' ", "'") or "(nothing)"


def answer_section(view: View) -> tuple[str, dict[str, str]]:
    """Which sentence answers, and what it may name."""
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
    return words.plain(sentence(tokens))


def stage(view: View) -> None:
    """All heads as small maps, and one of them large."""
    with st.container(border=True, height="stretch"):
        heads(
            [_part(view.result, part) for part in PARTS],
            key="all_heads",
            chosen=name_of(view.chosen),
            fallback=name_of(view.fallback),
            off=[name_of(head) for head in view.off],
            query=_first_query(view),
            lut=luts(dark=is_dark())["sequential"],
            note="Below each head: probability of the full network's translation with that head "
            "alone switched off; red: another sentence comes out. Hatched: off.",
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
        title=PARTS[part],
        queries=labels(result.source if part == "encoder" else result.target),
        keys=labels(result.target if part == "decoder" else result.source),
        weights=weights,
        captions=[[_short(c.probability) for c in row] for row in costs],
        warned=[[changed(result, c) for c in row] for row in costs],
        causal=part == "decoder",
    )


def labels(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Tokens as they are shown: the start as an arrow."""
    return tuple({"<bos>": "→", "<eos>": "eos"}.get(token, token) for token in tokens)


def _short(probability: float) -> str:
    return f"{probability:.3f}" if probability >= 0.0005 else f"{probability:.0e}".replace("-", "−")


def _first_query(view: View) -> int:
    """The address's row, else that of the first content word."""
    text = state.choice("query", "1", str.isdecimal)
    return int(text[:3])


def written(view: View) -> None:
    """The sentence that comes out, its probability and its loss: all heads, and now."""
    result = view.result
    if view.off:
        title, cost = f"{len(view.off)} of {len(result.alone)} heads off", result.now
    else:
        title, cost = f"Without {said(view.chosen)}", result.cost(view.chosen)
    with st.container(border=True):
        ledger(
            [
                *_cost(result.full, "With all heads", "these words"),
                *_cost(cost, title, "the words above"),
                _checked(result),
            ],
            key="written",
            title="What is written",
            badge=lesson.badge(result.provenance),
        )


def _cost(cost: HeadCost, name: str, whose: str) -> list[Line]:
    switched = bool(cost.off)
    return [
        Line(label=name, role="muted", rule=switched),
        Line(label=f"“{sentence(cost.translation)}”"),
        Line(
            label=f"probability of {whose}",
            value=digits(cost.probability, 4),
            role="chosen" if switched else "plain",
        ),
        Line(label="their loss, nats a word", value=digits(cost.loss, 3)),
    ]


def _checked(result: HeadsResult) -> Line:
    off = result.max_difference
    text = "exactly" if off == 0 else f"to {digits(off, 2)}"
    return Line(label=f"equals W_O without the head's columns {text}", role="checked", rule=True)


def over_sentences(view: View, text: str) -> None:
    """What each head is worth over held-out sentences, and what is left of them now."""
    known = results.recorded()
    with st.container(border=True):
        show(figures.exact_without(known, view.chosen, **figure_look()), "exact")
        with st.spinner(f"{known.sentences} sentences without these heads"):
            cost = results.over_sentences(view.off)
        st.caption(
            f"{lesson.badge(known.provenance)} · {known.sentences} held-out sentences · "
            + text.format(exact=cost.exact, sentences=known.sentences, loss=digits(cost.loss, 3))
        )


def code(view: View) -> str:
    """A script that switches heads off in torch's own layer."""
    return take_away.filled("attention/heads", heads=4, width=64)


def table(view: View) -> str:
    """What each head costs on this sentence and over the held-out ones."""
    both = zip(view.result.alone, results.recorded().alone, strict=True)
    rows = (
        [*a.off[0], a.probability, a.loss, sentence(a.translation), o.exact, o.loss]
        for a, o in both
    )
    names = ("part", "layer", "head", "probability", "loss", "translation")
    return take_away.csv_text((*names, "exact_of_held_out", "loss_of_held_out"), rows)
