"""Keep a setting that the history names, although the page that is left has one of the same name.

Seen with: Streamlit 1.67.
Symptom: on the way back, and by the links of a guided lesson, a setting is dropped if the page that
    is left has a control of the same name.
Still needed? `test_streamlit_drops_a_setting_of_the_same_name` fails once Streamlit has mended it.
"""

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.query_params import QueryParams

from viz_models import patches

_FROM_HISTORY = "_forward_pass_from_history"  # attribute of a session's parameters
_populate, _run = QueryParams.populate_from_query_string, ScriptRunner._run_script


def keep() -> None:
    """Keep such settings from now on, for all sessions of this process."""
    if patches.is_known("streamlit", ("1.67.",), "same_name"):
        ScriptRunner._run_script = _run_and_note  # type: ignore[method-assign]
        QueryParams.populate_from_query_string = _populate_whole  # type: ignore[method-assign]


def _run_and_note(self: ScriptRunner, rerun_data: RerunData) -> None:
    with self._session_state.query_params() as params:
        vars(params)[_FROM_HISTORY] = rerun_data.is_history_navigation
    _run(self, rerun_data)


def _populate_whole(
    self: QueryParams, query_string: str, valid_script_hashes: set[str] | None = None
) -> None:
    if valid_script_hashes is not None and vars(self).get(_FROM_HISTORY):
        for binding in list(self._bindings_by_param.values()):
            if binding.script_hash not in valid_script_hashes:
                self.unbind_widget(binding.widget_id)
    _populate(self, query_string, valid_script_hashes)
