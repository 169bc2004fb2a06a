"""Recurrent translators: what is asked of them, and what they computed."""

from typing import Literal

RecurrentModel = Literal[
    "lstm", "lstm_attention", "rnn", "rnn_attention", "gru", "lstm_32", "lstm_16"
]
