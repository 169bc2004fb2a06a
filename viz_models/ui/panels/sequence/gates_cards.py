"""The cards of the lesson on gates: one unit, a held gate, half-lives, readings, padding."""

import numpy as np
import streamlit as st

from viz_models.digits import digits, enough, operand, percent, signed
from viz_models.figures.sequence import gates as figures
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.sequence.gates import NETS, GateSum, Padded
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.panels.sequence.gates import View
from viz_models.ui.results.sequence import gates as results

NAMES = {"g": "z", "i": "z_i", "f": "z_f", "o": "z_o"}
SUMS = {"f": "z_f", "i": "z_i", "g": "z", "o": "z_o"}
PADS = 6


def draw_unit(view: View) -> None:
    """Draw the arithmetic of the chosen unit at the chosen word: gates, cell and hidden state."""
    found = results.unit(view.spec, view.unit, view.word)
    sums = {s.gate: s for s in found.sums}
    z, i, f, o = (sums[gate].value for gate in ("g", "i", "f", "o"))
    n = enough(lambda a, b, c, d: a * b + c * d, f, found.before, i, z)
    stays = f"{digits(f, n)}·{operand(found.before, n)} + {digits(i, n)}·{operand(z, n)}"
    m = enough(lambda a, c: a * np.tanh(c), o, found.c)
    lines = [
        *(_gate(sums[gate]) for gate in ("f", "i", "g", "o")),
        Line(label="c = z_f·c' + z_i·z", note=stays, value=digits(found.c, 3), rule=True),
        Line(
            label="h = z_o·tanh(c)",
            note=_("{o}·tanh({c})").format(o=digits(o, m), c=digits(found.c, m)),
            value=digits(found.h, 3),
            role="chosen",
        ),
        Line(
            label=_("all h and c equal nn.LSTM to {difference}").format(
                difference=digits(found.max_difference, 1)
            ),
            role="checked",
            rule=True,
            term="tolerance",
        ),
    ]
    lasts = digits(float(view.net.half_lives[found.unit]), 2)
    ledger(
        lines,
        key="unit",
        title=_("One unit, exactly"),
        note=_("unit {unit}, half-life {lasts} words, at “{tokens}”").format(
            unit=found.unit, lasts=lasts, tokens=view.found.tokens[found.word]
        ),
        badge=lesson.badge(found.provenance),
        terms=words.glossary(),
    )


def _gate(found: GateSum) -> Line:
    function = "tanh" if found.gate == "g" else "σ"
    n = enough(lambda a, b: a + b, found.read, found.carried, result=2, least=2)
    both = f"{digits(found.read, n)} {_plus(found.carried, n)}"
    return Line(
        label=_("{names} (torch: {gate})").format(names=NAMES[found.gate], gate=found.gate),
        note=f"{function}({both})",
        value=digits(found.value, 3),
        term="W x + b and U h + b" if found.gate == "f" else "",
    )


def _plus(x: float, n: int) -> str:
    text = signed(x, n)
    return f"{text[0]} {text[1:]}" if text[0] in "+−" else f"+ {text}"


def draw_sum(view: View) -> None:
    """Draw the largest products in the sum of one gate, whose name is chosen here."""
    with st.container(border=True, height="stretch"):
        gate = chips(_("Sum of"), SUMS, key="sum", default="f", show=_("The sum inside"))
        found = results.unit(view.spec, view.unit, view.word)
        opened = next(s for s in found.sums if s.gate == gate)
        lines = [
            Line(
                label=_("{name} · weight").format(name=t.name),
                note=f"{digits(t.value, 3)} · {operand(t.weight, 3)}",
                value=signed(t.product, 3),
            )
            for t in opened.largest
        ]
        total = opened.read + opened.carried
        name = "tanh" if gate == "g" else "sigmoid"
        lines += [
            Line(label=_("all other products, and both biases"), value=signed(opened.rest, 3)),
            Line(label=_("sum"), value=digits(total, 4), rule=True),
            Line(
                label=_("{name} of the sum").format(name=name),
                value=digits(opened.value, 4),
                role="chosen",
            ),
        ]
        ledger(
            lines,
            key="sum_lines",
            title=_("{sums} of unit {unit} at “{tokens}”").format(
                sums=SUMS[gate], unit=found.unit, tokens=view.found.tokens[found.word]
            ),
            note=_("x: the word's vector, h': the state before"),
            badge=lesson.badge(found.provenance),
        )


def draw_held(view: View) -> None:
    """Draw what a held gate does to this sentence, and to the share of unseen ones."""
    ledger(
        _held(view),
        key="held",
        title=_("One gate does not move") if view.hold else _("Hold a gate of the encoder"),
        note=_("in all units") if view.hold else _("choose one in the row above"),
    )
    of = (view.recorded, view.spec.net, view.gate, view.hold)
    chart = kept(figures.held_shares, *of, **figure_look())
    show(chart, "held_shares")
    st.caption(lesson.badge(view.recorded.provenance))


def _held(view: View) -> list[Line]:
    of, net = view.recorded.sentences, view.net
    found = results.held(view.spec, view.gate, view.hold or "mean")
    free = Line(label=_("all gates free"), value=_sentence(found.free))
    right = _("unseen sentences right")
    if not view.hold:
        value = _("{n} of {of}").format(n=net.right, of=of)
        return [free, Line(label=right, value=value, rule=True)]
    label = _("{names} held at {held_at}").format(
        names=NAMES[view.gate], held_at=_(figures.HOLD_NAMES[view.hold])
    )
    still = net.right_while(view.gate, view.hold)
    value = _("{right} → {still} of {of}").format(right=net.right, still=still, of=of)
    same = found.held == found.free
    return [
        free,
        Line(label=label, value=_sentence(found.held), role="checked" if same else "chosen"),
        Line(label=right, value=value, rule=True),
    ]


def _sentence(tokens: tuple[str, ...]) -> str:
    return " ".join(tokens) or _("(nothing)")


def draw_half_lives(view: View) -> None:
    """Draw the half-life of every unit of both networks."""
    with st.container(border=True, height="stretch"):
        st.markdown(_("**How long does a unit remember?**"))
        medians = {net: view.lives(net) for net in NETS}
        of = (view.recorded, medians, view.spec.net, view.unit)
        chart = kept(figures.half_lives, *of, **figure_look())
        show(chart, "half_lives")
        st.caption(
            _(
                "Each mark is a unit, the thick line their median; thin lines: medians of "
                "{trainings} trainings. Half-life = ln 0.5 ÷ ln(mean z_f)."
            ).format(trainings=len(medians["lstm"]))
        )


def draw_padding(view: View) -> None:
    """Draw the states of a padded sentence, read by an encoder that stops and by one that does not.

    Both have the same weights; what stands in the last column is what `out[:, -1]` takes.
    """
    found = results.padded(view.spec, PADS)
    left, right = st.columns([1.7, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        tiles(_padded(view, found), key="padding", luts=luts(is_dark()), height=214)
    with right:
        ledger(
            _handed_on(view, found),
            key="padding_lines",
            title=_("Which state is handed over?"),
            note=_("{pads} paddings behind the sentence").format(pads=PADS),
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
        )


def _handed_on(view: View, found: Padded) -> list[Line]:
    return [
        Line(label=_("h after the last word"), value=_sentence(found.written)),
        Line(
            label=_("out[:, −1], after the padding"),
            value=_sentence(found.written_after_padding),
            role="plain" if found.written_after_padding == found.written else "warning",
        ),
        Line(label=_("h has moved by"), value=percent(found.moved), term="moved by"),
        Line(
            label=_("unseen sentences right, in one batch"),
            value=_("{right} → {right_after_padding} of {sentences}").format(
                right=view.net.right,
                right_after_padding=view.net.right_after_padding,
                sentences=view.recorded.sentences,
            ),
            role="chosen",
            rule=True,
        ),
        Line(
            label=_("equals pack_padded_sequence to {max_difference}").format(
                max_difference=digits(found.max_difference, 1)
            ),
            role="checked",
        ),
    ]


def _padded(view: View, found: Padded) -> list[Tiles]:
    labels = token_labels(found.tokens)
    pads = np.zeros(found.packed.T.shape, bool)
    pads[:, found.words :] = True
    return [
        Tiles(
            name=name,
            title=title,
            values=values.T[view.order][None],
            scheme="diverging",
            limits=(-1.0, 1.0),
            column_labels=labels,
            axes=(_("unit"), _("word")),
            hatched=pads if name == "packed" else None,
            stretch=True,
        )
        for name, title, values in (
            ("packed", _("h, packed: stops at the last word"), found.packed),
            ("unpacked", _("h, not packed: reads on"), found.unpacked),
        )
    ]
