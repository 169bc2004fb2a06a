"""The lesson on word order: one sentence in two orders, read by two networks."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, exact, percent, shape
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, OrderedReading, OrderResult, OrderSpec, WordOrder
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.controls import chips, control, control_row
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.layers import help_on, select_place
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.attention import positions as results

ORDERS: dict[str, str] = {
    "swap": N_("two words swapped"),
    "reverse": N_("reversed"),
    "shuffle": N_("shuffled"),
}
HEADS = {N_("head {n}").format(n=i): i for i in range(4)}
SHOWN = 16  # tokens on screen; all are computed
TABLE = 64  # positions
ROUNDING = 1e-5  # weights that differ by less differ by the order of additions alone


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What was computed for the choices on the page."""

    result: OrderResult

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of the sentence as typed."""
        return token_labels(self.result.tokens)

    @property
    def moved_labels(self) -> tuple[str, ...]:
        """The same words in their new order."""
        return token_labels([self.result.tokens[i] for i in self.result.order])


def controls() -> View:
    """Draw the controls: the sentence, its second order, and which head is shown."""
    with control_row():
        text = sentence(_("Sentence"), OrderSpec().text, key="text")
        order: Any = chips(_("Order of the words"), ORDERS, key="order", default="swap")
        seed = 0
        if order == "shuffle":
            seed = control(st.number_input, _("Seed of the shuffle"), 0, 999, key="seed", width=110)
        first = f"head {OrderSpec().head}"
        head = select_place(_("Head"), HEADS, "shown", 96, default=first, former="head")
        st.caption(_("of layer 0"), width="content", help=help_on("layer and head"))
        kind: WordOrder = order
        result = results.order(OrderSpec(text=text, order=kind, seed=seed, head=head))
        draw_vocabulary(result.unknown)
    return View(result)


def section(view: View) -> str:
    """Return which sentence answers."""
    if tuple(sorted(view.result.order)) == view.result.order:
        return "Same order"
    return "Answer"


def facts(view: View) -> dict[str, str]:
    """Return what the answer may name."""
    return {
        "untold": digits(view.result.untold.change_anywhere, 2),
        "told": digits(view.result.told.change_anywhere, 2),
        "moved": words.plain(" ".join(view.moved_labels[:-1])),
    }


def draw_stage(view: View, text: Mapping[str, str]) -> None:
    """Draw word plus position, which is what attention reads."""
    result = view.result
    n = min(len(result.tokens), SHOWN)
    both = result.words + result.waves
    groups = [
        _vectors(view, "word", result.words[:n], _("the word"), after="+"),
        _vectors(view, "position", result.waves[:n], _("its position"), after="="),
        _vectors(view, "sum", both[:n], _("what attention reads"), bar=True),
    ]
    with st.container(border=True):
        tiles(groups, key="vectors", luts=luts(is_dark()), height=min(320, 60 + 24 * n))
        st.caption(text["Word and position"])


def _vectors(view: View, name: str, values: np.ndarray, title: str, **fields: Any) -> Tiles:  # noqa: ANN401
    """Return one vector for each word; the first picture carries the words."""
    n = len(values)
    return Tiles(
        name=name,
        values=values[None],
        title=title,
        note=shape(values.shape),
        scheme="diverging",
        limits=(-2.5, 2.5),
        stretch=True,
        axes=(_("word"), _("dimension")),
        row_labels=view.labels[:n] if name == "word" else (),
        row_names=view.labels[:n],
        **fields,
    )


def draw_networks(view: View, text: Mapping[str, str]) -> None:
    """Draw both networks: weights of both orders, their difference, and what is written."""
    for column, reading, title in zip(
        st.columns(2, gap="xsmall"),
        (view.result.untold, view.result.told),
        (N_("Never told the order"), N_("Told the order")),
        strict=True,
    ):
        with column.container(border=True, height="stretch"):
            key = "told" if reading.told else "untold"
            tiles(_weights(view, reading), key=f"weights_{key}", luts=luts(is_dark()), height=250)
            ledger(
                _lines(view, reading),
                key=f"order_{key}",
                title=title,
                note=_("{accuracy} of unseen sentences right").format(
                    accuracy=percent(reading.accuracy)
                ),
                badge=lesson.badge(view.result.provenance),
                terms=words.glossary(),
            )
            st.caption(text[title])


def _weights(view: View, reading: OrderedReading) -> list[Tiles]:
    """Return the weights of both orders and their difference; both networks share the scales."""
    n = min(len(view.labels), SHOWN)
    labels = view.labels[:n]
    shared: dict[str, Any] = {
        "stretch": True,
        "axes": (_("query"), _("key")),
        "row_names": labels,
        "column_labels": labels,
    }
    difference = reading.moved - reading.weights
    both = (view.result.told, view.result.untold)
    most = max(float(max(r.weights.max(), r.moved.max())) for r in both)
    farthest = max(r.change for r in both)
    shared["show_values"] = n <= 8
    return [
        Tiles(
            name=f"typed_{reading.told}", values=reading.weights[None, :n, :n], title=_("as typed"),
            limits=(0.0, most), row_labels=labels, **shared,
        ),
        Tiles(
            name=f"moved_{reading.told}", values=reading.moved[None, :n, :n],
            title=_("other order, sorted back"), limits=(0.0, most), **shared,
        ),
        Tiles(
            name=f"change_{reading.told}", values=difference[None, :n, :n], title=_("difference"),
            note=_("before rounding"),
            scheme="diverging", limits=(-farthest, farthest), **shared,
        ),
    ]  # fmt: skip


def _lines(view: View, reading: OrderedReading) -> list[Line]:
    unmoved = reading.change_anywhere < ROUNDING
    same = reading.translation == reading.moved_translation
    role: Any = "checked" if unmoved else "plain"
    return [
        Line(label=" ".join(view.labels[:-1]), value=" ".join(reading.translation)),
        Line(
            label=" ".join(view.moved_labels[:-1]),
            value=" ".join(reading.moved_translation),
            note=_("the same words") if same else "",
        ),
        Line(
            label=_("largest change of a weight in this head"),
            value=exact(reading.change, 2),
            rule=True,
        ),
        Line(
            label=_("largest change in any head and layer"), value=exact(reading.change_anywhere, 2)
        ),
        Line(
            label=_("largest change of what the decoder reads"),
            value=exact(reading.memory_change, 2),
            note=_("rounding") if unmoved else "",
            role=role,
        ),
    ]


def draw_positions(view: View, text: Mapping[str, str]) -> None:
    """Draw the waves of many positions, and how similar two positions are."""
    found = results.position_table(TABLE, view.result.words.shape[1])
    with st.container(border=True):
        pictures, told = st.columns([1.9, 1], gap="medium", vertical_alignment="center")
        with pictures:
            tiles(
                [
                    Tiles(
                        name=_("waves"), values=found.waves[None], title=_("positional encoding"),
                        note=_("{n} positions × {d} dimensions").format(
                            n=TABLE, d=found.waves.shape[1]
                        ),
                        scheme="diverging", stretch=True, axes=(_("position"), _("dimension")),
                    ),
                    Tiles(
                        name=_("similarity"), values=found.similarity[None], note=_("cosine"),
                        title=_("how similar two positions are"), scheme="diverging",
                        stretch=True, axes=(_("position"), _("position")), bar=True,
                    ),
                ],
                key="waves",
                luts=luts(is_dark()),
                height=330,
            )  # fmt: skip
        told.markdown(text["The waves"])


def code(view: View) -> str:
    """Return a script that holds the words and the head and prints both changes."""
    spec = view.result.spec
    arrays = results.first_head(spec)
    packed = {
        name: (base64.b64encode(a.astype("<f4").tobytes()).decode(), a.shape)
        for name, a in arrays.items()
    }
    lines = "\n".join(f'    "{n}": ({text!r}, {shape}),' for n, (text, shape) in packed.items())
    return take_away.filled(
        "attention/positions", arrays=lines, order=list(view.result.order), head=spec.head
    )


def table(view: View) -> str:
    """Return a table of every weight of the head, in both networks and both orders."""
    rows = []
    for reading in (view.result.untold, view.result.told):
        for (query, key), weight in np.ndenumerate(reading.weights):
            moved = float(reading.moved[query, key])
            names = view.labels[query], view.labels[key]
            rows.append((reading.told, *names, float(weight), moved))
    return take_away.csv_text(("positions", "query", "key", "weight", "weight_moved"), rows)
