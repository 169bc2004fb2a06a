"""Three readings of one recurrent network: n to 1, n to n and 1 to n, with what it really says."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import gates as figures
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.panels.sequence.gates import View
from viz_models.ui.results.sequence import gates as results

SHOWN = 7  # steps of an unrolled network
SHORT = {"determiner": "det.", "adjective": "adj.", "pronoun": "pron.", "adverb": "adv."}


def draw_readings(view: View, text: Mapping[str, str], facts: Mapping[str, str]) -> None:
    """Draw what is read from the last state, from every state, and what is written from one."""
    found = results.readings(view.spec)
    tokens, written = token_labels(found.tokens), token_labels(found.written)
    nothing = ("",) * (len(tokens) - 1)
    pictures = (
        ("n to 1", tokens, (*nothing, found.kind.name), False),
        ("n to n", tokens[:-1], tuple(SHORT.get(w.name, w.name) for w in found.words), False),
        ("1 to n", ("h", *written[:-1]), written, True),
    )
    facts = {**facts, "kind": found.kind.name, "p": digits(found.kind.probability, 2)}
    columns = st.columns(3, gap="xsmall")
    for column, (title, inputs, outputs, own) in zip(columns, pictures, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**")
            cut = slice(max(0, len(inputs) - SHOWN) if title == "n to 1" else 0, None)
            steps = inputs[cut][:SHOWN], outputs[cut][:SHOWN]
            chart = kept(
                "gates_reading", partial(figures.reading, *steps, own), view.spec, title,
                **figure_look(),
            )  # fmt: skip
            show(chart, f"reading_{title.replace(' ', '_')}")
            st.caption(text[title].format(**facts))
    st.caption(lesson.badge(found.provenance))
