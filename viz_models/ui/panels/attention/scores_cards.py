"""The cards of the lesson on scores: all heads, one score in full, a row that sees nothing."""

import math
from pprint import pformat

import numpy as np
import streamlit as st

from viz_models.digits import digits, enough, operand, shape
from viz_models.figures.attention import scores as figures
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.records import AttentionPart, Block, Line, MaskedCall, Score
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame, lesson, state, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.layers import help_on
from viz_models.ui.panels.attention.scores import FIRST_HEAD, View
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.results.attention import scores as results

HEADS = PAGES / "attention/heads.py"
KINDS: dict[AttentionPart, str] = {
    "encoder": N_("encoder"),
    "decoder": N_("decoder, masked"),
    "cross": N_("cross-attention"),
}
BELOW = 480  # px, of what is drawn once it is in sight
ROWS = 220  # px, of a row of stages


def draw_cards(view: View, text: dict[str, str]) -> None:
    """Draw all heads of this kind, one score in full, and a row that may look at nothing."""
    left, middle, right = st.columns([3.5, 4.9, 4.1], gap="xsmall")
    with left.container(border=True, height="stretch", gap="xsmall"):
        draw_heads(view, text)
    with middle.container(border=True, height="stretch", gap="xsmall"):
        draw_score(view)
    with right.container(border=True, height="stretch", gap="xsmall"):
        draw_empty_row(text)


def draw_heads(view: View, text: dict[str, str]) -> None:
    """Draw the weights of every head of this kind of attention; a click opens one."""
    weights = results.head_weights(view.spec)
    layers, many = weights.shape[:2]
    grid = Tiles(
        name=_("heads"),
        values=weights.reshape(-1, *weights.shape[2:]),
        grid=(layers, many),
        limits=(0.0, 1.0),
        hatched=~view.stages.allowed,
        row_labels=tuple(_("layer {n}").format(n=i) for i in range(layers)),
        column_labels=tuple(_("head {n}").format(n=i) for i in range(many)),
        follows=(0, 1),
        pick="cell",
        bar=True,
    )
    start = (view.spec.layer, view.spec.head)
    ledger(
        [],
        key="heads_title",
        title=_("All {layers} heads").format(layers=layers * many),
        note=_(KINDS[view.spec.part]),
    )
    tiles(
        [grid],
        key="heads",
        luts=luts(is_dark()),
        start=start,
        default=FIRST_HEAD,
        param="head",
        on_change=state.listen("heads", "cell", "head"),
    )
    st.caption(text["All heads"], help=help_on("layer and head", "row"))
    frame.page_link(HEADS, label=_("What do several heads buy?"), icon=":material/arrow_forward:")


def draw_score(view: View) -> None:
    """Draw the products that add up to the chosen score, and its share of the softmax."""
    query, key = view.cell
    found = results.score(view.spec, query, key)
    where = _("layer {layer}, head {head} · query {query} · key {key}").format(
        layer=view.spec.layer, head=view.spec.head, query=view.query, key=view.key
    )
    ledger([], key="score_title", title=_("One score, step by step"), note=where)
    figure = kept(
        figures.running_sum,
        found,
        view.stages.q[query].tolist(),
        view.stages.k[key].tolist(),
        significant=total_digits(found),
        **figure_look(),
    )
    show(figure, "running_sum")
    ledger(
        _lines(found),
        key="score",
        badge=lesson.badge(view.stages.provenance),
        terms=words.glossary(),
    )


def total_digits(found: Score) -> int:
    """Return how many digits of the sum are shown: enough that dividing it gives what is shown."""
    return enough(lambda total: total / found.root, found.total)


def _lines(found: Score) -> list[Line]:
    total = digits(found.total, total_digits(found))
    return [
        Line(
            label=f"{total} ÷ √{found.products.size}",
            value=digits(found.total / found.root, 3),
            note=_("sum of the products, scaled"),
        ),
        Line(label=_share(found), value=_weight(found.weight), role="chosen"),
        beside_torch(found.torch_value, found.difference, agrees=found.agrees),
    ]


def _share(found: Score) -> str:
    """Return the softmax of this score as an equation whose digits give the weight."""
    if np.isnan(found.weight):
        return _("e^−∞ ÷ 0: no key is left to share the weight")
    significant = enough(lambda x, whole: math.exp(x) / whole, found.entered, found.denominator)
    power = operand(found.entered, significant)
    share = _("e^{power} ÷ {denominator}, the row's sum").format(
        power=power, denominator=digits(found.denominator, significant)
    )
    if found.allowed:
        return share
    after = found.weight == 0 and np.isfinite(found.entered)
    return (
        _("{share}, × 0 after the softmax").format(share=share)
        if after
        else _("{share}; the mask hides this key").format(share=share)
    )


def _weight(weight: float) -> str:
    return "NaN" if np.isnan(weight) else digits(weight, 3)


def draw_empty_row(text: dict[str, str]) -> None:
    """Draw what four calls return for a query without keys, and what True means to each."""
    ledger(
        [_call(c) for c in results.empty_row()],
        key="empty_row",
        title=_("A row with everything masked"),
        note=_("measured now"),
    )
    ledger(
        [_convention(c) for c in results.conventions()],
        key="conventions",
        title=_("[True, False, False]"),
        note=_("as a mask: which keys are seen?"),
    )
    st.caption(text["A row with everything masked"])


def _call(call: MaskedCall) -> Line:
    return Line(
        label=call.call, value=_(call.output), role="warning" if call.output == "NaN" else "plain"
    )


def _convention(call: MaskedCall) -> Line:
    return Line(label=call.call, value=numbered(call.weights))


def draw_block(view: View, text: dict[str, str]) -> None:
    """Draw the layer around the attention, from its input to an output of the same shape."""
    st.subheader(_("After the heads"))
    if not in_sight("block_seen", height=BELOW):
        return
    block = results.block(view.spec)
    first, last = block.stages[0].values.shape, block.stages[-1].values.shape
    worst = max(stage.difference for stage in block.stages)
    st.markdown(
        text["After the heads"].format(first=shape(first), last=shape(last), worst=digits(worst, 2))
    )
    for at in range(0, len(block.stages), 5):
        groups = [
            _stage(block, i, first=i == at) for i in range(at, min(at + 5, len(block.stages)))
        ]
        tiles(groups, key=f"block_{at}", luts=luts(is_dark()), height=ROWS)


def _stage(block: Block, i: int, *, first: bool) -> Tiles:
    """Return one stage of the layer; the first of a row of pictures carries the labels."""
    found, labels = block.stages[i], token_labels(block.tokens)
    return Tiles(
        name=_("block {i}").format(i=i),
        values=found.values[None],
        title=_(found.name),
        note=_checked(found.torch_call, found.difference),
        scheme="diverging",
        row_labels=labels if first else (),
        row_names=labels,
        axes=(_("token"), _("feature")),
        stretch=True,
        bar=True,
    )


def _checked(call: str, difference: float) -> str:
    if not call:
        return _("what the layer reads")
    if difference == 0:
        return _("{call}: equal").format(call=call)
    return _("{call}: differs by {difference}").format(call=call, difference=digits(difference, 1))


def draw_batch(view: View, text: dict[str, str]) -> None:
    """Draw the sentences that were read together, and where they are padded."""
    if not view.spec.batch:
        return
    st.subheader(_("The batch"))
    found = results.batch(view.spec)
    longest = len(found.tokens[0])
    st.markdown(text["The batch"].format(longest=longest))
    real = np.arange(longest)[None] < np.array(found.lengths)[:, None]
    rows = [(str(i), [(token, "") for token in row]) for i, row in enumerate(found.tokens)]
    sheet([str(j) for j in range(longest)], rows, key="batch_tokens")
    st.caption(
        _("The padding mask hides {sum} of {size} positions.").format(
            sum=int((~real).sum()), size=real.size
        )
    )


def table(view: View) -> str:
    """Return a table with a row for each score: raw, scaled, whether it is seen, its weight."""
    found = view.stages
    rows = (
        [query, key, float(found.scores[i, j]), float(found.scaled[i, j]),
         bool(found.allowed[i, j]), float(found.weights[i, j])]
        for i, query in enumerate(found.queries)
        for j, key in enumerate(found.keys)
    )  # fmt: skip
    return take_away.csv_text(("query", "key", "score", "scaled", "allowed", "weight"), rows)


def code(view: View) -> str:
    """Return a script that holds this head's Q, K, V and mask and prints the same weights."""
    found, query = view.stages, view.cell[0]
    blanks = {name: _literal(getattr(found, name)) for name in ("q", "k", "v")}
    return take_away.filled(
        "attention/scores",
        **blanks,
        queries=list(found.queries),
        keys=list(found.keys),
        allowed=pformat(found.allowed.tolist(), width=100, compact=True),
        fill=view.mask.fill,
        query=query,
    )


def _literal(values: np.ndarray) -> str:
    """Return the numbers as text that gives back the same float32."""
    rows = [[float(str(v)) for v in row] for row in values]
    return pformat(rows, width=100, compact=True)
