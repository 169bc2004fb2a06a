"""A recurrent translator at work: who decides about each word, and exact translations by length."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import translators as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models import vocabulary
from viz_models.records import Line
from viz_models.records.sequence.translators import (
    RecurrentModel,
    TranslateSpec,
    Translation,
    TranslatorScores,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.panels.sequence.translators_seeds import gain
from viz_models.ui.results.sequence import translators as results

NAMES: dict[str, str] = {
    "transformer": N_("Transformer"),
    "lstm_attention": N_("LSTM with attention"),
    "lstm": "LSTM",
    "rnn_attention": N_("RNN with attention"),
    "gru": "GRU",
    "lstm_32": N_("LSTM, 32 units"),
    "lstm_16": N_("LSTM, 16 units"),
    "rnn": "RNN",
}
ORDER: tuple[RecurrentModel, ...] = (
    *("lstm", "lstm_attention", "rnn", "rnn_attention"),
    *("gru", "lstm_32", "lstm_16"),
)
MODELS = {NAMES[model]: model for model in ORDER}
ALWAYS = {"transformer", "lstm_attention", "lstm", "rnn_attention", "rnn"}  # in the chart
FIRST = 5  # the word that the page opens on: where the plain LSTM goes wrong
LONG = 10  # words, from which a sentence is called long


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, the translation found for them, and what was recorded."""

    translation: Translation
    recorded: TranslatorScores
    word: int  # which word of the translation is being written, from 0

    @property
    def spec(self) -> TranslateSpec:
        """What was translated, and by which network."""
        return self.translation.spec

    @property
    def has_attention(self) -> bool:
        """Whether the chosen network looks back at the words read."""
        return self.translation.weights is not None


def controls() -> View:
    """Draw the sentence and the choice of the network; return the translation found."""
    with control_row():
        text = sentence(_("Sentence"), TranslateSpec().text, key="text", width=400)
        model = select(_("Network"), MODELS, "net", 200)
        found = results.translation(TranslateSpec(text=text, model=model))
        draw_vocabulary(found.unknown)
    word = position(token_labels(found.written), default=first_word(found))
    return View(found, results.recorded(), word)


def first_word(found: Translation) -> int:
    """Return the word that this sentence opens on."""
    return min(FIRST, len(found.written) - 1)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    scores = view.recorded
    said = {"sentences": f"{scores.score('lstm').sentences:,}", "long": str(LONG)}
    for model in NAMES:
        said[model] = digits(100 * scores.score(model).exact, 3)
        said[f"{model}_long"] = digits(100 * scores.score(model).exact_from(LONG), 2)
    return said | gain(scores)


def draw_stage(view: View, text: Mapping[str, str]) -> None:
    """Draw who decides about each word written, beside exact translations by length."""
    left, right = st.columns([1.15, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        found = view.translation
        chosen = found.influence if found.weights is None else found.weights
        name = _("share of the gradient") if found.weights is None else _("attention")
        group = _rows(view, chosen, "decides", name)
        tiles([group], key="decides", luts=luts(is_dark()), height=300)
        st.caption(text["The rows, attention" if view.has_attention else "The rows"])
    with right.container(border=True, height="stretch"):
        look = figure_look()
        names = {m: name for m, name in NAMES.items() if m in ALWAYS}
        names |= {view.spec.model: NAMES[view.spec.model]}  # last, so that colors stay
        chart = kept(figures.exact_by_length, view.recorded, names, view.spec.model, **look)
        show(chart, "exact")
        st.caption(text["By length"].format(**facts(view)))


def _rows(view: View, values: np.ndarray, name: str, title: str) -> Tiles:
    """Return a (T, S) matrix of words written and words read; the chosen row is lit."""
    found = view.translation
    rows = np.arange(len(values))
    reads, writes = ("<bos>", *found.written[:-1]), found.written
    return Tiles(
        name=name,
        values=values.astype(np.float32)[None],
        title=title,
        note=_("each row sums to 1"),
        limits=(0.0, 1.0 if view.has_attention else float(values.max())),
        show_values=True,
        stretch=True,
        row_labels=token_labels(reads),
        column_labels=token_labels(found.source),
        row_margins=(token_labels(writes),),
        row_margin_names=(_("writes"),),
        lit=(rows == view.word)[None, :, None],
    )


def draw_foot(view: View) -> None:
    """Draw the sentence as it is written; arrow keys walk from word to word."""
    found = view.translation
    labels = token_labels(found.written)
    steps = zip(labels, found.probability, strict=True)
    scrubber(
        labels,
        key="foot",
        lead=_("it writes"),
        said=[f"{word}, p = {p:.3f}" for word, p in steps],
        default=first_word(found),
    )


def draw_maps(view: View, text: Mapping[str, str]) -> None:
    """Draw the likeliest words at this step, and where the Transformer looks."""
    found = view.translation
    left, right = st.columns([1, 1.5], gap="xsmall")
    with left.container(border=True, height="stretch"):
        ledger(
            _step(view),
            key="step",
            title=_("Word {word}").format(word=view.word + 1),
            note=_(NAMES[view.spec.model]),
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
        )
    with right.container(border=True, height="stretch"):
        tiles([_cross(view)], key="cross", luts=luts(is_dark()), height=260)
        st.caption(text["Beside the Transformer"])


def _step(view: View) -> list[Line]:
    found, at = view.translation, view.word
    wrong = found.written != found.reference
    return [
        *(
            Line(
                label=word,
                value=digits(p, 3),
                role="chosen" if word == found.written[at] else "plain",
            )
            for word, p in found.likely[at]
        ),
        Line(label=_("it writes"), value=_sentence(found.written), rule=True),
        Line(
            label=_("the Transformer writes"),
            value=_sentence(found.reference),
            role="warning" if wrong else "plain",
            note=_("another sentence") if wrong else _("the same"),
        ),
        Line(
            label=_("logits differ from torch's by"),
            value=digits(found.max_difference, 1),
            role="checked",
        ),
    ]


def _sentence(tokens: tuple[str, ...]) -> str:
    """Return the words without the end of the sentence."""
    return " ".join(t for t in tokens if t != "<eos>")


def _cross(view: View) -> Tiles:
    """Return where the Transformer looks while it writes its own sentence."""
    found = view.translation
    return Tiles(
        name=_("cross"),
        values=found.cross.astype(np.float32)[None],
        title=_("the Transformer's cross-attention"),
        note=_("last layer, mean of its heads"),
        limits=(0.0, 1.0),
        stretch=True,
        show_values=True,
        row_labels=token_labels(("<bos>", *found.reference[:-1])),
        column_labels=token_labels(found.source),
        row_margins=(token_labels(found.reference),),
        row_margin_names=(_("writes"),),
    )


def draw_states(view: View) -> None:
    """Draw the states of encoder and decoder, a row a word; the state handed over is lit."""
    found = view.translation
    encoder, decoder = found.encoder.states, found.decoder.states
    last = np.arange(len(encoder)) == len(encoder) - 1
    at = np.arange(len(decoder)) == view.word
    with st.container(border=True):
        tiles(
            [
                _strip(
                    encoder,
                    N_("encoder"),
                    found.source,
                    last,
                    after=_("hands over\nthe last state"),
                ),
                _strip(decoder, N_("decoder"), ("<bos>", *found.written[:-1]), at),
            ],
            key="states",
            luts=luts(is_dark()),
            height=280,
        )


def _strip(
    states: np.ndarray, name: str, tokens: tuple[str, ...], lit: np.ndarray, after: str = ""
) -> Tiles:
    return Tiles(
        name=name,
        values=states.astype(np.float32)[None],
        title=_("{name}: h after each word").format(name=_(name)),
        scheme="diverging",
        limits=(-1.0, 1.0),
        stretch=True,
        row_labels=token_labels(tokens),
        axes=(_("word"), _("unit")),
        lit=lit[None, :, None],
        after=after,
    )


def code(view: View) -> str:
    """Return a script that translates the sentence with torch's own modules."""
    spec, found = view.spec, view.translation
    ids = (*vocabulary.tokenize(spec.text).ids, vocabulary.EOS)
    cell = spec.model.partition("_")[0].upper()
    return take_away.filled(
        "sequence/translators",
        model=weights(view),
        cell=cell,
        source=repr(list(ids)),
        english=" ".join(found.source),
        french=" ".join(vocabulary.FRENCH),
        limit=2 * len(ids) + 6,
    )


def weights(view: View) -> str:
    """Return the name in pretrained/ of the chosen network's weights."""
    return f"translate_{view.spec.model}"


def table(view: View) -> str:
    """Return a row for each word written: its probability, and who decided about it."""
    found = view.translation
    shares = found.influence if found.weights is None else found.weights
    return take_away.csv_text(
        ("word", "probability", *found.source),
        (
            [word, float(p), *map(float, row)]
            for word, p, row in zip(found.written, found.probability, shares, strict=True)
        ),
    )
