"""Keep messages that wait for a browser when a fragment is run again.

Seen with: Streamlit 1.67.
Symptom: Streamlit throws the fragment's own waiting messages away. It keeps those of fragments
    inside it, those that only name an element the browser has seen before, and the word that the
    whole page is finished, on which the browser removes what it was not sent. Containers are then
    missing and the page goes blank: "Cannot set a node at a delta path", "Bad delta path index" or
    "'setIn' cannot be called on an ElementNode" (3 of 12 times that the page of a loaded server was
    scrolled and enlarged at once, 0 of 20 with this patch). What is kept costs a redraw.
Still needed? `test_streamlit_keeps_what_has_lost_its_place` fails once Streamlit has mended it.
"""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from viz_models import patches

_clear = ForwardMsgQueue.clear


def keep() -> None:
    """Keep them from now on, for all sessions of this process."""
    if patches.is_known("streamlit", ("1.67.",), "unsent"):
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
