"""The cards of the lesson on scores: all heads, one score exactly, a row with nothing to see."""

from pprint import pformat

import numpy as np
import streamlit as st

from viz_models.digits import digits, operand, shape
from viz_models.figures.attention import scores as figures
from viz_models.places import PAGES
from viz_models.records import Line, MaskedCall, Score
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, state, take_away, words
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.scores import FIRST_HEAD, View, shown
from viz_models.ui.results.attention import scores as results

HEADS = PAGES / "attention/heads.py"
BELOW = 480  # px, of what is drawn once it is in sight
ROWS = 220  # px, of a row of stages


def cards(view: View, text: dict[str, str]) -> None:
    """All heads of this kind, one score, and the row that may look at nothing."""
    left, middle, right = st.columns([3.5, 4.9, 4.1], gap="xsmall")
    with left.container(border=True, height="stretch", gap="xsmall"):
        heads(view, text)
    with middle.container(border=True, height="stretch", gap="xsmall"):
        one_score(view)
    with right.container(border=True, height="stretch", gap="xsmall"):
        nothing_left(text)


def heads(view: View, text: dict[str, str]) -> None:
    """The weights of every head of this kind of attention; a click opens one."""
    weights = results.head_weights(view.spec)
    layers, many = weights.shape[:2]
    names = {"encoder": "encoder", "decoder": "decoder, masked", "cross": "cross-attention"}
    grid = Tiles(
        name="heads",
        values=weights.reshape(-1, *weights.shape[2:]),
        grid=(layers, many),
        limits=(0.0, 1.0),
        hatched=~view.stages.allowed,
        row_labels=tuple(f"layer {i}" for i in range(layers)),
        column_labels=tuple(f"head {i}" for i in range(many)),
        follows=(0, 1),
        pick="cell",
        bar=True,
    )
    start = (view.spec.layer, view.spec.head)
    ledger([], key="heads_title", title=f"All {layers * many} heads", note=names[view.spec.part])
    tiles(
        [grid],
        key="heads",
        luts=luts(is_dark()),
        start=start,
        default=FIRST_HEAD,
        param="head",
        on_change=state.listen("heads", "cell", "head"),
    )
    st.caption(text["All heads"])
    st.page_link(HEADS, label="What do several heads buy?", icon=":material/arrow_forward:")


def one_score(view: View) -> None:
    """The products that add up to the chosen score, and what the softmax makes of it."""
    query, key = view.cell()
    found = results.score(view.spec, query, key)
    names = view.names()
    where = f"layer {view.spec.layer}, head {view.spec.head} · query {names[0]} · key {names[1]}"
    ledger([], key="score_title", title="One score, exactly", note=where)
    figure = figures.running_sum(
        found, view.stages.q[query].tolist(), view.stages.k[key].tolist(), **figure_look()
    )
    show(figure, "running_sum")
    ledger(
        _lines(found),
        key="score",
        badge=lesson.badge(view.stages.provenance),
        terms=words.glossary(),
    )


def _lines(found: Score) -> list[Line]:
    scaled = found.total / found.root
    return [
        Line(
            label=f"{digits(found.total, 4)} ÷ √{found.products.size}",
            value=digits(scaled, 3),
            note="sum of the products, scaled",
        ),
        Line(label=_share(found), value=_weight(found.weight), role="chosen"),
        beside_torch(found.torch_value, found.difference, agrees=found.agrees),
    ]


def _share(found: Score) -> str:
    if np.isnan(found.weight):
        return "e^−∞ ÷ 0: nothing is left to share"
    share = f"e^{operand(round(found.entered, 3))} ÷ {digits(found.denominator, 3)}"
    hidden = "" if found.allowed else ", a key it may not see"
    return f"{share}, the row's sum{hidden}"


def _weight(weight: float) -> str:
    return "NaN" if np.isnan(weight) else digits(weight, 3)


def nothing_left(text: dict[str, str]) -> None:
    """A query that may look at nothing, by four calls; and what True means to whom."""
    ledger(
        [_call(c) for c in results.empty_row()],
        key="empty_row",
        title="A row with everything masked",
        note="called just now",
    )
    ledger(
        [_convention(c) for c in results.conventions()],
        key="conventions",
        title="[True, False, False]",
        note="as a mask: who is looked at?",
    )
    st.caption(text["A row with everything masked"])


def _call(call: MaskedCall) -> Line:
    return Line(
        label=call.call, value=call.output, role="warning" if call.output == "NaN" else "plain"
    )


def _convention(call: MaskedCall) -> Line:
    return Line(label=call.call, value=call.weights)


def after_the_heads(view: View, text: dict[str, str]) -> None:
    """The layer around the attention, from its input to an output of the same shape."""
    st.subheader("After the heads")
    if not in_sight("block_seen", height=BELOW):
        return
    block = results.block(view.spec)
    first, last = block.stages[0].values.shape, block.stages[-1].values.shape
    worst = max(stage.difference for stage in block.stages)
    st.markdown(
        text["After the heads"].format(first=shape(first), last=shape(last), worst=digits(worst, 2))
    )
    labels = shown(block.tokens)
    for at in range(0, len(block.stages), 5):
        groups = [
            Tiles(
                name=f"block {i}",
                values=found.values[None],
                title=found.name,
                note=_checked(found.torch_call, found.difference),
                scheme="diverging",
                row_labels=labels if i == at else (),
                row_names=labels,
                axes=("token", "feature"),
                stretch=True,
                bar=True,
            )
            for i, found in enumerate(block.stages[at : at + 5], at)
        ]
        tiles(groups, key=f"block_{at}", luts=luts(is_dark()), height=ROWS)


def _checked(call: str, difference: float) -> str:
    if not call:
        return "what came in"
    return f"{call}: {'equal' if difference == 0 else f'differs {digits(difference, 1)}'}"


def batch(view: View, text: dict[str, str]) -> None:
    """The sentences that were read together, and where they are padding."""
    if not view.spec.batch:
        return
    st.subheader("The batch")
    found = results.batch(view.spec)
    longest = len(found.tokens[0])
    st.markdown(text["The batch"].format(longest=longest))
    real = np.arange(longest)[None] < np.array(found.lengths)[:, None]
    st.dataframe(
        {str(j): [row[j] for row in found.tokens] for j in range(longest)}, hide_index=True
    )
    st.caption(f"Padding mask: {int((~real).sum())} of {real.size} positions are padding.")


def table(view: View) -> str:
    """One row a score: raw, scaled, whether it may be seen, and its weight."""
    found = view.stages
    rows = (
        [query, key, float(found.scores[i, j]), float(found.scaled[i, j]),
         bool(found.allowed[i, j]), float(found.weights[i, j])]
        for i, query in enumerate(found.queries)
        for j, key in enumerate(found.keys)
    )  # fmt: skip
    return take_away.csv_text(("query", "key", "score", "scaled", "allowed", "weight"), rows)


def code(view: View) -> str:
    """A script with this head's Q, K, V and mask in it, that prints the same weights."""
    found, query = view.stages, view.cell()[0]
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
    """Digits that give back the same float32."""
    rows = [[float(str(v)) for v in row] for row in values]
    return pformat(rows, width=100, compact=True)
