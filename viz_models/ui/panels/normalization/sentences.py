"""Why a Transformer uses LayerNorm: whose outputs move with padding and with neighbors?"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, exact
from viz_models.figures.normalization import sentences as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, SentenceRow, Sentences, SentenceSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, seed_shown, select, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.results.normalization import sentences as results

LENGTHS = {
    N_("5, 9, 3, 7 tokens"): (5, 9, 3, 7),
    N_("5, 5, 5, 5 tokens"): (5, 5, 5, 5),
    N_("5, 12, 2, 2, 8, 3 tokens"): (5, 12, 2, 2, 8, 3),
}
PADDING = tuple(range(17))
CHANNEL = 0  # the one on screen; changes are measured over all
CASES = (N_("as it is"), "padded", "neighbors")  # in which the first sentence is normalized
OUTPUT = 46  # px, of one number in a card
TOKEN = 26  # px, of one token on the stage
STAGE = 420  # px, of both batches side by side


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    spec: SentenceSpec
    result: Sentences

    def row(self, start: str) -> SentenceRow:
        """Return the norm whose label begins like this."""
        return next(r for r in self.result.rows if r.label.startswith(start))


def controls() -> View:
    """Draw the choices of sentences and padding; return what was measured for them."""
    with control_row():
        lengths = select(_("Lengths of the sentences"), LENGTHS, "lengths", 200)
        padding = slider(_("<pad> tokens added"), PADDING, "padding", 300, value=4)
        seeds = {str(s): s for s in range(10)}
        seed = select(_("Seed of the sentences"), seeds, "seed", 96, show=seed_shown)
    spec = replace(results.drawn(lengths, seed), more_padding=padding)
    return View(spec, results.sentences(spec))


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    batch, layer = view.row("BN"), view.row("LN over C")
    return {
        "first": view.spec.sentences[0],
        "padding": str(view.spec.more_padding),
        "batch_padding": exact(batch.padding_change),
        "batch_neighbor": exact(batch.neighbor_change),
        "layer": exact(max(layer.padding_change, layer.neighbor_change)),
    }


def draw_batch(view: View, text: Mapping[str, str]) -> None:
    """Draw the batch as it is and with more padding, and what padding does to the outputs."""
    batch, chart = st.columns([1, 1.15], gap="xsmall")
    with batch.container(border=True, height="stretch"):
        tiles(_batches(view), key="batch", luts=luts(is_dark()))
        channels = view.result.tokens.shape[2]
        st.caption(text["The batch"].format(channels=channels, **_listed(view.spec)))
    with chart.container(border=True, height="stretch"):
        specs = [replace(view.spec, more_padding=n) for n in PADDING]
        changes = results.padding_changes(specs)
        figure = kept(
            figures.change_over_padding, PADDING, changes, view.spec.more_padding, **figure_look()
        )
        show(figure, "over_padding")


def _listed(spec: SentenceSpec) -> dict[str, str]:
    """Return the sentences of both batches, each with its number."""

    def listed(texts: Sequence[str], first: int) -> str:
        return " · ".join(f"{i} *{text}*" for i, text in enumerate(texts, first))

    return {"sentences": listed(spec.sentences, 0), "neighbors": listed(spec.neighbors, 1)}


def _batches(view: View) -> list[Tiles]:
    tokens, real = view.result.tokens[:, :, CHANNEL], view.result.real
    wide = view.result.padded[:, :, CHANNEL]
    more = ((0, 0), (0, view.spec.more_padding))
    side = min(TOKEN, STAGE // (tokens.shape[1] + wide.shape[1]))
    rows = tuple(map(str, range(len(tokens))))
    plain = replace(_matrix("tokens", tokens, _("the batch")), row_labels=rows)
    padded = _matrix("padded", wide, _("padded further"))
    return [
        replace(plain, hatched=~real, size=side * tokens.shape[1]),
        replace(padded, hatched=~np.pad(real, more), size=side * wide.shape[1], bar=True),
    ]


def _matrix(name: str, values: np.ndarray, title: str, note: str = "") -> Tiles:
    return Tiles(name=name, values=values[None], title=title, note=note, scheme="diverging")


def draw_norms(view: View) -> None:
    """Draw for each norm the outputs of the first sentence three times, and how far they moved."""
    columns = st.columns(len(view.result.rows), gap="xsmall")
    for i, (column, row) in enumerate(zip(columns, view.result.rows, strict=True)):
        with column.container(border=True, height="stretch"):
            tiles([_outputs(view, row)], key=f"outputs_{i}", luts=luts(is_dark()))
            ledger(_changes(row), key=f"changes_{i}", badge=lesson.badge(view.result.provenance))


def _outputs(view: View, row: SentenceRow) -> Tiles:
    """Return (3, T): as it is, padded further, with other neighbors."""
    length = view.spec.lengths[0]
    outputs = (row.output, row.padded_output, row.neighbor_output)
    values = np.stack([o[0, :length, CHANNEL] for o in outputs])
    grid = _matrix("outputs", values, _(row.label))
    words = tuple(view.spec.sentences[0].split())
    return replace(
        grid,
        show_values=True,
        size=OUTPUT * length,
        column_labels=words,
        row_labels=tuple(_(case) for case in CASES),
    )


def _changes(row: SentenceRow) -> list[Line]:
    means = " / ".join(digits(m, 2) for m in row.means)
    return [
        Line(label=_("μ for its first token, channel 0"), value=means),
        _change(_("more padding: largest change"), row.padding_change),
        _change(_("other neighbors: largest change"), row.neighbor_change),
    ]


def _change(label: str, change: float) -> Line:
    return Line(
        label=label,
        value=exact(change),
        role="checked" if change == 0 else "warning",
    )


def draw_reasons(text: Mapping[str, str]) -> None:
    """Draw one paragraph for each norm that says why."""
    titles = ("BatchNorm", N_("LayerNorm over C"), N_("LayerNorm over (T, C)"))
    for column, title in zip(st.columns(3, gap="small"), titles, strict=True):
        column.markdown(f"**{_(title)}.** {text[title]}")


def code(view: View) -> str:
    """Return a script that prints the same changes."""
    spec, found = view.spec, view.result
    texts = (*spec.sentences, *(f"{text} (neighbor)" for text in spec.neighbors))
    blanks: dict[str, object] = {}
    for name in ("plain", "padded", "neighbors"):
        x = found.tokens if name == "plain" else getattr(found, name)
        blanks |= {name: _held(x), f"{name}_shape": x.shape}
    return take_away.filled(
        "normalization/sentences",
        sentences="\n".join(f"# {text}" for text in texts),
        more=spec.more_padding,
        length=spec.lengths[0],
        **blanks,
    )


def _held(x: np.ndarray) -> str:
    """Return the bytes of an array as text."""
    return base64.b64encode(np.ascontiguousarray(x).tobytes()).decode("ascii")


def table(view: View) -> str:
    """Return the changes of each norm as CSV."""
    rows = ([r.label, r.padding_change, r.neighbor_change] for r in view.result.rows)
    return take_away.csv_text(("norm", "change_by_padding", "change_by_neighbors"), rows)
