"""The one way to show a Plotly figure: the house's look, and a button that saves it."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from viz_models import language
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.ui.kit import cache

_FIGURE = 200_000  # bytes, about what a figure of Plotly holds


def kept(name: str, make: Callable[..., Any], *of: Hashable, **look: Hashable) -> Any:  # noqa: ANN401
    """Return a figure from the store, because Plotly takes 20 to 100 ms to put one together.

    Args:
        name: What it shows.
        make: Called with `look` when nobody has asked before. Not for what shows an upload.
        of: All that it depends on but the look: specs and choices, never arrays.
        look: Theme and size.
    """
    key = ("figure", name, of, tuple(look.items()), language.current())
    return cache.remembered(key, lambda: make(**look), lambda _fig: _FIGURE)


def show(fig: Any, key: str, *, wide: bool = False, **options: Any) -> Any:  # noqa: ANN401 (plotly stays in figures/)
    """Draw a figure that `theme.style` has dressed.

    Args:
        fig: From a module of viz_models/figures.
        key: Streamlit key.
        wide: Whether it keeps its width on a phone, where one then moves it sideways.
        options: Passed on, such as `on_select`.

    Returns:
        What st.plotly_chart returns: the selection, where one was asked for.
    """
    if wide:
        with st.container(key=f"sideways_{key}"):
            return show(fig, key, **options)
    _translate(fig)
    return st.plotly_chart(fig, key=key, theme=None, config=theme.CONFIG, **options)


def _translate(fig: Any) -> None:  # noqa: ANN401 (plotly stays in figures/)
    """Put names of lines and of panels, which tables hold in English, into the reader's language.

    A figure that is kept is kept for each language.
    """
    if language.current() == language.ENGLISH:
        return
    for trace in fig.data:
        if trace.name:
            trace.name = _(trace.name)
    for note in fig.layout.annotations:
        if note.text:
            note.text = _(note.text)
    fig.for_each_xaxis(_translate_ticks)
    fig.for_each_yaxis(_translate_ticks)


def _translate_ticks(axis: Any) -> None:  # noqa: ANN401
    if axis.ticktext is not None:
        axis.ticktext = [_(text) if isinstance(text, str) else text for text in axis.ticktext]
