"""Three readings of one recurrent network: n to 1, n to n and 1 to n, with what it really says."""

from collections.abc import Mapping

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import gates as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.panels.sequence.gates import View
from viz_models.ui.results.sequence import gates as results

SHOWN = 7  # steps of an unrolled network
KINDS = (N_("a statement"), N_("a question"), N_("a negation"), N_("no verb"))
CLASSES = {
    "determiner": N_("det."),
    "adjective": N_("adj."),
    "pronoun": N_("pron."),
    "adverb": N_("adv."),
    "noun": N_("noun"),
    "verb": N_("verb"),
    "other": N_("other"),
}


def draw_readings(view: View, text: Mapping[str, str], facts: Mapping[str, str]) -> None:
    """Draw what is read from the last state, from every state, and what is written from one."""
    found = results.readings(view.spec)
    tokens, written = token_labels(found.tokens), token_labels(found.written)
    kind = _(found.kind.name)  # one of KINDS
    nothing = ("",) * (len(tokens) - 1)
    pictures = (
        (N_("n to 1"), tokens, (*nothing, kind), False),
        (N_("n to n"), tokens[:-1], tuple(_(CLASSES[w.name]) for w in found.words), False),
        (N_("1 to n"), ("h", *written[:-1]), written, True),
    )
    facts = {**facts, "kind": kind, "p": digits(found.kind.probability, 2)}
    columns = st.columns(3, gap="xsmall")
    for column, (title, inputs, outputs, own) in zip(columns, pictures, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{_(title)}**")
            cut = slice(max(0, len(inputs) - SHOWN) if title == "n to 1" else 0, None)
            steps = inputs[cut][:SHOWN], outputs[cut][:SHOWN]
            chart = kept(figures.reading, *steps, own, **figure_look())
            show(chart, f"reading_{title.replace(' ', '_')}")
            st.caption(text[title].format(**facts))
    st.caption(lesson.badge(found.provenance))
