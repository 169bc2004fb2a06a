"""Every widget of every page goes through `control`, and lives in the URL."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models import language
from viz_models.language import gettext as _
from viz_models.patches import spelled
from viz_models.ui.guides import locks
from viz_models.ui.kit import frame, state

spelled.keep()
T = TypeVar("T")
_SAID = ("help", "placeholder")  # options of widgets that people read


def control(
    widget: Callable[..., Any],
    label: str,
    *args: Any,  # noqa: ANN401
    key: str,
    bound: bool = True,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Draw one widget whose value is the URL parameter `key`.

    The one door for all widgets: a guided lesson locks and hides them here. The URL holds the
    options' values, never what they show. Values that it cannot mean fall back to the default
    (Streamlit sees to it).

    Args:
        widget: A Streamlit input that can be bound, such as `st.slider`.
        label: What a screen reader calls it; say it on screen too, here or beside it. Labels and
            options are translated here.
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
        options |= {"disabled": True, "help": _(locks.WHY)}
    options |= {name: _(options[name]) for name in _SAID if options.get(name)}
    shown = _shown(args, options) if bound else {}
    state.spell(key, shown)
    with (
        st.container(key=f"locked_away_{key}") if locks.is_hidden(key) else nullcontext(),
        spelled.drawing(key, shown),
    ):
        value = widget(language.numbered(label), *args, key=key, **options)
    if value is None and options.get("required"):
        return options.get("default")  # an empty value in a link chooses nothing
    return value


def _shown(args: Sequence[Any], options: dict[str, Any]) -> dict[str, str]:
    """Return what the URL may hold -> what the option shows: values, then words of old links."""
    choices = args[0] if args else options.get("options")
    if not isinstance(choices, Sequence) or isinstance(choices, str):
        return {}
    show = options.setdefault("format_func", _word)
    now = {str(choice): show(choice) for choice in choices}
    if all(value == text for value, text in now.items()):
        return {}
    with language.speaking(language.ENGLISH):
        former = {show(choice): now[str(choice)] for choice in choices}
    return now | {text: shown for text, shown in former.items() if text not in now}


def _word(option: object) -> str:
    """Return what an option shows that says itself what it is: "reversed", 512 or "seed 3"."""
    return language.numbered(str(option))


def named(text: str) -> DeltaGenerator:
    """Return a place for a widget with its name before it.

    A narrow screen keeps the two together.
    """
    place = st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
    )
    place.caption(_(text), width="content")
    return place


def chips(label: str, choices: dict[str, str], *, key: str, default: str, show: str = "") -> str:
    """Return a row of chips of which exactly one is chosen.

    Args:
        label: Name of the choice.
        choices: Value (as it stands in the URL) -> text on the chip, in English.
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
            format_func=lambda choice: language.numbered(choices[choice]),
            label_visibility="collapsed",
        )


def select(
    label: str,
    choices: Mapping[Any, T],
    key: str,
    width: int,
    *,
    default: Any = None,  # noqa: ANN401 (a value of the URL)
    show: Callable[[Any], str] | None = None,
) -> T:
    """Return a select box.

    Args:
        label: Name of the choice.
        choices: Value, as it stands in the URL -> what it means.
        key: URL parameter.
        width: px at normal type size.
        default: The value chosen at first.
        show: Returns what a value shows, in the reader's language; by default its translation.
    """
    shown: dict[str, Any] = {"format_func": show} if show else {}
    chosen = control(
        st.selectbox,
        label,
        list(choices),
        index=0 if default is None else list(choices).index(default),
        key=key,
        label_visibility="collapsed",
        width=frame.px(width),
        **shown,
    )
    return choices[chosen]


def seed_shown(seed: object) -> str:
    """Return what a select box shows for a seed."""
    return _("seed {seed}").format(seed=seed)


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
