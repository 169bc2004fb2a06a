"""The lesson on squeeze-and-excitation: a module, its arithmetic, gates by class and replaced."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, points
from viz_models.figures.vision import squeeze as figures
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.squeeze import (
    BLOCKS,
    CHANNELS,
    EXAMPLES,
    HIDDEN,
    Gated,
    Squeeze,
    SqueezeSpec,
)
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import squeeze as results

PARTS = {"squeeze": N_("squeeze"), "hidden": N_("first layer"), "gate": N_("gate")}
LARGEST = 5  # terms of a long sum that are printed one by one
KINDS = ("mean", "other", "one", "twin")
WITHIN = 1e-5  # of the sum of the absolute terms: what float32 allows


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and the digit on its way."""

    result: Squeeze
    block: int
    channel: int
    unit: int
    part: Literal["squeeze", "hidden", "gate"]

    @property
    def gated(self) -> Gated:
        """Return the chosen module."""
        return self.result.blocks[self.block]


def controls() -> View:
    """Draw the controls: which digit, module, channel and hidden unit, and what is opened."""
    with control_row():
        label = slider(_("Digit"), range(10), "digit", 120, value=3)
        example = slider(_("Example"), range(EXAMPLES), "example", 90, value=0)
        block = slider(_("Module"), range(1, BLOCKS + 1), "module", 90, value=2)
        channel = slider(_("Channel"), range(CHANNELS), "channel", 140, value=0)
        unit = slider(_("Hidden unit"), range(HIDDEN), "unit", 80, value=0)
        part = chips(_("What is opened"), PARTS, key="open", default="gate", show=_("Open"))
    chosen: Literal["squeeze", "hidden", "gate"] = (
        "squeeze" if part == "squeeze" else "hidden" if part == "hidden" else "gate"
    )
    found = results.squeeze(SqueezeSpec(label=label, example=example))
    return View(found, block - 1, channel, unit, chosen)


def measured_facts() -> dict[str, str]:
    """Return what was recorded, for the answer and the texts."""
    record = results.recorded()
    shares = {
        kind: percent(float(np.mean([getattr(end, kind) for end in record.ends])))
        for kind in ("own", *KINDS)
    }
    ranges = (record.by_class.max(1) - record.by_class.min(1)).mean(1)
    return shares | {
        "seeds": str(len(record.ends)),
        "blocks": str(BLOCKS),
        "tests": str(record.tests),
        "all_parameters": f"{record.parameters[0]:,}",
        "se_parameters": f"{record.parameters[1]:,}",
        "ranges": ", ".join(digits(float(r), 2) for r in ranges),
        "lowest": digits(float(record.by_class.min()), 2),
        "highest": digits(float(record.by_class.max()), 2),
    }


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name."""
    changes = {f"{kind}_change": _points(*results.change(kind)[:3]) for kind in ("mean", "one")}
    mean, low, high, _verdict = results.change("twin")
    return (
        measured_facts()
        | changes
        | {
            "twin_change": _points(-mean, -high, -low),
            "right": percent(view.result.right),
        }
    )


def _points(mean: float, low: float, high: float) -> str:
    return _("{mean} ({low} to {high})").format(
        mean=points(mean), low=points(low), high=points(high)
    )


def verdict() -> str:
    """Return which section says what mean gates do to the accuracy."""
    return f"Verdict: {results.change('mean')[3]}"


def draw_module(view: View) -> None:
    """Draw the maps that come in, and the three vectors of the module."""
    with st.container(border=True, height="stretch"):
        side = view.gated.before.shape[1]
        st.caption(
            _(
                "Test digit {label}, module {block} of {blocks}: "
                "{channels} maps of {side}×{side}. Each map becomes one mean, two layers "
                "({channels} to {hidden} to {channels}) make one gate of each, and the map is "
                "multiplied by it. The network gives the right digit a probability of "
                "{right}."
            ).format(
                label=view.result.spec.label,
                block=view.block + 1,
                blocks=BLOCKS,
                channels=CHANNELS,
                side=side,
                hidden=HIDDEN,
                right=percent(view.result.right),
            )
        )
        drawn = kept(
            figures.module, view.gated, channel=view.channel, unit=view.unit, **figure_look()
        )
        show(drawn, "module_drawn", wide=True)


def draw_opened(view: View) -> None:
    """Draw the arithmetic of the chosen number, and what torchvision's module has there."""
    with st.container(border=True, height="stretch"):
        lines, title = {"squeeze": _squeeze, "hidden": _hidden, "gate": _gate}[view.part](view)
        ledger(
            lines,
            key="opened",
            title=title,
            badge=lesson.badge(view.result.provenance),
            terms=words.glossary(),
        )


def _squeeze(view: View) -> tuple[list[Line], str]:
    values = view.gated.before[view.channel]
    ours, theirs = view.gated.squeezed[view.channel], view.gated.torch_squeezed[view.channel]
    return [
        Line(label=_("numbers in the map, H · W"), value=str(values.size)),
        Line(label=_("their sum"), value=digits(float(values.sum()), 6)),
        Line(label=_("smallest"), value=digits(float(values.min())), role="muted"),
        Line(label=_("largest"), value=digits(float(values.max())), role="muted"),
        Line(label=_("sum / (H · W)"), value=digits(float(ours), 6), role="chosen", rule=True),
        _torch(ours, theirs, float(np.abs(values).mean())),
    ], _("z of channel {channel}: the mean of its map").format(channel=view.channel)


def _hidden(view: View) -> tuple[list[Line], str]:
    gated, unit = view.gated, view.unit
    terms = gated.hidden_terms(unit)
    order = np.argsort(-np.abs(terms))
    lines = [
        _term(_("channel {c}").format(c=c), gated.reduce[unit, c], gated.squeezed[c], terms[c])
        for c in order[:LARGEST]
    ]
    rest = terms[order[LARGEST:]]
    bias = gated.reduce_bias[unit]
    lines += [
        Line(
            label=ngettext("the other channel", "the {size} other channels", rest.size).format(
                size=rest.size
            ),
            value=digits(float(rest.sum()), 5),
        ),
        Line(label=_("bias"), value=digits(float(bias), 5)),
        Line(label=_("sum"), value=digits(float(terms.sum() + bias), 6), rule=True),
        Line(label=_("ReLU(sum)"), value=digits(float(gated.hidden[unit]), 6), role="chosen"),
        _torch(
            gated.hidden[unit], gated.torch_hidden[unit], float(np.abs(terms).sum() + abs(bias))
        ),
    ]
    return lines, _("Hidden unit {unit}: it sees all {channels} means").format(
        unit=unit, channels=CHANNELS
    )


def _gate(view: View) -> tuple[list[Line], str]:
    gated, channel = view.gated, view.channel
    terms, bias = gated.gate_terms(channel), gated.expand_bias[channel]
    lines = [
        _term(_("hidden unit {u}").format(u=u), gated.expand[channel, u], gated.hidden[u], terms[u])
        for u in range(HIDDEN)
    ]
    lines += [
        Line(label=_("bias"), value=digits(float(bias), 5)),
        Line(label=_("sum"), value=digits(float(terms.sum() + bias), 6), rule=True),
        Line(label=_("sigmoid(sum)"), value=digits(float(gated.gates[channel]), 6), role="chosen"),
        _torch(gated.gates[channel], gated.torch_gates[channel], 1.0),
        Line(
            label=_("all {channels} rescaled maps: largest difference to torch").format(
                channels=CHANNELS
            ),
            value=digits(gated.off_torch, 2),
            role="muted",
        ),
    ]
    return lines, _("Gate of channel {channel}").format(channel=channel)


def _term(label: str, weight: float, value: float, product: float) -> Line:
    note = f"{digits(float(weight))} · {digits(float(value))}"
    return Line(label=label, value=digits(float(product), 5), note=note)


def _torch(ours: float, theirs: float, size: float) -> Line:
    difference = abs(float(ours) - float(theirs))
    return beside_torch(float(theirs), difference, agrees=difference <= WITHIN * max(size, 1e-6))


def draw_replaced() -> None:
    """Draw the accuracy of every seed with each kind of gates."""
    record = results.recorded()
    with st.container(border=True):
        st.caption(lesson.badge(record.provenance))
        show(kept(figures.replaced, record, **figure_look()), "replaced", wide=True)


def draw_classes(view: View) -> None:
    """Draw the gates of all channels by class, a panel for each module."""
    record = results.recorded()
    with st.container(border=True):
        st.caption(_("{badge} · seed {seed}").format(badge=lesson.badge(record.provenance), seed=0))
        fig = kept(figures.classes, record, view.result.spec.label, view.channel, **figure_look())
        show(fig, "classes", wide=True)


def code(view: View) -> str:
    """Return a script that prints one gate of one digit."""
    return take_away.filled(
        "vision/squeeze",
        image=[round(float(v), 6) for v in view.result.image.ravel()],
        block=view.block,
        channel=view.channel,
        channels=CHANNELS,
        hidden=HIDDEN,
        blocks=BLOCKS,
    )


def table() -> str:
    """Return the recorded accuracies, a row for each seed."""
    kinds = ("own", *KINDS)
    rows = [[end.seed, *(getattr(end, k) for k in kinds)] for end in results.recorded().ends]
    return take_away.csv_text(("seed", *(f"accuracy_{k}" for k in kinds)), rows)
