"""The lesson on scores and masks: its choices, controls, answer and the line of words."""

from dataclasses import dataclass, replace
from typing import Any, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.digits import digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models import vocabulary
from viz_models.records import (
    AttendSpec,
    AttentionPart,
    AttentionStages,
    MaskKind,
    MaskSpec,
    Pair,
    TextAttention,
    TextModel,
)
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.tiles import flips
from viz_models.ui.kit import lesson, state, words
from viz_models.ui.kit.controls import chips, control, select
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.attention import scores as results

EXAMPLES = (
    "i love cats",
    "the black cat sleeps",
    "she does not see the dog",
    "the big dog eats a red apple",
)
BESIDE = ("she does not see the dog", "the black cat sleeps")  # what shares the batch
PARTS: dict[str, str] = {"encoder": N_("encoder"), "decoder": N_("decoder"), "cross": N_("cross")}
NETWORKS: dict[str, TextModel] = {
    N_("translator"): "translate",
    N_("translator, 2 K/V heads"): "translate_kv2",
    N_("translator, 1 K/V head"): "translate_kv1",
    N_("language model"): "language",
}
FILLS: dict[str, str] = {"-inf": "−∞", "0": "0", "after": N_("0 after")}
MASKS: dict[MaskKind, str] = {
    "causal": N_("causal"),
    "padding": N_("padding"),
    "window": N_("window {n}"),
    "prefix": N_("prefix {n}"),
    "painted": N_("painted"),
}
FIRST_CELL = (2, 0)
FIRST_HEAD = (0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    spec: AttendSpec
    stages: AttentionStages
    text: TextAttention
    cell: Pair  # query and key of the score that is opened

    @property
    def mask(self) -> MaskSpec:
        """The mask of the spec: which scores it hides, and how."""
        return self.spec.mask or MaskSpec()

    @property
    def query(self) -> str:
        """The label of the chosen row."""
        return token_labels(self.stages.queries)[self.cell[0]]

    @property
    def key(self) -> str:
        """The label of the chosen column."""
        return token_labels(self.stages.keys)[self.cell[1]]


def first_cell(stages: AttentionStages) -> Pair:
    """Return the score with which the lesson opens: a query and a key."""
    queries, keys = stages.scores.shape
    return min(FIRST_CELL[0], queries - 1), min(FIRST_CELL[1], keys - 1)


def chosen_pair(param: str, limits: Pair, default: Pair) -> Pair:
    """Return the two numbers that the link holds; the default where one is beyond its limit."""

    def parse(text: str) -> Pair | None:
        parts = text.split(",")
        if len(parts) != 2 or not all(p.isascii() and p.isdigit() for p in parts):
            return None
        first, second = map(int, parts)
        return (first, second) if first < limits[0] and second < limits[1] else None

    return parse(state.choice(param, "", lambda t: parse(t) is not None)) or default


def controls() -> View:
    """Draw the controls: the sentence, which attention, and its mask."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        text = sentence(_("Sentence"), EXAMPLES[0], key="text", width=150)
        network, beside, sizes = _more()
        parts = {"decoder": N_("decoder")} if network == "language" else PARTS
        part: Any = chips(_("Whose Q, whose K and V"), parts, key="part", default="decoder")
        mask = _mask(part, *sizes)
        fill: Any = chips(_("Masked score"), FILLS, key="fill", default="-inf", show=_("masked to"))
        unknown = vocabulary.tokenize(text).unknown
        if unknown:
            draw_vocabulary(unknown)
    layer, head = chosen_pair("head", (2, 4), FIRST_HEAD)
    spec = AttendSpec(
        text=text,
        model=network,
        part=part,
        layer=layer,
        head=head,
        mask=replace(mask, fill=fill),
        batch=BESIDE if beside else (),
    )
    stages = results.stages(spec)
    cell = chosen_pair("cell", stages.scores.shape, first_cell(stages))
    return View(spec, stages, results.text(spec), cell)


def _more() -> tuple[TextModel, bool, Pair]:
    """Draw what is rarely changed: examples, the network, the batch, the sizes of masks."""
    with st.popover(_("More"), width="content"):
        for example in EXAMPLES:
            st.button(example, key=f"try_{example}", on_click=_type, args=(example,))
        known = ", ".join(vocabulary.ENGLISH[len(vocabulary.SPECIAL) :])
        st.caption(_("The network knows these words: {known}.").format(known=known))
        network = select(_("Network"), NETWORKS, "network", 220)
        beside = control(st.toggle, _("pad to the longest of 3 sentences"), True, key="batch")
        window = control(st.slider, _("window: keys at most this far away"), 0, 16, 3, key="window")
        prefix = control(st.slider, _("prefix: first keys that all see"), 0, 16, 2, key="prefix")
    return network, beside, (window, prefix)


def _type(example: str) -> None:
    """Put an example into the field, and drop what was chosen for the sentence before."""
    st.session_state["text"] = example
    for choice in ("cell", "head", "painted"):
        state.choose(choice, "")


def _mask(part: AttentionPart, window: int, prefix: int) -> MaskSpec:
    """Draw the chips of this kind of attention; they open on the mask that the network has."""
    own: list[MaskKind] = ["causal", "padding"] if part == "decoder" else ["padding"]
    sizes = {"window": window, "prefix": prefix}
    kinds: list[MaskKind] = control(
        st.pills,
        _("Mask"),
        list(MASKS),
        selection_mode="multi",
        default=[*own, "painted"],
        format_func=lambda kind: _(MASKS[kind]).format(n=sizes.get(kind)),
        label_visibility="collapsed",
        key="mask" if part == "decoder" else f"{part}_mask",
    )
    painted = flips(state.choice("painted", "", lambda t: flips(t) is not None)) or ()
    chosen = tuple(k for k in get_args(MaskKind) if k in kinds)
    return MaskSpec(kinds=chosen, painted=painted, window=window, prefix=prefix)


def draw_answer(where: DeltaGenerator, view: View, text: dict[str, str]) -> None:
    """Draw the answer: what the chosen row may not see, and what three ways to hide it do."""
    query, key = view.cell
    hidden = int((~view.stages.allowed[query]).sum())
    facts = {
        "query": words.plain(view.query),
        "key": words.plain(view.key),
        "score": digits(float(view.stages.scores[query, key]), 3),
        "hidden": _("{n} of {of}").format(n=hidden, of=len(view.stages.keys)),
    }
    if hidden == len(view.stages.keys):
        section = "Empty row"
        facts["hidden"] = str(hidden)
    elif hidden == 0:
        section = "Nothing hidden"
    else:
        section = "Hidden"
        infinite, zero, after = results.three_ways(view.spec, query)
        facts |= {"leak": percent(zero.leak), "short": f"{after.total:.2f}"}
        facts |= {"whole": f"{infinite.total:.2f}"}
    lesson.say(where, text[section].format(**facts))


def draw_foot(view: View) -> None:
    """Draw the words that the decoder has read; at each of them it writes the next one."""
    if view.spec.part == "encoder":
        return
    row, column = view.cell
    labels = token_labels(view.stages.queries)

    def follow() -> None:
        state.choose("cell", f"{position(labels)},{column}")

    said = [
        _("writes {word}, p = {p:.3f}").format(word=word, p=p)
        for word, p in zip(view.text.written, view.text.probabilities, strict=True)
    ]
    lead = f"{view.spec.text} →"
    scrubber(labels, key="foot", lead=lead, said=said, at=row, on_change=follow)
