"""Writing a translation word by word: where it looks, what is likely, what a beam keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.attention import decode as figures
from viz_models.records import DecodeSpec, Decoding, Line, Written
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.controls import control_row, select, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention import sentence as attend_sentence
from viz_models.ui.results.attention import decode as results

TEXT = "my friend has cats and two books"  # two objects: the grammar never joins any
WIDTH = 3
FIRST = 2  # the word that the page opens on
MEAN = "mean of its heads"
LOOKS: dict[str, tuple[int, int | None]] = {
    f"layer {layer}, {name}": (layer - 1, head)
    for layer in (2, 1)
    for name, head in ((MEAN, None), *((f"head {h + 1}", h) for h in range(4)))
}
SHOWN = 6  # likely words
STAGE = 272  # px


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    decoding: Decoding
    look: tuple[int, int | None]  # layer, head of cross-attention; None is the mean of the heads

    @property
    def written(self) -> Written:
        """The sentence found."""
        return self.decoding.written

    @property
    def word(self) -> int:
        """Which of its words is being written."""
        return position(self.written.tokens, default=self.first)

    @property
    def first(self) -> int:
        """The word that this sentence opens on."""
        return min(FIRST, len(self.written.tokens) - 1)

    def weights(self) -> np.ndarray:
        """(T, S) of the chosen head, or the mean of all heads of its layer."""
        layer, head = self.look
        of_layer = self.written.cross[layer]
        return of_layer.mean(0) if head is None else of_layer[head]


def controls() -> View:
    """Sentence, width of the beam, and whose cross-attention is shown."""
    with control_row():
        text = attend_sentence.sentence("Sentence", TEXT, key="text", width=250)
        width = slider("Beam width", (1, 2, 3, 4, 5), "beam", 190, value=WIDTH)
        look = select("Cross-attention", LOOKS, "look", 214)
        found = results.decoding(DecodeSpec(text=text, width=width))
        attend_sentence.unknown(found.unknown)
    return View(found, look)


def section(view: View) -> str:
    """Which sentence answers: a beam may write a word that is not the likeliest."""
    written, at = view.written, view.word
    better = written.log_probability > view.decoding.greedy_log_probability
    passed_over = written.tokens[at] != written.best(at, 1)[0][0]
    return "answer beam" if better and passed_over else "answer"


def facts(view: View) -> dict[str, str]:
    """What the answer may name."""
    written, at = view.written, view.word
    row = view.weights()[at]
    looked = int(row.argmax())
    [(likeliest, highest)] = written.best(at, 1)
    return {
        "word": words.plain(written.tokens[at]),
        "n": str(at + 1),
        "p": digits(float(written.probability[at]), 3),
        "before": words.plain(" ".join(written.tokens[:at]) or "nothing"),
        "looked": words.plain(written.source[looked]),
        "weight": digits(float(row[looked]), 2),
        "likeliest": words.plain(likeliest),
        "highest": digits(highest, 3),
        "found": digits(written.log_probability, 3),
        "greedy": digits(view.decoding.greedy_log_probability, 3),
    }


def stage(view: View) -> None:
    """Where each word's query looked, and the likeliest words at the chosen one."""
    matrix, bars = st.columns([1.1, 1], gap="xsmall")
    with matrix.container(border=True, height="stretch"):
        tiles([_cross(view)], key="cross", luts=luts(is_dark()), height=STAGE)
    with bars.container(border=True, height="stretch"):
        at = view.word
        likely = view.written.best(at, SHOWN)
        figure = figures.likely_words(likely, view.written.tokens[at], **figure_look())
        st.caption(f"word {at + 1}, likeliest first")
        show(figure, "likely")


def _cross(view: View) -> Tiles:
    """(T, S) weights; rows that are still to be written stay hatched."""
    written, at = view.written, view.word
    rows = np.arange(len(written.tokens))
    values = view.weights().astype(np.float32)
    return Tiles(
        name="cross",
        values=values[None],
        title="cross-attention",
        note="where the query of each written word looks",
        limits=(0.0, 1.0),
        show_values=True,
        row_labels=written.tokens,
        column_labels=written.source,
        hatched=np.broadcast_to((rows > at)[:, None], values.shape),
        hatched_text="\N{ZERO WIDTH SPACE}",
        lit=(rows == at)[None, :, None],
    )


def foot(view: View) -> None:
    """The sentence as it is written, walked by the arrow keys."""
    written = view.written
    pairs = zip(written.tokens, written.probability, strict=True)
    said = [f"writes {word}, p = {p:.3f}" for word, p in pairs]
    lead = f"{' '.join(written.source[:-1])} →"
    scrubber(written.tokens, key="foot", lead=lead, said=said, default=view.first)


def beam(view: View, text: Mapping[str, str]) -> None:
    """The tree of all words tried, and what the beam found beside greedy."""
    tree, numbers = st.columns([2.3, 1], gap="xsmall")
    with tree.container(border=True, height="stretch"):
        show(figures.beam_tree(view.decoding, **figure_look()), "tree", wide=True)
        st.caption(text["The beam"])
    with numbers.container(border=True, height="stretch"):
        ledger(
            _beam(view),
            key="beam_card",
            title=f"Beam of {view.decoding.spec.width}",
            note="greedy" if view.decoding.spec.width == 1 else "",
            badge=lesson.badge(view.decoding.provenance),
            terms=words.glossary(),
        )


def _beam(view: View) -> list[Line]:
    found = view.decoding
    same = found.greedy == found.written.tokens
    return [
        Line(label=" ".join(found.written.tokens), role="plain"),
        Line(
            label="log p of the sentence",
            value=digits(found.written.log_probability, 4),
            role="chosen",
            term="log p",
        ),
        Line(label=" ".join(found.greedy) if not same else "greedy writes the same", role="muted"),
        Line(label="log p, greedy", value=digits(found.greedy_log_probability, 4)),
        Line(label="words tried", value=str(len(found.tree)), rule=True),
        Line(label="words kept on the way", value=str(sum(n.kept for n in found.tree))),
        Line(
            label="KV cache equals the whole pass to",
            value=digits(found.written.max_difference, 1),
            role="checked",
        ),
    ]


def code(view: View) -> str:
    """A script with greedy and beam search over any next-word function."""
    return take_away.filled("attention/decode", width=view.decoding.spec.width)


def table(view: View) -> str:
    """A word a row: its probability, and where it looked."""
    written, weights = view.written, view.weights()
    columns = ("word", "probability", *written.source)
    rows = (
        [token, float(p), *map(float, row)]
        for token, p, row in zip(written.tokens, written.probability, weights, strict=True)
    )
    return take_away.csv_text(columns, rows)
