"""Seeds, forced and free words, the masked loss, and the state after the padding."""

from collections.abc import Mapping

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import translators as figures
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.sequence.translators import MaskedLoss
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.sequence.translators import NAMES, View
from viz_models.ui.panels.sequence.translators_seeds import gain
from viz_models.ui.results.sequence import translators as results

SHOWN = 11  # words of a sentence in a row of the table


def draw_seeds(view: View, text: Mapping[str, str]) -> None:
    """Draw the same two networks trained with several seeds, and what follows from it."""
    scores = view.recorded
    with st.container(border=True):
        left, right = st.columns([1.1, 1], gap="small")
        look = figure_look()
        with left:
            show(kept(figures.seeds, scores, NAMES, **look), "seeds")
        with right:
            show(kept(figures.seeds_by_length, scores, NAMES, **look), "seeds_by_length")
        st.caption(
            text["told, seeds"].format(
                steps=f"{scores.steps:,}",
                long_steps=f"{scores.long_steps:,}",
                badge=lesson.badge(scores.provenance),
                **gain(scores),
            )
        )


def draw_forcing(view: View, text: Mapping[str, str]) -> None:
    """Draw the loss of each true word after true words, and after the network's own."""
    found = results.forcing(view.spec)
    score = view.recorded.score(view.spec.model)
    same = sum(a == b for a, b in zip(found.teacher, found.reference, strict=True))
    own = sum(a == b for a, b in zip(found.free, found.reference, strict=False))
    with st.container(border=True):
        show(kept(figures.forced_and_free, found, **figure_look()), "forcing", wide=True)
        st.caption(
            text["told, forcing"].format(
                free=words.plain(" ".join(w for w in found.free if w != "<eos>")),
                forced=same,
                own=own,
                count=len(found.reference),
                words_right=digits(100 * score.words_right, 3),
                exact=digits(100 * score.exact, 3),
                network=_(NAMES[view.spec.model]),
            )
        )


def draw_masked(view: View, text: Mapping[str, str]) -> None:
    """Draw every term of a padded batch's loss, and both means of them."""
    found = results.masked_loss(view.spec)
    left, right = st.columns([2, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(figures.loss_terms, found, **figure_look()), "terms", wide=True)
        st.caption(text["The terms"])
    score = view.recorded.score(view.spec.model)
    with right.container(border=True, height="stretch"):
        ledger(
            _means(found),
            key="masked",
            title=_("Both means, nats"),
            badge=lesson.badge(found.provenance),
            terms=words.glossary(),
        )
    st.caption(
        text["told, masked"].format(
            sentences=f"{score.sentences:,}",
            padding=digits(100 * view.recorded.padding, 3),
            masked=digits(score.masked, 3),
            unmasked=digits(score.unmasked, 3),
            network=_(NAMES[view.spec.model]),
        )
    )


def _means(found: MaskedLoss) -> list[Line]:
    """Return the mean over the words, and the mean over all places."""
    counted, every = int(found.counted.sum()), found.counted.size
    total, both = found.masked * counted, found.unmasked * every
    return [
        Line(label=_("sum over the words"), value=digits(total, 4)),
        Line(label=_("words"), value=f"÷ {counted}"),
        Line(label=_("masked loss"), value=digits(found.masked, 4), role="chosen", rule=True),
        Line(label=_("sum with the padding"), value=digits(both, 4)),
        Line(label=_("places"), value=f"÷ {every}"),
        Line(
            label=_("mean with the padding"),
            value=digits(found.unmasked, 4),
            role="warning",
            rule=True,
        ),
        Line(
            label=_("F.cross_entropy(ignore_index=0) differs by"),
            value=digits(found.max_difference, 1),
            role="checked",
        ),
    ]


def _beginning(tokens: tuple[str, ...]) -> str:
    """Return the first words of a sentence, with an ellipsis where it goes on."""
    said = [w for w in tokens if w != "<eos>"]
    return " ".join(said[:SHOWN]) + (
        _(" … ({count} words)").format(count=len(said)) if len(said) > SHOWN else ""
    )


def draw_padded(view: View, text: Mapping[str, str]) -> None:
    """Draw what the network writes from the state after more and more padding."""
    found = results.padded_states(view.spec)
    score = view.recorded.score(view.spec.model)
    sheet(
        (_("h moves by"), _("it writes")),
        [
            (
                f"{s.padding} × <pad>" if s.padding else _("the last word"),
                [
                    (f"{100 * s.moved:.0f} %", ""),
                    (_beginning(s.written), ""),
                ],
            )
            for s in found.states
        ],
        key="padded",
        title=_("The state that is handed over"),
        note=_("Padding skipped: h equals a packed sequence to {skipped}").format(
            skipped=digits(found.skipped, 1)
        ),
        badge=lesson.badge(found.provenance),
    )
    st.caption(
        text["told, padded"].format(
            network=_(NAMES[view.spec.model]),
            exact=digits(100 * score.exact, 3),
            padded=digits(100 * (score.exact_padded or 0.0), 3),
            moved=digits(100 * (score.moved or 0.0), 2),
            sentences=f"{score.sentences:,}",
        )
    )
