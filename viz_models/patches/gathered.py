"""Wake the server's event loop once for several messages of a page, not twice for each.

Seen with: Streamlit 1.67.
Symptom: a page sends some 70 messages. For each of them the thread of the script wakes the event
    loop, and the loop wakes itself, though the messages leave every 10 ms: two writes to a socket
    and two changes of the thread that holds Python's lock, for each message.
Still needed? `test_streamlit_wakes_the_loop_for_every_message` fails once Streamlit gathers them.
"""

import asyncio
import threading
from collections import deque
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from viz_models import patches

WAIT_S = 0.004  # for further messages
Told = tuple[tuple[Any, ...], dict[str, Any]]
_lock = threading.Lock()
_waiting: WeakKeyDictionary[AppSession, deque[Told]] = WeakKeyDictionary()
_enqueued = Runtime._enqueued_some_message
_handle = AppSession._handle_scriptrunner_event_on_event_loop


def gather() -> None:
    """Gather them from now on, for all sessions of this process."""
    if patches.is_known("streamlit", ("1.67.",), "gathered"):
        AppSession._on_scriptrunner_event = _gathered  # type: ignore[assignment, method-assign]
        Runtime._enqueued_some_message = _noted  # type: ignore[assignment, method-assign]


def _gathered(session: AppSession, *args: Any, **named: Any) -> None:  # noqa: ANN401 (as Streamlit's)
    """Keep what a script says, in its order, and wake the loop for the first of it."""
    with _lock:
        waiting = _waiting.setdefault(session, deque())
        waiting.append((args, named))
        first = len(waiting) == 1
    if named.get("event") != ScriptRunnerEvent.ENQUEUE_FORWARD_MSG:
        session._call_soon_on_event_loop(partial(_told, session))  # such as that it has ended
    elif first:
        session._call_soon_on_event_loop(partial(_later, session))


def _later(session: AppSession) -> None:
    session._event_loop.call_later(WAIT_S, _told, session)


def _told(session: AppSession) -> None:
    """Handle what waits, now: what Streamlit calls next may count on it.

    An error in one is told as the loop tells it, and leaves the others alone.
    """
    waiting = _waiting.get(session, deque())
    while waiting:
        args, named = waiting.popleft()
        try:
            _handle(session, *args, **named)
        except Exception as error:
            what = {"message": "a message of a page was not handled", "exception": error}
            session._event_loop.call_exception_handler(what)


def _noted(runtime: Runtime) -> None:
    """Say that there is something to send; the loop need not wake itself."""
    made = runtime._get_async_objs()
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    if here is made.eventloop:
        made.need_send_data.set()
    else:
        _enqueued(runtime)
