"""Classes as a page meets them: who asks, which room the URL names, what people do there."""

from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from viz_models.language import gettext as _
from viz_models.records.classroom.room import QuestionSpec
from viz_models.runs import client
from viz_models.runs.classroom import classes, polls
from viz_models.runs.classroom.classes import NoSuchClassError
from viz_models.runs.client import QuotaError, StoreError
from viz_models.ui.kit import owner, state
from viz_models.ui.results.classroom import room_watch
from viz_models.web import gate, hosting
from viz_models.web.owner_cookie import Share

WRONG_EACH, WRONG_ADDRESS = 20, 600  # codes an hour that do not exist, of a browser, of an address
ROOM, TEACHER = "room", "teacher"  # parameters of the URL
_SECRET = "forward_pass.class.secret"  # code -> the teacher's secret, in this session alone
_SEATS = "forward_pass.class.seats"  # code -> whether this browser teaches there
_WRONG = "forward_pass.class.wrong"  # the last code that did not exist
_MINE = "forward_pass.class.mine"  # id of a question -> what this browser voted for
_wrong = {"browser": Share(WRONG_EACH), "address": Share(WRONG_ADDRESS)}


# What the URL says


def code() -> str:
    """Return the code in `?room=`, as it was typed; "" without one.

    On coming back from another page it is put into the URL again.
    """
    if ROOM not in st.query_params and state.entered():
        before = state.choice(ROOM, "", lambda text: True)
        if before:
            st.query_params[ROOM] = before
    text = st.query_params.get(ROOM, "")
    state.choose(ROOM, text)
    return text


def open_(room: str) -> None:
    """Put a room into the URL; "" leaves it."""
    state.choose(ROOM, room)
    if room:
        st.query_params[ROOM] = room
    else:
        st.query_params.pop(ROOM, None)


def take_secret() -> None:
    """Let whoever opens a teacher's link teach, and take the secret out of the address bar.

    Raises:
        NoSuchClassError: If it is the secret of no class.
    """
    secret = st.query_params.get(TEACHER)
    if secret is None:
        return
    del st.query_params[TEACHER]
    state.choose(TEACHER, "")
    found = classes.with_secret(client.store().database, secret)
    _teach(found, secret)


def is_screen() -> bool:
    """Whether the URL asks for the view of a projector, which neither votes nor is counted."""
    return st.query_params.get("screen") == "true"


# Coming in


def start() -> None:
    """Begin a class, and teach it.

    Raises:
        QuotaError: If there are too many.
    """
    new, secret = classes.start(client.store().database, owner.address())
    _teach(new, secret)


def _teach(code: str, secret: str) -> None:
    classes.come(client.store().database, code, owner.browser(), owner.address(), secret)
    st.session_state.setdefault(_SECRET, {})[code] = secret
    st.session_state.setdefault(_SEATS, {})[code] = True
    open_(code)


def come(typed: str) -> tuple[str, bool]:
    """Come into a room; later only show that one is still there.

    Returns:
        (its code, whether this browser teaches there).

    Raises:
        NoSuchClassError: If there is no such class now.
        QuotaError: If the room is full, or too many wrong codes were tried from here.
    """
    code, database = classes.cleaned(typed), client.store().database
    if not code:
        raise NoSuchClassError
    seats: dict[str, bool] = st.session_state.setdefault(_SEATS, {})
    who = owner.browser()
    if code in seats:
        room_watch.note_here(code, who)
        return code, seats[code]
    if not owner.may_take_part():
        return known(code), False  # nobody could tell its tabs apart: it looks, and is not counted
    if not classes.is_in(database, code, who):
        _check_share()
    try:
        seats[code] = classes.come(database, code, who, owner.address())
    except NoSuchClassError:
        _count_wrong(code)
        raise
    return code, seats[code]


def known(typed: str) -> str:
    """Return the code of a room that is open, without coming in.

    Raises:
        NoSuchClassError: If there is no such class now.
        QuotaError: If too many wrong codes were tried from here.
    """
    code = classes.cleaned(typed)
    if not code:
        raise NoSuchClassError
    if not classes.is_in(client.store().database, code, owner.browser()):
        _check_share()
    try:
        room_watch.look(code)
    except NoSuchClassError:
        _count_wrong(code)
        raise
    return code


def taught() -> tuple[str, ...]:
    """Return the codes of the classes that this browser teaches, the latest first."""
    try:
        return classes.taught_by(client.store().database, owner.browser())
    except StoreError:
        return ()


def _check_share() -> None:
    """Nothing, unless whoever asks has tried many codes that do not exist."""
    if owner.hosted() and not all(share.has(_name(kind)) for kind, share in _wrong.items()):
        raise QuotaError(
            _("Too many wrong codes came from here: wait some minutes, then try again.")
        )


def _count_wrong(code: str) -> None:
    """Count a wrong code once a session; whoever sits in a class may reload without harm."""
    if owner.hosted() and st.session_state.get(_WRONG) != code:
        st.session_state[_WRONG] = code
        for kind, share in _wrong.items():
            share.take(_name(kind))


def _name(kind: str) -> str:
    return owner.browser() if kind == "browser" else owner.address()


# What people do


def ask(code: str, spec: QuestionSpec) -> None:
    """Put a question to the room.

    Raises:
        ValueError: If it is not whole, or this browser does not teach.
    """
    polls.ask(client.store().database, code, owner.browser(), spec)
    room_watch.forget(code)


def reveal(code: str, question: str) -> None:
    """Show the room its votes and the answer.

    Raises:
        ValueError: If this browser does not teach.
    """
    polls.reveal(client.store().database, code, owner.browser(), question)
    room_watch.forget(code)


def end(code: str) -> None:
    """Close the room.

    Raises:
        ValueError: If this browser does not teach.
    """
    classes.end(client.store().database, code, owner.browser())
    st.session_state.get(_SECRET, {}).pop(code, None)
    st.session_state.get(_SEATS, {}).pop(code, None)
    room_watch.forget(code)
    open_("")


def vote(code: str, question: str, choice: str) -> None:
    """Count this browser's vote.

    Raises:
        ValueError: If it does not count; the line says why.
    """
    if not owner.may_take_part():
        raise ValueError(_(owner.NO_COOKIE))
    database = client.store().database
    polls.vote(database, code, owner.browser(), question, choice, owner.address())
    st.session_state.setdefault(_MINE, {})[question] = choice


def mine(question: str) -> str | None:
    """Return what this browser voted for; None for nothing."""
    kept: dict[str, str | None] = st.session_state.setdefault(_MINE, {})
    if question not in kept:
        kept[question] = polls.mine(client.store().database, question, owner.browser())
    return kept[question]


# Addresses


def student_link(code: str) -> str:
    """Return the address that the room opens."""
    return f"{_address()}?{ROOM}={code}"


def teacher_link(code: str) -> str:
    """Return the address that lets another device teach; "" where this session does not know it."""
    secret = st.session_state.get(_SECRET, {}).get(code, "")
    return f"{_address()}?{TEACHER}={secret}" if secret else ""


def is_private() -> bool:
    """Whether nobody but this machine can open the page."""
    return not owner.hosted() and urlsplit(_address()).hostname in gate.LOCAL_NAMES


def _address() -> str:
    """Return the page's address as others can open it."""
    address = (st.context.url or "/class").partition("?")[0]
    parts = urlsplit(address)
    if owner.hosted() and parts.hostname in gate.LOCAL_NAMES and (own := hosting.own_address()):
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=f"{own}{port}"))
    return address
