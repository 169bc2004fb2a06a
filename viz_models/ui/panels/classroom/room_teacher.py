"""What a teacher sees: the room's code, votes as they come in, Reveal, and the next question."""

import html
from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from viz_models.figures.classroom import room_qr
from viz_models.language import gettext as _
from viz_models.records.classroom.room import Question, Room
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.classroom import room_ask, room_poll
from viz_models.ui.panels.classroom.room_link import draw_link
from viz_models.ui.results.classroom import room as results
from viz_models.ui.results.classroom.room_watch import look

TICK_S = 1.0


def draw(code: str, text: Mapping[str, str]) -> None:
    """Draw the room as its teacher sees it."""
    if frame.presenting():
        draw_code(code)
        _draw_poll(code, text)
    else:
        left, right = st.columns([1.7, 1], gap="medium")
        with left:
            _draw_poll(code, text)
        with right.container(border=True):
            st.caption(text["Code"])
            draw_code(code)
            _draw_keys(code, text)
    room_ask.draw(code, text)


def draw_screen(code: str, text: Mapping[str, str]) -> None:
    """Draw what a projector may show: no vote before the reveal, and nothing to press."""
    st.fragment(partial(_screen, code, text), run_every=TICK_S)()


def draw_code(code: str, *, waits: bool = False) -> None:
    """Draw the room's code and address, large, and the link as a QR code.

    Args:
        code: Of the room.
        waits: Whether there is nothing else to see, so that all of it may be larger.
    """
    link = results.student_link(code)
    address = link.partition("?")[0].partition("//")[2]
    picture = ""
    if not results.is_private():  # a phone could not open it
        said = html.escape(_("QR code of {link}").format(link=link))
        picture = f'<img class="room-qr" src="{room_qr.image(link)}" alt="{said}">'
    st.html(
        f'<div class="room{" room-waits" * waits}">{picture}<div class="room-words">'
        f'<p class="room-code">{code}</p><p class="room-address">{html.escape(address)}</p>'
        "</div></div>"
    )


def _draw_keys(code: str, text: Mapping[str, str]) -> None:
    """Draw what the teacher alone may have."""
    st.code(results.student_link(code), language=None, wrap_lines=True)
    if results.is_private():
        st.warning(text["Private"], icon=":material/public_off:")
    projector = f"{results.student_link(code)}&screen=true&present=true"
    st.link_button(text["Screen"], projector, icon=":material/present_to_all:")
    if link := results.teacher_link(code):
        with st.expander(text["Teacher link"], icon=":material/key:"):
            st.caption(text["Teacher link, why"])
            st.code(link, language=None, wrap_lines=True)
    st.button(_("End this class"), icon=":material/stop:", on_click=_try, args=(results.end, code))


def _draw_poll(code: str, text: Mapping[str, str]) -> None:
    early = False
    if frame.presenting():
        early = control(st.toggle, _("Show the bars while people vote"), key="early")
    shows = early or not frame.presenting()
    st.fragment(partial(_poll, code, text, shows), run_every=TICK_S)()


def _poll(code: str, text: Mapping[str, str], shows: bool) -> None:
    room = _look(code, text)
    if room is None:
        return
    if room.question is None:
        st.title(text["Ready"])
        room_poll.draw_present(room)
        return
    asked = room.question
    _draw_question(asked, room, shows=shows or asked.revealed)
    if not asked.revealed:
        st.button(
            _("Reveal"),
            key="class_reveal",  # presenting.css enlarges it
            type="primary",
            icon=":material/visibility:",
            on_click=_try,
            args=(results.reveal, code, asked.id),
        )


def _screen(code: str, text: Mapping[str, str]) -> None:
    room = _look(code, text)
    if room is None:
        return
    draw_code(code, waits=room.question is None)
    if room.question is None:
        st.title(text["Join"])
        room_poll.draw_present(room)
        return
    _draw_question(room.question, room, shows=room.question.revealed)


def _look(code: str, text: Mapping[str, str]) -> Room | None:
    """Return the room; where there is none, say so."""
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.warning(trouble)
    try:
        return look(code)
    except (ValueError, OSError) as error:
        st.title(text["Busy" if isinstance(error, OSError) else "Over"])
        st.warning(str(error))
        return None


def _draw_question(asked: Question, room: Room, *, shows: bool) -> None:
    st.title(words.plain(asked.spec.text))
    if not asked.spec.is_number:
        room_poll.draw_choices(asked, room, shows=shows)
    elif shows:
        room_poll.draw_numbers(asked, room)
    room_poll.draw_turnout(room)
    if asked.revealed:
        draw_link(asked.spec.link)


_TROUBLE = "forward_pass.class.refused"


def _try(deed: Callable[..., None], *args: str) -> None:
    """Do it; where it is refused, the next drawing says why."""
    try:
        deed(*args)
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE] = str(error)
