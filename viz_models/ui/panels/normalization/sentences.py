"""Why LayerNorm in a Transformer: whose outputs move with padding and with neighbors?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, exact
from viz_models.figures.normalization import sentences as figures
from viz_models.records import Line, SentenceRow, Sentences, SentenceSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.controls import control_row, select, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.results.normalization import sentences as results

LENGTHS = {
    "5, 9, 3, 7 tokens": (5, 9, 3, 7),
    "5, 5, 5, 5 tokens": (5, 5, 5, 5),
    "5, 12, 2, 2, 8, 3 tokens": (5, 12, 2, 2, 8, 3),
}
PADDING = tuple(range(17))
CHANNEL = 0  # the one on screen; changes are measured over all
OUTPUT = 46  # px, of one number in a card
TOKEN = 26  # px, of one token on the stage
STAGE = 420  # px, of both batches side by side


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    spec: SentenceSpec
    result: Sentences

    def row(self, start: str) -> SentenceRow:
        """The norm whose label begins like this and ends in C."""
        return next(r for r in self.result.rows if r.label.startswith(start))


def controls() -> View:
    """Sentences, padding, and the seed they are drawn with."""
    with control_row():
        lengths = select("Lengths of the sentences", LENGTHS, "lengths", 200)
        padding = slider("Padding added", PADDING, "padding", 300, value=4)
        seeds = {f"seed {s}": s for s in range(10)}
        seed = select("Seed of the embeddings", seeds, "seed", 96)
    spec = SentenceSpec(lengths=lengths, more_padding=padding, seed=seed)
    return View(spec, results.sentences(spec))


def facts(view: View) -> dict[str, str]:
    """What the answer may name."""
    batch, layer = view.row("BN"), view.row("LN over C")
    return {
        "padding": str(view.spec.more_padding),
        "batch_padding": exact(batch.padding_change),
        "batch_neighbor": exact(batch.neighbor_change),
        "layer": exact(max(layer.padding_change, layer.neighbor_change)),
    }


def stage(view: View, text: Mapping[str, str]) -> None:
    """The batch, as it is and with more padding; what padding does to outputs."""
    batch, chart = st.columns([1, 1.15], gap="xsmall")
    with batch.container(border=True, height="stretch"):
        tiles(_batches(view), key="batch", luts=luts(is_dark()))
        st.caption(text["The batch"].format(channels=view.spec.channels))
    with chart.container(border=True, height="stretch"):
        specs = [replace(view.spec, more_padding=n) for n in PADDING]
        changes = results.padding_changes(specs)
        figure = figures.change_over_padding(
            PADDING, changes, view.spec.more_padding, **figure_look()
        )
        show(figure, "over_padding")


def _batches(view: View) -> list[Tiles]:
    tokens, real = view.result.tokens[:, :, CHANNEL], view.result.real
    more = ((0, 0), (0, view.spec.more_padding))
    wide = np.pad(tokens, more)
    side = min(TOKEN, STAGE // (tokens.shape[1] + wide.shape[1]))
    plain = _matrix("tokens", tokens, "the batch")
    padded = _matrix("padded", wide, "padded further")
    return [
        replace(plain, hatched=~real, size=side * tokens.shape[1]),
        replace(padded, hatched=~np.pad(real, more), size=side * wide.shape[1], bar=True),
    ]


def _matrix(name: str, values: np.ndarray, title: str, note: str = "") -> Tiles:
    return Tiles(name=name, values=values[None], title=title, note=note, scheme="diverging")


def norms(view: View) -> None:
    """For each norm: the first sentence's outputs three times, and how far they moved."""
    columns = st.columns(len(view.result.rows), gap="xsmall")
    for i, (column, row) in enumerate(zip(columns, view.result.rows, strict=True)):
        with column.container(border=True, height="stretch"):
            tiles([_outputs(view, row)], key=f"outputs_{i}", luts=luts(is_dark()))
            ledger(_changes(row), key=f"changes_{i}", badge=lesson.badge(view.result.provenance))


def _outputs(view: View, row: SentenceRow) -> Tiles:
    """(3, T): as it is, padded further, with other neighbors."""
    length = view.spec.lengths[0]
    outputs = (row.output, row.padded_output, row.neighbor_output)
    values = np.stack([o[0, :length, CHANNEL] for o in outputs])
    grid = _matrix("outputs", values, row.label, "rows: as it is, padded, other neighbors")
    return replace(grid, show_values=True, size=OUTPUT * length)


def _changes(row: SentenceRow) -> list[Line]:
    means = " / ".join(digits(m, 2) for m in row.means)
    return [
        Line(label="μ of its first token", value=means),
        _change("more padding moves it by", row.padding_change),
        _change("other neighbors move it by", row.neighbor_change),
    ]


def _change(label: str, change: float) -> Line:
    return Line(
        label=label,
        value=exact(change),
        role="checked" if change == 0 else "warning",
    )


def explained(text: Mapping[str, str]) -> None:
    """Why, a paragraph a norm."""
    titles = ("BatchNorm", "LayerNorm over C", "LayerNorm over (T, C)")
    for column, title in zip(st.columns(3, gap="small"), titles, strict=True):
        column.markdown(f"**{title}.** {text[title]}")


def code(view: View) -> str:
    """A script that prints the same changes."""
    spec = view.spec
    return take_away.filled(
        "normalization/sentences",
        lengths=spec.lengths,
        channels=spec.channels,
        padding=spec.more_padding,
        seed=spec.seed,
    )


def table(view: View) -> str:
    """Changes of each norm."""
    rows = ([r.label, r.padding_change, r.neighbor_change] for r in view.result.rows)
    return take_away.csv_text(("norm", "change_by_padding", "change_by_neighbors"), rows)
