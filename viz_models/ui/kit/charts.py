"""The one way to show a Plotly figure: the house's look, and a button that saves it."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
import streamlit as st

from viz_models import language
from viz_models.figures import theme
from viz_models.ui.instruments.chart import Point, chart
from viz_models.ui.kit import cache

_NAMELESS = object()
READ = 256 << 10  # bytes of an array that is known by its values


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that is ready to be sent."""

    text: str  # as Plotly writes it in JSON


def kept(figure: Callable[..., Any], *of: object, **look: object) -> Drawn:
    """Return a figure, because Plotly takes 5 to 100 ms to put one together.

    It comes from the store if everything that it shows is a value, or is in a result that the
    store keeps for everybody; else, as with an upload or a run that goes on, it is drawn now.

    Args:
        figure: A function of viz_models/figures, or a `partial` of one.
        of: What it shows.
        look: Its other arguments, theme and size among them.
    """
    name = _name((figure, of, look))
    if name is _NAMELESS:
        return drawn(figure(*of, **look))
    return cache.remembered(
        ("figure", name, language.current()),
        lambda: drawn(figure(*of, **look)),
        lambda made: len(made.text),
        turn=False,
    )


def _name(value: Any) -> Hashable:  # noqa: ANN401 (all that a figure may take)
    """Return a name: the same for equal values and for the same part of a shared result.

    Everything else gets another name. `_NAMELESS` is for what has none: a large array or a record
    that no shared result holds.
    """
    if value is None or isinstance(value, str | int | float | Enum | np.generic):
        return type(value), value
    if (name := cache.name_of(value)) is not None:
        return name
    if isinstance(value, np.ndarray) and value.nbytes <= READ and value.dtype != object:
        return value.shape, value.dtype.str, hashlib.sha256(value.tobytes()).digest()
    if isinstance(value, partial):
        return _names("partial", (value.func, value.args, value.keywords))
    if isinstance(value, FunctionType):
        local = "<" in value.__qualname__  # made anew by each run of a page
        return _NAMELESS if local else (value.__module__, value.__qualname__)
    if isinstance(value, Mapping):
        return _names("mapping", [part for pair in value.items() for part in pair])
    if isinstance(value, list | tuple):
        return _names(type(value), value)
    if is_dataclass(value) and type(value).__eq__ is not object.__eq__:
        return _names(type(value), [getattr(value, field.name) for field in fields(value)])
    return _NAMELESS


def _names(kind: object, values: Iterable[Any]) -> Hashable:
    names = tuple(map(_name, values))
    return _NAMELESS if _NAMELESS in names else (kind, names)


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
