"""Below the main picture: the arithmetic of a look, what the LSTM read, both nets, fine-tuning."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.captions import (
    NETS,
    CaptionNet,
    CaptionSpec,
    OpenedLook,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.vision.captions import NETS as SAID
from viz_models.ui.panels.vision.captions import SIDE, View
from viz_models.ui.results.vision import captions as results

AGREES = 1e-4
TERMS = 3  # of a sum that are written out


def draw_arithmetic(view: View, text: Mapping[str, str]) -> None:
    """Open the chosen cell: its score, its weight, and what it gives to the weighted sum."""
    if not view.has_attention:
        st.caption(text["Nothing to open"])
        return
    look = results.opened(view.found, view.word, view.cell)
    left, right = st.columns([1.25, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        _draw_vectors(look)
        st.caption(text["Vectors"])
    with right.container(border=True, height="stretch"):
        row, column = divmod(view.cell, SIDE)
        ledger(
            _lines(view, look),
            key="opened",
            title=_("“{written}”, row {row}, column {column}").format(
                written=view.found.written[view.word], row=row, column=column
            ),
            badge=lesson.badge(view.found.provenance),
            terms=words.glossary(),
        )


def _draw_vectors(look: OpenedLook) -> None:
    inside = np.tanh(look.of_cell + look.of_state)
    groups = (
        ("compared", _("the cell, and the state"), {"W a + b": look.of_cell, "U h": look.of_state}),
        (
            "score",
            _("tanh of their sum, times v"),
            {"tanh": inside, "v": look.v, "v × tanh": look.v * inside},
        ),
    )
    tiles(
        [
            Tiles(
                name=name,
                values=np.stack(list(named.values())).astype(np.float32)[None],
                title=title,
                note=_("64 numbers a row"),
                scheme="diverging",
                stretch=True,
                row_labels=tuple(named),
                axes=(_("vector"), _("unit")),
                bar=True,
            )
            for name, title, named in groups
        ],
        key="vectors",
        luts=luts(is_dark()),
        height=230,
    )


def _lines(view: View, look: OpenedLook) -> list[Line]:
    """Return the arithmetic from the score to the weighted sum."""
    cell = look.cell
    products = look.v * np.tanh(look.of_cell + look.of_state)
    powers = np.exp(look.scores - look.scores.max())
    channel = int(np.abs(look.context).argmax())
    values = view.found.cells[:, channel]
    agrees = look.difference <= AGREES
    return [
        Line(
            label=_("score: sum of 64 products"),
            value=digits(look.scores[cell], 5),
            note=_sum(products),
        ),
        Line(
            label=_("exp(score − largest score)"),
            value=digits(powers[cell], 4),
            note=_("largest score: {max}").format(max=digits(look.scores.max(), 5)),
        ),
        Line(label=_("sum of that over 64 cells"), value=digits(powers.sum(), 4)),
        Line(label=_("weight"), value=digits(look.weights[cell], 4), role="chosen", rule=True),
        Line(
            label=_("this cell's feature {channel}").format(channel=channel),
            value=digits(values[cell], 4),
            note=_("the feature that is largest in the sum"),
        ),
        Line(
            label=_("sum of weight × feature"),
            value=digits(look.context[channel], 5),
            note=_sum(look.weights * values),
            rule=True,
        ),
        Line(
            label=_("scores, weights and sums equal torch's to")
            if agrees
            else _("scores, weights or sums differ from torch's by"),
            value=digits(look.difference, 1),
            role="checked" if agrees else "warning",
            term="tolerance",
        ),
    ]


def _sum(terms: np.ndarray) -> str:
    """Write out the largest terms of a sum."""
    order = np.argsort(-np.abs(terms))[:TERMS]
    shown = " + ".join(digits(terms[i], 3) for i in order)
    return _("{shown} + … ({count} terms, the largest first)").format(shown=shown, count=len(terms))


def draw_straight(view: View, text: Mapping[str, str]) -> None:
    """Say what remains of the maps without tanh."""
    if not view.has_attention:
        return
    look = results.opened(view.found, view.word, view.cell)
    moved = float(np.ptp(view.found.weights, axis=0).max())
    st.markdown(
        text["Without tanh: the numbers"].format(
            straight=digits(look.without_tanh, 1), moved=digits(moved, 2)
        )
    )


def draw_states(view: View, text: Mapping[str, str]) -> None:
    """Draw the state from which each word's look was made, and what was read then."""
    found = view.found
    lit = (np.arange(len(found.read)) == view.word)[None, :, None]
    shown = (
        ("state", found.before, _("h before the look")),
        ("sum", found.contexts, _("weighted sum")),
    )
    with st.container(border=True):
        tiles(
            [
                Tiles(
                    name=name,
                    values=values.astype(np.float32)[None],
                    title=title,
                    note=_("{shape} numbers a row").format(shape=values.shape[1]),
                    scheme="diverging",
                    stretch=True,
                    row_labels=found.read,
                    row_margins=(found.written,),
                    row_margin_names=(_("writes"),),
                    axes=(_("word"), _("unit")),
                    lit=lit,
                )
                for name, values, title in shown
            ],
            key="states",
            luts=luts(is_dark()),
            height=270,
        )
        st.caption(text["States"])


def draw_nets(view: View) -> None:
    """Draw both captioners on this scene and on many."""
    recorded = results.recorded()
    with st.container(border=True):
        sheet(
            (
                _("on this scene"),
                _("exact captions"),
                _("weight on the digit that is named"),
                _("parameters"),
            ),
            [_net_row(view, net) for net in NETS],
            key="nets",
            title=_("Two captioners, trained alike"),
            note=_(
                "{scenes} scenes of digits that were not trained on; each "
                "captioner was trained once, so a small difference says nothing."
            ).format(scenes=recorded.qualities[0].scenes),
            badge=lesson.badge(recorded.provenance),
        )


def _net_row(view: View, net: CaptionNet) -> tuple[str, list[tuple[str, str]]]:
    """Return how one captioner describes this scene, and how good it is on many."""
    q = results.recorded().quality(net)
    here = results.caption(CaptionSpec(scene=view.found.spec.scene, net=net))
    return _(SAID[net]), [
        (here.sentence or _("nothing"), _("right") if here.is_exact else _("wrong")),
        (
            percent(q.exact / q.scenes),
            _("{n} of {of}").format(n=q.exact, of=q.scenes),
        ),
        (percent(q.on_digit), _("uniform: {share}").format(share=percent(q.uniform))),
        (f"{q.parameters:,}", ""),
    ]


# ---------------------------------------------------------------- to take away


def code(view: View) -> str:
    """Return a script of plain torch that describes the same scene."""
    rows = (view.found.scene.image * 255).round().astype(np.uint8)
    return take_away.filled(
        "vision/captions",
        model=weights(view),
        attention=view.has_attention,
        pixels=rows.tobytes().hex(),
        sentence=view.found.sentence,
    )


def weights(view: View) -> str:
    """Return the name in pretrained/ of the chosen captioner."""
    return {"attention": "captioner", "mean": "captioner_mean"}[view.found.spec.net]


def table(view: View) -> str:
    """Return a row for each word: what was read, and the weight of every cell."""
    found = view.found
    cells = [
        _("row {i}, column {i_2}").format(i=i // SIDE, i_2=i % SIDE) for i in range(SIDE * SIDE)
    ]
    return take_away.csv_text(
        ("read", "writes", *cells),
        (
            [read, word, *map(float, row)]
            for read, word, row in zip(found.read, found.written, found.weights, strict=True)
        ),
    )
