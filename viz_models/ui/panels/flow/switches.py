"""What is switched off in the network: the switches, and a notice at the top of the page."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from viz_models import language
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Cell, Step
from viz_models.records.flow.inputs import Off
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.flow.names import labels
from viz_models.ui.results.flow import why as why_results

PILLS = 16  # branches that fit beside each other
_BRANCHES, _MAPS = "off", "maps_off"  # URL parameters
_LOOK = Path(__file__).with_name("switches.css")


def chosen(steps: tuple[Step, ...]) -> Off:
    """Return what is off, as the switches stand, or as the URL says before they are drawn."""
    names = branch_names(steps)
    if _BRANCHES in st.session_state:
        branches = st.session_state[_BRANCHES]
    else:
        said = st.query_params.get_all(_BRANCHES)
        branches = [name for name, label in names.items() if label in said]
    sizes = _sizes(steps)
    maps = st.session_state.get(_MAPS, st.query_params.get_all(_MAPS))
    return Off(
        branches=tuple(name for name in names if name in branches),
        maps=tuple(found for text in dict.fromkeys(maps) if (found := parse(text, sizes))),
    )


def branch_names(steps: tuple[Step, ...]) -> Mapping[str, str]:
    """Return the adds whose branch can be switched off, and what the diagram calls their block."""
    return _branch_names(steps, language.current())


@lru_cache(maxsize=32)
def _branch_names(steps: tuple[Step, ...], _spoken: str) -> Mapping[str, str]:
    return {name: label(name, steps) for name in why_results.branches(steps)}


def label(name: str, steps: tuple[Step, ...]) -> str:
    """Return what the diagram calls the block of an add; the add's own name if it has more."""
    group = next(step.group for step in steps if step.name == name)
    alone = sum(s.op == "add" and s.group == group for s in steps) == 1
    return labels(steps)[group] if alone else name


def _sizes(steps: tuple[Step, ...]) -> dict[str, int]:
    return {step.name: step.output_shape[0] for step in steps if step.op != "input"}


def parse(text: str, sizes: Mapping[str, int]) -> tuple[str, int] | None:
    """Return the step and channel of "layer1.0.conv1 map 3"; None if there is none."""
    name, _, number = text.rpartition(" map ")
    if not (number.isascii() and number.isdigit()) or name not in sizes:
        return None
    return (name, int(number)) if int(number) < sizes[name] else None


def draw_switches(steps: tuple[Step, ...], step: Step, cell: Cell, off: Off) -> None:
    """Draw a switch for each branch, a button for the map that was clicked, and Restore.

    They are drawn also while nobody looks at them: a switch that is gone forgets how it stood.
    """
    names = branch_names(steps)
    st.html(_LOOK)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if names:
            _draw_branches(names)
        _draw_maps(steps, step, cell[0])
        _draw_restore("restore", off)


def _draw_branches(names: Mapping[str, str]) -> None:
    """Draw pills where they fit, else a box to search in; what is chosen there is off."""
    few = len(names) <= PILLS
    options: dict[str, Any] = (
        {"selection_mode": "multi"} if few else {"placeholder": N_("branches")}
    )
    control(
        st.pills if few else st.multiselect,
        _("Branches that are off"),
        list(names),
        format_func=names.__getitem__,
        key=_BRANCHES,
        label_visibility="collapsed",
        **options,
    )


def _draw_maps(steps: tuple[Step, ...], step: Step, channel: int) -> None:
    """Draw the box of maps that are off; a button adds the one that was clicked."""
    sizes = _sizes(steps)
    already = st.session_state.get(_MAPS, st.query_params.get_all(_MAPS))
    known = list(dict.fromkeys(text for text in already if parse(text, sizes)))
    written = f"{step.name} map {channel}"
    offered = [*known, written] if step.name in sizes and written not in known else known
    if offered != known:
        st.button(
            _("map {channel} off").format(channel=channel),
            icon=":material/toggle_off:",
            key="map_off",
            help=_("Map {channel} of {name}, where you clicked, gives zeros").format(
                channel=channel, name=step.name
            ),
            on_click=_add,
            args=(offered,),
        )
    control(  # there from the start: what is set before it exists misses the URL
        st.multiselect,
        _("Maps that are off"),
        offered,
        format_func=_map_shown,
        key=_MAPS,
        label_visibility="collapsed",
        placeholder=_("maps that are off"),
        width=frame.px(200),
    )


def _map_shown(text: str) -> str:
    """Return what the box shows for "layer1.0.conv1 map 3"."""
    name, _rest, channel = text.rpartition(" map ")
    return _("{name} map {channel}").format(name=name, channel=channel)


def _add(maps: list[str]) -> None:
    st.session_state[_MAPS] = maps


def draw_notice(steps: tuple[Step, ...], off: Off, text: Mapping[str, str]) -> None:
    """Draw what is off, where the reader looks first, and the way back; nothing if all is on."""
    if not off:
        return
    names = branch_names(steps)
    parts = [names[name] for name in off.branches]
    parts += [
        _("{name} map {channel}").format(name=name, channel=channel) for name, channel in off.maps
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="off_notice"):
        said = text["Switched off"].format(parts=", ".join(words.plain(part) for part in parts))
        st.markdown(said, width="content")
        _draw_restore("restore_above", off)


def _draw_restore(key: str, off: Off) -> None:
    st.button(
        _("Restore"),
        icon=":material/settings_backup_restore:",
        key=key,
        disabled=not off,
        on_click=_restore,
    )


def _restore() -> None:
    for key in (_BRANCHES, _MAPS):
        if key in st.session_state:
            st.session_state[key] = []
