"""A translation word by word: where each query looks, likely words, what a beam keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.attention import decode as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import DecodeSpec, Decoding, Line, Written
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.layers import help_on, select_place
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.attention import decode as results

# The grammar never asks a negated question. Greedy search begins "j'", which is a little likelier
# than "je" and wrong before "n'"; a beam of 2 or more keeps both and finds the right sentence.
TEXT = "do i not have this horse ?"
EXAMPLES = (
    TEXT,
    "i love cats",
    "she does not see the dog",
    "my friend has cats and two books",
)
WIDTH = 3
FIRST = 2  # the word that the page opens on
MEAN, HEAD = N_("layer {n}, mean of its heads"), N_("layer {n}, head {n2}")
LOOKS: dict[str, tuple[int, int | None]] = {
    (MEAN if head is None else HEAD).format(n=layer, n2=head): (layer, head)
    for layer in (1, 0)
    for head in (None, 0, 1, 2, 3)
}
SHOWN = 6  # likely words
STAGE = 296  # px


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and the translation that was found for them."""

    decoding: Decoding
    layer: int  # of cross-attention
    head: int | None  # None is the mean of the heads
    word: int  # which word of the translation is being written, from 0

    @property
    def written(self) -> Written:
        """The sentence found."""
        return self.decoding.written

    @property
    def read(self) -> tuple[str, ...]:
        """The words that the decoder has just read when it writes each word."""
        return token_labels(("<bos>", *self.written.tokens[:-1]))

    @property
    def weights(self) -> np.ndarray:
        """Weights of the chosen head, or the mean of all heads of its layer: (T, S)."""
        of_layer = self.written.cross[self.layer]
        return of_layer.mean(0) if self.head is None else of_layer[self.head]


def first_word(written: Written) -> int:
    """Return the word that this sentence opens on."""
    return min(FIRST, len(written.tokens) - 1)


def controls() -> View:
    """Draw the controls: sentence, width of the beam, and which cross-attention is shown."""
    with control_row():
        text = sentence(_("Sentence"), TEXT, key="text", width=240)
        with st.popover(_("Examples"), width="content"):
            for example in EXAMPLES:
                st.button(example, key=f"try_{example}", on_click=_type, args=(example,))
        width = slider(_("Beam width"), (1, 2, 3, 4, 5), "beam", 170, value=WIDTH)
        layer, head = select_place(
            _("Cross-attention"), LOOKS, "looks", 214, default=MEAN.format(n=1), former="look"
        )
        found = results.decoding(DecodeSpec(text=text, width=width))
        draw_vocabulary(found.unknown)
    word = position(token_labels(found.written.tokens), default=first_word(found.written))
    return View(found, layer, head, word)


def _type(example: str) -> None:
    """Put an example into the field."""
    st.session_state["text"] = example


def section(view: View) -> str:
    """Return which sentence answers: a beam may write a word that is not the likeliest."""
    written, at = view.written, view.word
    better = written.log_probability > view.decoding.greedy_log_probability
    passed_over = written.tokens[at] != written.best(at, 1)[0][0]
    return "answer beam" if better and passed_over else "answer"


def facts(view: View) -> dict[str, str]:
    """Return what the answer may name."""
    written, at = view.written, view.word
    row = view.weights[at]
    looked = int(row.argmax())
    [(likeliest, highest)] = written.best(at, 1)
    return {
        "word": words.plain(written.tokens[at]),
        "n": str(at + 1),
        "p": digits(float(written.probability[at]), 3),
        "before": words.plain(" ".join(token_labels(("<bos>", *written.tokens[:at])))),
        "looked": words.plain(written.source[looked]),
        "weight": digits(float(row[looked]), 2),
        "likeliest": words.plain(likeliest),
        "highest": digits(highest, 3),
        "found": digits(written.log_probability, 3),
        "greedy": digits(view.decoding.greedy_log_probability, 3),
    }


def draw_stage(view: View, text: Mapping[str, str]) -> None:
    """Draw where each query looked, and the likeliest words at the chosen one."""
    matrix, bars = st.columns([1.1, 1], gap="xsmall")
    with matrix.container(border=True, height="stretch"):
        tiles([_cross(view)], key="cross", luts=luts(is_dark()), height=STAGE)
        st.caption(text["The rows"], help=help_on("row", "layer and head"))
    with bars.container(border=True, height="stretch"):
        at = view.word
        likely = view.written.best(at, SHOWN)
        figure = kept(figures.likely_words, likely, view.written.tokens[at], **figure_look())
        st.caption(
            _("Word {at}: the likeliest words after “{read}”").format(
                at=at + 1, read=words.plain(view.read[at])
            )
        )
        show(figure, "likely")


def _cross(view: View) -> Tiles:
    """Return the (T, S) weights; rows that are still to be written stay hatched."""
    written, at = view.written, view.word
    rows = np.arange(len(written.tokens))
    values = view.weights.astype(np.float32)
    return Tiles(
        name=_("cross"),
        values=values[None],
        title=_("cross-attention"),
        note=_("where the query of each row looks"),
        limits=(0.0, 1.0),
        show_values=True,
        stretch=True,
        row_labels=view.read,
        column_labels=token_labels(written.source),
        row_margins=(token_labels(written.tokens),),
        row_margin_names=(_("writes"),),
        hatched=np.broadcast_to((rows > at)[:, None], values.shape),
        hatched_text="\N{ZERO WIDTH SPACE}",
        lit=(rows == at)[None, :, None],
    )


def draw_foot(view: View) -> None:
    """Draw the sentence as it is written; arrow keys walk from word to word."""
    written = view.written
    labels = token_labels(written.tokens)
    steps = zip(view.read, labels, written.probability, strict=True)
    said = [
        _("after {read} it writes {word}, p = {p:.3f}").format(read=read, word=word, p=p)
        for read, word, p in steps
    ]
    lead = f"{' '.join(written.source[:-1])} →"
    scrubber(labels, key="foot", lead=lead, said=said, default=first_word(written))


def draw_beam(view: View, text: Mapping[str, str]) -> None:
    """Draw the tree of all words tried, and the beam's sentence beside the greedy one."""
    tree, numbers = st.columns([2.3, 1], gap="xsmall")
    with tree.container(border=True, height="stretch"):
        show(kept(figures.beam_tree, view.decoding, **figure_look()), "tree", wide=True)
        st.caption(text["The beam"])
    with numbers.container(border=True, height="stretch"):
        ledger(
            _beam(view),
            key="beam_card",
            title=_("Beam of {width}").format(width=view.decoding.spec.width),
            note=_("greedy search") if view.decoding.spec.width == 1 else "",
            badge=lesson.badge(view.decoding.provenance),
            terms=words.glossary(),
        )


def _beam(view: View) -> list[Line]:
    found = view.decoding
    same = found.greedy == found.written.tokens
    return [
        Line(label=" ".join(found.written.tokens), role="plain"),
        Line(
            label=_("log p of the sentence"),
            value=digits(found.written.log_probability, 4),
            role="chosen",
            term="log p",
        ),
        Line(label=_("greedy search: the same") if same else " ".join(found.greedy), role="muted"),
        Line(
            label=_("log p of the greedy sentence"), value=digits(found.greedy_log_probability, 4)
        ),
        Line(label=_("words tried"), value=str(len(found.tree)), rule=True),
        Line(label=_("words kept"), value=str(sum(n.kept for n in found.tree))),
        Line(
            label=_("logits differ with a KV cache by"),
            value=digits(found.written.max_difference, 1),
            role="checked",
        ),
    ]


def code(view: View) -> str:
    """Return a script with greedy and beam search over any function that scores next words."""
    return take_away.filled("attention/decode", width=view.decoding.spec.width)


def table(view: View) -> str:
    """Return a table with a row for each word: its probability, and where its query looked."""
    written, weights = view.written, view.weights
    columns = ("read", "word", "probability", *written.source)
    rows = (
        [read, token, float(p), *map(float, row)]
        for read, token, p, row in zip(
            ("<bos>", *written.tokens), written.tokens, written.probability, weights, strict=False
        )
    )
    return take_away.csv_text(columns, rows)
