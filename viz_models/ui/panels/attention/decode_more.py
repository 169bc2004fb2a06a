"""A wrong word on the way, and sentences drawn from the language model."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.attention import decode as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import DecodeSpec, Line, Sample, SampleSpec, Slip, SlipSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, named, seed_shown, select, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.decode import TEXT, View
from viz_models.ui.panels.attention.sentence import sentence
from viz_models.ui.results.attention import decode as results

RANKS = {
    N_("2nd choice"): 1,
    N_("3rd choice"): 2,
    N_("10th choice"): 9,
    N_("1st choice: no slip"): 0,
}
TEMPERATURES = (0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
TOP_K: dict[str, int | None] = {
    N_("all words"): None,
    **{N_("top {n}").format(n=k): k for k in (50, 20, 10, 5, 3, 2)},
    N_("top 1"): 1,
}
SEEDS = {N_("seed {n}").format(n=s): s for s in range(10)}
SLIP = 3  # the word that is replaced at first
# The sentence that the page opens on is one that greedy search gets wrong, so what it writes cannot
# stand for the true translation. This one it gets right.
RIGHT = "the big dog eats a red apple"
CELL = 62  # px
BAR_CARD = 252  # px at normal type size


def draw_slip(view: View, text: Mapping[str, str]) -> None:
    """Draw what teacher forcing and free running do after a word was replaced."""
    text_read = sentence_of(view)
    greedy = results.decoding(DecodeSpec(text=text_read)).greedy
    places = {N_("word {n}").format(n=i + 1): i for i in range(len(greedy))}
    first = min(SLIP, len(greedy)) - 1
    with control_row():
        st.caption(f"“{words.plain(text_read)}”:", width="content")
        step = select(_("Which word slips"), places, "slips", 112, default=list(places)[first])
        with named(_("“{greedy}” is replaced by its").format(greedy=words.plain(greedy[step]))):
            rank = select(_("What is written instead"), RANKS, "to", 175)
    found = results.slip(SlipSpec(text=text_read, step=step, rank=rank))
    with st.container(border=True):
        tiles([_both(found)], key="forcing", luts=luts(is_dark()))
        st.caption(_told(found, text))


def sentence_of(view: View) -> str:
    """Return the sentence in which a word is replaced: the reader's, or one that is read right."""
    text = view.decoding.spec.text
    return RIGHT if text == TEXT else text


def _both(found: Slip) -> Tiles:
    """Return probabilities of the true words, after the true words and after its own."""
    teacher, free = found.teacher, found.free.tokens
    count = len(teacher.tokens)
    values = np.stack([teacher.probability, found.reference_when_free]).astype(np.float32)
    return Tiles(
        name=_("forcing"),
        values=values[None],
        title=_("probability of the true next word"),
        note=_("word {step} is replaced").format(step=found.spec.step + 1),
        limits=(0.0, 1.0),
        show_values=True,
        hatched_text=_("ended"),
        size=CELL * count,
        row_labels=(_("teacher forcing"), _("free running")),
        column_labels=teacher.tokens,
        margins=(tuple(free[t] if t < len(free) else "" for t in range(count)),),
        margin_names=(_("it writes"),),
    )


def _told(found: Slip, text: Mapping[str, str]) -> str:
    """Return the sentence that counts which words both still get right."""
    reference, free = found.teacher.tokens, found.free.tokens
    later = range(found.spec.step + 1, len(reference))
    right = sum(t < len(free) and free[t] == reference[t] for t in later)
    kept = sum(
        int(found.teacher.probabilities[t].argmax() == found.teacher.chosen[t]) for t in later
    )
    return text["told"].format(
        slip=words.plain(free[found.spec.step]),
        instead=words.plain(reference[found.spec.step]),
        later=len(later),
        right=right,
        forced=kept,
        free=words.plain(" ".join(free)),
    )


def draw_samples(text: Mapping[str, str]) -> None:
    """Draw the next word before and after temperature and top-k, and sentences from it."""
    with control_row():
        prompt = sentence(_("Beginning"), SampleSpec().prompt, key="prompt", width=170)
        temperature = slider(_("Temperature"), TEMPERATURES, "temperature", 230, value=0.5)
        top_k = select(_("Words that may be drawn"), TOP_K, "top_k", 118, default="top 10")
        seed = select(_("Seed"), SEEDS, "seed", 96)
    spec = SampleSpec(prompt=prompt, temperature=temperature, top_k=top_k, seed=seed)
    found = results.sample(spec)
    chart, numbers = st.columns([1.5, 1], gap="xsmall")
    with chart.container(border=True, height="stretch"):
        show(kept(figures.before_and_after, found, **figure_look()), "drawn")
    with numbers.container(border=True, height="stretch"):
        ledger(
            _drawn(found),
            key="draws_card",
            title=f"“{' '.join(found.prompt)} …”",
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
            height=BAR_CARD,
        )
    st.markdown(text["Temperature and top-k"])


def _drawn(found: Sample) -> list[Line]:
    before, after = found.entropy
    lines = [
        Line(label=_ended(s), value=seed_shown(found.spec.seed + i))
        for i, s in enumerate(found.sentences)
    ]
    return [
        *lines,
        Line(label=_ended(found.greedy), value=_("greedy"), rule=True),
        Line(
            label=_("entropy of the next word"),
            value=_("{before} → {after} bits").format(
                before=digits(before, 3), after=digits(after, 3)
            ),
            role="chosen",
            term="entropy",
        ),
    ]


def _ended(tokens: tuple[str, ...]) -> str:
    """Return the words of a sentence, with an ellipsis where it did not come to its end."""
    return " ".join(tokens[:-1]) if tokens[-1:] == ("<eos>",) else " ".join(tokens) + " …"
