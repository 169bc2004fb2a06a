"""Run the whole page when a change outside of a fragment is sent along with one inside.

Seen with: Streamlit 1.67.
Symptom: the browser sends all that changes within one tick as one message, and names one fragment.
    When a key of the bar is pressed while a diagram in a fragment reports something, the key's
    callback runs, but only the fragment is drawn, and the page looks as before (right after the
    window was enlarged, presenting did not begin in 9 of 23 attempts, in 0 of 12 with this patch).
Still needed? `test_streamlit_draws_the_fragment_alone` fails once Streamlit has mended it.
"""

from collections.abc import Collection
from dataclasses import replace

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState

from viz_models import patches

_call = SessionState._call_callbacks


def draw() -> None:
    """Draw the whole page in such a case from now on, for all sessions of this process."""
    if patches.is_known("streamlit", ("1.67.",), "swallowed"):
        SessionState._call_callbacks = _call_and_draw  # type: ignore[assignment, method-assign]


def _call_and_draw(state: SessionState, **replayed: object) -> None:
    ctx = get_script_run_ctx()
    drawn = ctx.fragment_ids_this_run if ctx else None
    more = bool(drawn) and _changed_outside(state, drawn or ())
    _call(state, **replayed)  # type: ignore[arg-type]
    if more and ctx and ctx.script_requests:
        sent = state._current_interaction_widget_states
        triggers = state._filter_active_trigger_widget_states(sent)
        whole = replace(state._build_full_app_rerun(ctx), replay_trigger_states=triggers)
        ctx.script_requests.request_rerun(whole)


def _changed_outside(state: SessionState, fragments: Collection[str]) -> bool:
    """Return whether a widget has a new value that none of these fragments draws."""
    known = state._new_widget_state.widget_metadata
    return any(
        widget in known
        and known[widget].fragment_id not in fragments
        and state._widget_changed(widget)
        for widget in state._new_widget_state
    )
