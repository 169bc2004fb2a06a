"""What a student sees: the open question, the own vote, and later what the room said."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.language import ngettext
from viz_models.records.classroom.room import Question, Room
from viz_models.ui.kit import frame, owner, state, words
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.classroom import room_poll
from viz_models.ui.panels.classroom.room_link import draw_link
from viz_models.ui.results.classroom import room as results
from viz_models.ui.results.classroom.room_watch import look

TICK_S = 2.0
_TROUBLE = "forward_pass.class.trouble"  # why the last vote did not count
_REFUSED = "forward_pass.class.refused_votes"  # how many did not
_HEARD = "forward_pass.class.heard"  # the last press that was taken as a vote


def draw(code: str, text: Mapping[str, str]) -> None:
    """Draw the room as a student sees it; it follows what the teacher does by itself."""
    st.fragment(partial(_draw, code, text), run_every=TICK_S)()


def _draw(code: str, text: Mapping[str, str]) -> None:
    try:
        results.come(code)
        room = look(code)
    except (ValueError, OSError) as error:  # the class is over, or the store does not answer
        st.title(text["Busy" if isinstance(error, OSError) else "Over"])
        st.warning(str(error))
        return
    if not owner.may_take_part():
        st.info(_(owner.NO_COOKIE))
    asked = room.question
    if asked is None:
        st.title(text["Waiting"])
        st.caption(_place(room))
        return
    st.title(words.plain(asked.spec.text))
    st.caption(_("Question {place} · {place_2}").format(place=asked.place, place_2=_place(room)))
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.warning(trouble)
    if not asked.revealed:
        _catch_up(code, asked)
    mine = results.mine(asked.id)
    if asked.spec.is_number:
        _draw_number(code, asked, room, mine)
    else:
        on_choose = None if asked.revealed else partial(_choose, code, asked)
        refused = st.session_state.get(_REFUSED, 0)
        room_poll.draw_choices(
            asked, room, shows=asked.revealed, mine=mine, refused=refused, on_choose=on_choose
        )
    if asked.revealed:
        draw_link(asked.spec.link)
    elif mine is not None:
        st.caption(text["Voted"])


def _place(room: Room) -> str:
    return ngettext(
        "Class {code} · {present} person here", "Class {code} · {present} people here", room.present
    ).format(code=room.code, present=room.present)


def _draw_number(code: str, asked: Question, room: Room, mine: str | None) -> None:
    if asked.revealed:
        room_poll.draw_numbers(asked, room, mine=mine)
        return
    key = f"number_{asked.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        control(
            st.number_input,
            _("Your number"),
            key=key,
            bound=False,
            value=None if mine is None else float(mine),
            format="%g",
            width=frame.px(240),
        )
        st.button(_("Send"), type="primary", on_click=_send, args=(code, asked.id, key))
    if mine is not None:
        st.markdown(_("You sent **{mine:g}**.").format(mine=float(mine)))


def _choose(code: str, asked: Question) -> None:
    choice = state.reported(room_poll.key(asked), "choice")
    if choice is not None:
        st.session_state[_HEARD] = (asked.id, choice)
        _vote(code, asked.id, choice.partition(":")[0])


def _catch_up(code: str, asked: Question) -> None:
    """Count what was pressed while the connection was lost and the server was started again.

    The browser still says it, but for a new session it is no change, so nothing is called.
    """
    choice = state.reported(room_poll.key(asked), "choice")
    if choice is not None and st.session_state.get(_HEARD) != (asked.id, choice):
        _choose(code, asked)


def _send(code: str, question: str, key: str) -> None:
    number = st.session_state.get(key)
    _vote(code, question, "" if number is None else repr(number))


def _vote(code: str, question: str, choice: str) -> None:
    try:
        results.vote(code, question, choice)
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE] = str(error)
        st.session_state[_REFUSED] = st.session_state.get(_REFUSED, 0) + 1
