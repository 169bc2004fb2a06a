"""What everybody who looks predicted: at first how many, later also what."""

from functools import partial

import streamlit as st

from viz_models.figures.train import votes as figures
from viz_models.language import gettext as _
from viz_models.language import ngettext, numbered
from viz_models.ui.kit import frame, votes
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train.view import View

REFRESH_S = 4.0


def everybody(now: View) -> None:
    """Votes on this card by all who look at it; they come in by themselves.

    What they say stays hidden until whoever looks has predicted, or the answer shows: nobody
    should follow the crowd.
    """
    st.fragment(partial(_draw, now), run_every=REFRESH_S)()


def _draw(now: View) -> None:
    found = votes.count(now.card.id)
    counts = {numbered(words): found[choice] for choice, words in now.card.choices.items()}
    total = sum(counts.values())
    if now.prediction is None and not (now.revealed and now.outcomes):
        if total:
            st.caption(
                ngettext(
                    "{total} prediction so far; yours comes first",
                    "{total} predictions so far; yours comes first",
                    total,
                ).format(total=total)
            )
        return
    if total < 2:  # one's own, at most: it stands above
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            _("**All predictions** · :gray[{total} in the last two hours]").format(total=total)
        )
        mine = next((numbered(w) for c, w in now.card.choices.items() if c == now.prediction), None)
        st.echarts_chart(
            figures.votes(counts, mine, **figure_look()),
            height=frame.px(figures.height(len(counts))),
            theme=None,
            key="votes",
            alt=", ".join(f"{words}: {count}" for words, count in counts.items()),
        )
