"""What every lesson begins and ends with: its question, its answer, where its numbers come from."""

import re
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records import Provenance
from viz_models.ui.guides import locks
from viz_models.ui.kit import words

KINDS = (N_("measured now"), N_("recorded run"), N_("illustration"))  # of provenance
DEVICES = (N_("one thread"), N_("{n} thread"), N_("{n} threads"))


def head(text: Mapping[str, str]) -> DeltaGenerator:
    """Return the question; returns where its answer goes once it is computed."""
    st.title(text[""].partition("\n")[0])
    return st.empty()


def answer(where: DeltaGenerator, section: str, **facts: str) -> None:
    """One line of answer, with what was measured."""
    say(where, section.format(**facts))


def say(where: DeltaGenerator, line: str) -> None:
    """Draw the line under the question, unless a guided lesson asks the reader first."""
    whole = re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", line)  # no line begins with "%"
    where.caption(_(locks.ANSWER) if locks.is_hidden("answer") else whole)


def draw_refusal(reason: str, instead: str) -> None:
    """Say why what was asked for cannot be shown, and what is; nothing where nothing was refused.

    Args:
        reason: A clause without its full stop, from an error; "" if nothing was refused.
        instead: A whole sentence.
    """
    if reason:
        said = words.plain(words.sentence(reason))
        st.caption(_(":red[{said}.] {instead}").format(said=said, instead=instead))


def badge(provenance: Provenance) -> str:
    """Where a card's numbers come from: "measured now · cpu · seed 0 · torch 2.14.1"."""
    seed = "" if provenance.seed is None else _("seed {seed}").format(seed=provenance.seed)
    parts = (
        _(provenance.kind),
        provenance.date,
        numbered(provenance.device),
        seed,
        provenance.versions,
    )
    return " · ".join(p for p in parts if p)
