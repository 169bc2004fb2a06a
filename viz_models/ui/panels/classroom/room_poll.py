"""What the room says: bars for choices, a histogram for estimates, and how many have voted."""

from collections.abc import Callable
from statistics import median

import streamlit as st

from viz_models.figures.classroom import room as figures
from viz_models.language import gettext as _
from viz_models.language import ngettext
from viz_models.records.classroom.room import Question, Room
from viz_models.ui.instruments.ballot import ballot
from viz_models.ui.kit import frame
from viz_models.ui.kit.look import figure_look

WALL = 1.6  # times larger than elsewhere, for the last row of a room


def draw_choices(
    asked: Question,
    room: Room,
    *,
    shows: bool,
    mine: str | None = None,
    refused: int = 0,
    on_choose: Callable[[], None] | None = None,
) -> None:
    """Draw the choices of a question.

    Args:
        asked: The question.
        room: With its votes.
        shows: Whether bars stand beside the choices.
        mine: What whoever looks has voted for.
        refused: How many of their votes did not count.
        on_choose: Called after a press; None lets nobody press.
    """
    ballot(
        asked.spec.choices,
        key=key(asked),
        counts=room.tally.counts if shows else None,
        chosen=mine,
        right=asked.spec.answer if asked.revealed else "",
        large=frame.presenting(),
        refused=refused,
        on_choose=on_choose,
    )


def key(asked: Question) -> str:
    """Return the key of the choices; another question begins anew."""
    return f"ballot_{asked.id}"


def draw_numbers(asked: Question, room: Room, *, mine: str | None = None) -> None:
    """Draw all estimates, their median and, once it is revealed, the right number."""
    numbers = room.tally.numbers
    answer = float(asked.spec.answer) if asked.revealed and asked.spec.answer else None
    if answer is not None:
        with st.container(key="class_right"):  # presenting.css enlarges it
            st.markdown(
                _("The right number: **:green[{number}]**").format(number=figures.number(answer))
            )
    if not numbers:
        st.caption(_("Nobody has sent a number yet."))
        return
    look = figure_look()
    look["scale"] *= WALL if frame.presenting() else 1.0
    st.echarts_chart(
        figures.histogram(
            numbers, answer=answer, mine=None if mine is None else float(mine), **look
        ),
        height=round(figures.HEIGHT * look["scale"]),
        theme=None,
        key=f"numbers_{asked.id}",
        alt=ngettext(
            "{count} estimate: {numbers:g}",
            "{count} estimates from {numbers:g} to {numbers_2:g}",
            len(numbers),
        ).format(count=len(numbers), numbers=numbers[0], numbers_2=numbers[-1]),
    )
    st.caption(
        _("Half of the estimates are {number} or less.").format(
            number=figures.number(median(numbers))
        )
    )


def draw_present(room: Room) -> None:
    """Draw how many are here, before anything was asked."""
    with st.container(key="class_turnout"):  # presenting.css enlarges it
        st.markdown(
            ngettext(
                "**{present}** person is here", "**{present}** people are here", room.present
            ).format(present=room.present)
        )


def draw_turnout(room: Room) -> None:
    """Draw how many voted beside how many are here, and why the first could be more."""
    voted, here = room.tally.voters, room.present
    with st.container(key="class_turnout"):  # presenting.css enlarges it
        st.markdown(
            ngettext(
                "**{voted}** of **{here}** present has voted",
                "**{voted}** of **{here}** present have voted",
                voted,
            ).format(voted=voted, here=here)
        )
    if voted <= here and not room.tally.gone:
        return
    gone = room.tally.gone
    votes = ngettext(
        "{gone} vote came from browsers that are not here any more",
        "{gone} votes came from browsers that are not here any more",
        gone,
    ).format(gone=gone)
    why = _("somebody has left, or has voted again with another browser or a deleted cookie")
    said = votes if gone else _("More votes than people")
    st.caption(f":material/group_remove: {said}: {why}.")
