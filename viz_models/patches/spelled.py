"""Let the URL hold an option's value where Streamlit writes what the option shows.

Seen with: Streamlit 1.67.
Symptom: A widget that is bound to the URL writes the text of the chosen option there, as
    `format_func` returns it, so that a link means something in one language only.
Still needed? `test_streamlit_writes_what_an_option_shows` fails once Streamlit writes values.

The browser's half is the instrument `address`, which writes values into the address bar.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from streamlit.runtime.state.query_params import QueryParams

from viz_models import patches

# The URL parameter of the widget that is just drawn, and what each text in the URL means to
# Streamlit: value -> what the option shows.
_drawn: ContextVar[tuple[str, Mapping[str, str]]] = ContextVar("drawn", default=("", {}))
_initial, _set = QueryParams.get_initial_value, QueryParams.set_corrected_value
_matches = QueryParams.stored_param_matches_corrected_value


def keep() -> None:
    """Translate from now on, for all sessions of this process."""
    if patches.is_known("streamlit", ("1.67.",), "spelled"):
        QueryParams.get_initial_value = _read  # type: ignore[method-assign]
        QueryParams.set_corrected_value = _write  # type: ignore[method-assign]
        QueryParams.stored_param_matches_corrected_value = _is_there  # type: ignore[method-assign]


@contextmanager
def drawing(param: str, shown: Mapping[str, str]) -> Iterator[None]:
    """Draw one widget inside the block.

    Args:
        param: Its URL parameter.
        shown: What the URL may hold -> what the option shows. The first text that means an option
            is its value, which is written.
    """
    token = _drawn.set((param, shown))
    try:
        yield
    finally:
        _drawn.reset(token)


def _read(self: QueryParams, param_key: str) -> str | list[str] | None:
    """Return what the URL says, as the option shows it."""
    said = _initial(self, param_key)
    param, shown = _drawn.get()
    if param != param_key or said is None:
        return said
    if isinstance(said, str):
        return shown.get(said, said)
    return [shown.get(text, text) for text in said]


def _write(self: QueryParams, param_key: str, value: Any, value_type: str) -> None:  # noqa: ANN401
    _set(self, param_key, _values(param_key, value), value_type)


def _is_there(self: QueryParams, param_key: str, value: Any, value_type: str) -> bool:  # noqa: ANN401
    return _matches(self, param_key, _values(param_key, value), value_type)


def _values(param_key: str, serialized: Any) -> Any:  # noqa: ANN401 (as Streamlit has it)
    """Return the values of options that are named by what they show."""
    param, shown = _drawn.get()
    if param != param_key:
        return serialized
    values = {text: value for value, text in reversed(tuple(shown.items()))}
    if isinstance(serialized, str):
        return values.get(serialized, serialized)
    if isinstance(serialized, list | tuple):
        return [values.get(text, text) for text in serialized]
    return serialized
