"""The reader's own sentence on the page on memory: what each word still does to later states."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.memory import Carried
from viz_models.records.sequence.translators import RecurrentModel, TranslateSpec
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.controls import control_row, select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.sequence import memory as results

MODELS: dict[str, RecurrentModel] = {
    "LSTM": "lstm",
    N_("LSTM with attention"): "lstm_attention",
    "RNN": "rnn",
    N_("RNN with attention"): "rnn_attention",
    "GRU": "gru",
}


def draw_sentence(text: Mapping[str, str]) -> None:
    """Draw the words of a sentence as columns, and the state after each of them as a row."""
    with control_row():
        typed = sentence(_("Sentence"), TranslateSpec().text, key="text", width=400)
        model = select(_("Network"), MODELS, "net", 200)
        found = results.carried(TranslateSpec(text=typed, model=model))
        draw_vocabulary(found.unknown)
    labels = token_labels(found.words)
    with st.container(border=True):
        tiles(
            [
                Tiles(
                    name=_("carried"),
                    values=found.shares[None].astype(np.float32),
                    hatched=np.triu(np.ones(found.norms.shape, dtype=bool), 1),
                    limits=(0.0, float(found.shares.max())),
                    show_values=True,
                    stretch=True,
                    row_labels=tuple(_("after {label}").format(label=label) for label in labels),
                    column_labels=labels,
                )
            ],
            key="carried",
            luts=luts(is_dark()),
            height=340,
        )
        said = text["told, sentence"].format(**facts(found))
        st.caption(f"{said} {lesson.badge(found.provenance)}")


def facts(found: Carried) -> dict[str, str]:
    """Return the numbers that the caption names: what is left of the first word at the end."""
    last = found.shares[-1]
    strongest = int(last[:-1].argmax())  # of those before the last
    return {
        "network": _(next(name for name, model in MODELS.items() if model == found.spec.model)),
        "first": words.plain(found.words[0]),
        "count": str(len(found.words)),
        "share": digits(float(last[0]), 2),
        "strongest": words.plain(found.words[strongest]),
        "most": digits(float(last[strongest]), 2),
    }
