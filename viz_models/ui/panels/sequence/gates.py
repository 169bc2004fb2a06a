"""The lesson on gates: an LSTM unrolled over a sentence, every gate and state of every unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from viz_models.analysis.seed_noise import paired
from viz_models.digits import digits, percent, signed
from viz_models.figures.sequence.gates import GATE_NAMES, HOLD_NAMES, NAMES
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.gates import (
    GATES,
    Gate,
    GatesOverSentences,
    GatesSpec,
    Hold,
    Net,
    NetGates,
    Unrolled,
)
from viz_models.records.sequence.translators import TranslatorScores
from viz_models.records.train.paired import Paired
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import state, take_away
from viz_models.ui.kit.controls import chips, control_row
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.scores import chosen_pair
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.sequence import gates as results

VERDICTS = {
    "higher": N_("longer"),
    "lower": N_("shorter"),
    "not larger than the seed noise": N_("not more than the noise between seeds"),
    "too few pairs": N_("too few seeds for a verdict"),
}
TEXT = GatesSpec().text
FIRST_WORD = 1
STAGE = 294  # px
FREE = "free"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what the encoder computed of the sentence."""

    found: Unrolled
    recorded: GatesOverSentences
    gate: Gate  # that is held, if one is
    hold: Hold | None
    cell: tuple[int, int]  # rank of the chosen unit, and its word
    trainings: TranslatorScores  # of both networks, with several seeds

    @property
    def spec(self) -> GatesSpec:
        """Return what is read, and by which network."""
        return self.found.spec

    @property
    def net(self) -> NetGates:
        """Return what was recorded of the chosen network."""
        return self.recorded.of(self.spec.net)

    def lives(self, net: Net) -> list[float]:
        """Return the half-life of the median unit in every training of a network."""
        return [run.half_life for run in self.trainings.trained(net)]

    @property
    def change(self) -> Paired:
        """Return how many words attention adds to the half-life, paired by seed."""
        alone, looking = (self.lives(net) for net in NAMES)
        return paired([b - a for a, b in zip(alone, looking, strict=True)])

    @property
    def order(self) -> np.ndarray:
        """Return all units, the one that remembers longest first."""
        return np.argsort(-self.net.half_lives, kind="stable")

    @property
    def unit(self) -> int:
        """Return the chosen unit, as the network numbers it."""
        return int(self.order[self.cell[0]])

    @property
    def word(self) -> int:
        """Return the chosen word, from 0."""
        return self.cell[1]


def controls() -> View:
    """Draw the controls: the sentence, the network, and a gate to hold."""
    with control_row():
        text = sentence(_("Sentence"), TEXT, key="text", width=200)
        net: Any = chips(
            _("Network"), _plain(NAMES), key="net", default="lstm", show=_("Decoder sees")
        )
        gate: Any = chips(_("Gate"), _plain(GATE_NAMES), key="gate", default="f", show=_("Hold"))
        values = {FREE: _("no value")} | _plain(HOLD_NAMES)
        hold: Any = chips(_("Value"), values, key="hold", default=FREE, show=_("at"))
        found = results.unrolled(GatesSpec(text=text, net=net))
        draw_vocabulary(found.unknown)
    recorded = results.recorded()
    size = len(recorded.of(net).means["f"]), len(found.tokens)
    cell = chosen_pair("cell", size, first_cell(found))
    return View(found, recorded, gate, None if hold == FREE else hold, cell, results.trainings())


def _plain(names: Mapping[Any, str]) -> dict[str, str]:
    """Return names by plain strings, as chips take them."""
    return {str(value): name for value, name in names.items()}


def first_cell(found: Unrolled) -> tuple[int, int]:
    """Return the unit and the word with which this sentence opens."""
    return 0, min(FIRST_WORD, len(found.tokens) - 1)


def section(view: View) -> str:
    """Return which answer is true: whether the network with attention remembers less."""
    return "Answer: forgets" if view.change.verdict == "lower" else "Answer: keeps"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer and the texts name."""
    found = {net: view.recorded.of(net) for net in NAMES}
    gate, hold = (view.gate, view.hold) if view.hold else _worst(view.net)
    return {
        **_training_facts(view),
        "alone": f"{np.median(found['lstm'].half_lives):.1f}",
        "looking": f"{np.median(found['lstm_attention'].half_lives):.1f}",
        "mean_alone": digits(float(found["lstm"].means["f"].mean()), 2),
        "mean_looking": digits(float(found["lstm_attention"].means["f"].mean()), 2),
        "of": str(view.recorded.sentences),
        "net": _(NAMES[view.spec.net]),
        "free": str(view.net.right),
        "gate": GATE_NAMES[gate],
        "value": _(HOLD_NAMES[hold]),
        "held": str(view.net.right_while(gate, hold)),
        "right_alone": str(found["lstm"].right),
        "padding_alone": str(found["lstm"].right_after_padding),
        "padding_looking": str(found["lstm_attention"].right_after_padding),
        "right_looking": str(found["lstm_attention"].right),
        "off": digits(view.found.max_difference, 1),
        **_readout_facts(view.net),
    }


def _training_facts(view: View) -> dict[str, str]:
    """Return means over the trainings with several seeds, and between which numbers they lie."""
    change = view.change
    said = {
        "steps": f"{view.trainings.long_steps:,}",
        "life_change": signed(change.mean, 2),
        "life_low": signed(change.low, 2),
        "life_high": signed(change.high, 2),
        "life_verdict": _(VERDICTS[change.verdict]),
    }
    nets: tuple[tuple[Net, str], ...] = (("lstm", "alone"), ("lstm_attention", "looking"))
    for net, name in nets:
        runs, lives = view.trainings.trained(net), view.lives(net)
        said |= {"trainings": str(len(runs)), "tested": f"{runs[0].score.sentences:,}"}
        said[f"{name}_range"] = _("{low:.1f} to {high:.1f}").format(low=min(lives), high=max(lives))
        said[f"{name}_free"] = percent(fmean(run.score.exact for run in runs))
        for gate in GATES:
            right = [held.right for run in runs for held in run.held if held.gate == gate]
            said[f"{name}_{gate}"] = percent(fmean(right) / runs[0].score.sentences)
    return said


def _readout_facts(net: NetGates) -> dict[str, str]:
    """Return how well a linear layer reads the states of this network."""
    kinds, classes, hardest = net.kinds, net.words, net.words.hardest
    assert hardest is not None
    return {
        "kinds": percent(kinds.right / kinds.of),
        "kinds_guessed": percent(kinds.guessed / kinds.of),
        "classes": percent(classes.right / classes.of),
        "classes_guessed": percent(classes.guessed / classes.of),
        "hardest": hardest.word,
        "hardest_right": str(hardest.right),
        "hardest_of": str(hardest.of),
    }


def _worst(net: NetGates) -> tuple[Gate, Hold]:
    """Return the gate whose own mean breaks the most sentences."""
    worst = min((s for s in net.shares if s.hold == "mean"), key=lambda s: s.right)
    return worst.gate, worst.hold


def draw_stage(view: View) -> None:
    """Draw c = z_f c' + z_i z and h = z_o tanh(c) as pictures of all units and words."""
    found = view.found
    tall = float(max(np.abs(found.c).max(), 1e-6))
    cells = {"scheme": "diverging", "limits": (-tall, tall)}
    signed = {"scheme": "diverging", "limits": (-1.0, 1.0)}
    share = {"limits": (0.0, 1.0)}
    groups = [
        _group(view, found.f, "z_f", _("f: what stays"), after="×", **share),
        _group(view, found.before, _("c before"), _("cell state"), after="+", **cells),
        _group(view, found.i, "z_i", _("i: what is written"), after="×", **share),
        _group(view, found.g, "z", _("g: what could be"), after="=", **signed),
        _group(view, found.c, "c", _("cell state"), after="tanh\n×", **cells),
        _group(view, found.o, "z_o", _("o: what is shown"), after="=", **share),
        _group(view, found.h, "h", _("hidden state"), **signed),
    ]
    tiles(
        groups,
        key="stage",
        luts=luts(is_dark()),
        start=view.cell,
        default=first_cell(found),
        height=STAGE,
        on_change=state.listen("stage", "cell", "cell"),
    )


def _group(view: View, values: np.ndarray, name: str, note: str, **fields: Any) -> Tiles:  # noqa: ANN401
    """Return one picture: units as rows, the longest memory first, words as columns."""
    return Tiles(
        name=name,
        title=name,
        note=note,
        values=values.T[view.order][None],
        row_names=tuple(_("unit {u}").format(u=u) for u in view.order),
        column_labels=token_labels(view.found.tokens),
        axes=(_("unit"), _("word")),
        follows=(0, 1),
        pick="cell",
        stretch=True,
        **fields,
    )


def code(view: View) -> str:
    """Return a script that reads the sentence with nn.LSTM and opens the chosen unit."""
    ids = results.ids(view.spec.text)
    return take_away.filled(
        "sequence/gates",
        file=repr(f"{results.file(view.spec.net)}.safetensors"),
        text=repr(" ".join(view.found.tokens)),
        ids=list(ids),
        unit=view.unit,
        word=view.word,
    )


def table(view: View) -> str:
    """Return every gate and state of every unit and word as CSV."""
    found = view.found
    parts = {"z": "g", "z_i": "i", "z_f": "f", "z_o": "o", "c before": "before", "c": "c", "h": "h"}
    rows = (
        [t, token, u, *(float(getattr(found, part)[t, u]) for part in parts.values())]
        for t, token in enumerate(found.tokens)
        for u in range(found.h.shape[1])
    )
    return take_away.csv_text(("word", "token", "unit", *parts), rows)
