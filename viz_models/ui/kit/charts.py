"""The one way to show a Plotly figure: the house's look, and a button that saves it."""

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import streamlit as st

from viz_models import language
from viz_models.figures import theme
from viz_models.ui.instruments.chart import Point, chart
from viz_models.ui.kit import cache


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that is ready to be sent."""

    text: str  # as Plotly writes it in JSON


def kept(name: str, make: Callable[..., Any], *of: Hashable, **look: Hashable) -> Drawn:
    """Return a figure from the store, because Plotly takes 20 to 100 ms to put one together.

    Args:
        name: What it shows.
        make: Called with `look` when nobody has asked before. Not for what shows an upload.
        of: All that it depends on but the look: specs and choices, never arrays.
        look: Theme and size.
    """
    key = ("figure", name, of, tuple(look.items()), language.current())
    return cache.remembered(key, lambda: drawn(make(**look)), lambda made: len(made.text))


def drawn(fig: Any) -> Drawn:  # noqa: ANN401 (plotly stays in figures/)
    """Return a figure in the reader's language, ready to be sent."""
    _translate(fig)
    return Drawn(fig.to_json(validate=False))


def show(
    fig: Any,  # noqa: ANN401 (plotly stays in figures/)
    key: str,
    *,
    wide: bool = False,
    on_click: Callable[[Point], None] | None = None,
) -> None:
    """Draw a figure that `theme.style` has dressed.

    Args:
        fig: From a module of viz_models/figures, or one that is `kept`.
        key: Streamlit key.
        wide: Whether it keeps its width on a phone, where one then moves it sideways.
        on_click: Takes the point that was clicked.
    """
    ready = fig if isinstance(fig, Drawn) else drawn(fig)
    with st.container(key=f"sideways_{key}") if wide else nullcontext():
        chart(ready.text, theme.CONFIG, key=key, on_click=on_click)


def _translate(fig: Any) -> None:  # noqa: ANN401 (plotly stays in figures/)
    """Put names of lines and panels, which tables hold in English, into the reader's language."""
    if language.current() == language.ENGLISH:
        return
    for trace in fig.data:
        if trace.name:
            trace.name = language.numbered(trace.name)
    for note in fig.layout.annotations:
        if note.text:
            note.text = language.numbered(note.text)
    fig.for_each_xaxis(_translate_ticks)
    fig.for_each_yaxis(_translate_ticks)


def _translate_ticks(axis: Any) -> None:  # noqa: ANN401
    if axis.ticktext is not None:
        axis.ticktext = [
            language.numbered(text) if isinstance(text, str) else text for text in axis.ticktext
        ]
