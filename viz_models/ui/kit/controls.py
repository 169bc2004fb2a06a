"""Every widget of every page goes through `control`, and lives in the URL."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.ui.guides import locks
from viz_models.ui.kit import frame, state

T = TypeVar("T")


def control(
    widget: Callable[..., Any],
    label: str,
    *args: Any,  # noqa: ANN401
    key: str,
    bound: bool = True,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Draw one widget whose value is the URL parameter `key`.

    The one door for all widgets: a guided lesson locks and hides them here. Values that the URL
    cannot mean fall back to the default (Streamlit sees to it).

    Args:
        widget: A Streamlit input that can be bound, such as `st.slider`.
        label: What a screen reader calls it; say it on screen too, here or beside it.
        args: Positional arguments after the label.
        key: Name of the widget and of its URL parameter.
        bound: False for what a link cannot hold, such as a file.
        options: Passed on.

    Returns:
        The widget's value.
    """
    if bound:
        options["bind"] = "query-params"
        state.bound(key)
    if locks.is_locked(key):
        options |= {"disabled": True, "help": locks.WHY}
    with st.container(key=f"locked_away_{key}") if locks.is_hidden(key) else nullcontext():
        value = widget(label, *args, key=key, **options)
    if value is None and options.get("required"):
        return options.get("default")  # an empty value in a link chooses nothing
    return value


def named(text: str) -> DeltaGenerator:
    """Return a place for a widget with its name before it.

    A narrow screen keeps the two together.
    """
    place = st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
    )
    place.caption(text, width="content")
    return place


def chips(label: str, choices: dict[str, str], *, key: str, default: str, show: str = "") -> str:
    """Return a row of chips of which exactly one is chosen.

    Args:
        label: Name of the choice.
        choices: Value (as it stands in the URL) -> text on the chip.
        key: URL parameter.
        default: The value chosen at first, which the URL leaves out.
        show: Short text before the chips; empty shows none.

    Returns:
        The chosen value.
    """
    with named(show) if show and not locks.is_hidden(key) else nullcontext():
        return control(
            st.pills,
            label,
            list(choices),
            key=key,
            default=default,
            required=True,
            format_func=choices.__getitem__,
            label_visibility="collapsed",
        )


def select(
    label: str, choices: Mapping[str, T], key: str, width: int, *, default: str | None = None
) -> T:
    """Return a select box.

    What it shows is also what the URL says, so it must read well in both.
    """
    chosen: str = control(
        st.selectbox,
        label,
        list(choices),
        index=list(choices).index(default) if default else 0,
        key=key,
        label_visibility="collapsed",
        width=frame.px(width),
    )
    return choices[chosen]


def control_row() -> DeltaGenerator:
    """Return the one row of controls."""
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall")


def slider(label: str, options: Sequence[T], key: str, width: int, *, value: T) -> T:
    """Return a slider over given values, with its name before it."""
    with nullcontext() if locks.is_hidden(key) else named(label):
        chosen: T = control(
            st.select_slider,
            label,
            options,
            value=value,
            key=key,
            label_visibility="collapsed",
            width=frame.px(width),
        )
    return chosen
