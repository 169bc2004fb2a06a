"""What waits to be sent to a browser stays there when a fragment is run again.

Streamlit 1.67 throws the fragment's own messages away then, but keeps those of fragments inside it,
those that only name an element the browser has seen before, and the word that the whole page is
finished, on which the browser removes what it was not sent. Containers are then missing, and the
page goes blank: "Cannot set a node at a delta path", "Bad delta path index" or "'setIn' cannot be
called on an ElementNode" (3 of 12 times that a loaded server's page was scrolled and enlarged at
once). What is kept costs a redraw.
"""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep() -> None:
    """From now on, for all sessions of this process."""
    ForwardMsgQueue.clear = _clear_of_whole_runs  # type: ignore[assignment, method-assign]


def _clear_of_whole_runs(
    queue: ForwardMsgQueue,
    retain_lifecycle_msgs: bool = False,
    fragment_ids_this_run: list[str] | None = None,
) -> None:
    if fragment_ids_this_run:
        queue._delta_index_map = {}  # or new messages would take the places of old ones, too early
    else:
        _clear(queue, retain_lifecycle_msgs)
