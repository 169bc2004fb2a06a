"""What network is asked for: presets, knobs, and choices that had to move."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from viz_models.records import BuildSpec, Refusal, Repair
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.knobs import Knob
from viz_models.ui.panels.build.builder_families import FAMILIES, INIT, Family, family_of
from viz_models.ui.results.build import builder as results

OWN = "a first network"  # the preset that every family opens with
_SET = "forward_pass.build.set"  # knobs that were moved from Python in this run


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The network on screen."""

    family: Family
    base: BuildSpec  # of the preset
    spec: BuildSpec
    repairs: tuple[Repair, ...]
    refusal: Refusal | None


def asked() -> Asked:
    """The network that the knobs say, before any of them is drawn.

    What cannot go together is moved to the nearest that can, and the knobs move with it.
    """
    family = FAMILIES[_chosen("net", list(FAMILIES), "ConvNet")]
    presets = preset_names(family)
    base = presets[_chosen("preset", list(presets), OWN)]
    spec = base
    for knob in family.knobs:
        if (held := _held(knob)) is not None and held != knob.text(base):
            spec = knob.set(spec, held)
    spec, repairs = results.repaired(spec)
    for knob in family.knobs:
        if _held(knob) not in (None, knob.text(spec)):
            _move(knob, spec)
    return Asked(
        family=family, base=base, spec=spec, repairs=repairs, refusal=results.refusal(spec)
    )


def preset_names(family: Family) -> dict[str, BuildSpec]:
    """What the list of presets shows for a family -> spec."""
    known = results.presets()
    return {OWN: family.spec} | {n: s for n, s in known.items() if type(s) is type(family.spec)}


def _chosen(key: str, options: list[str], default: str) -> str:
    """A choice whose widget is drawn later in the run."""
    text = st.session_state.get(key, st.query_params.get(key, default))
    return text if text in options else default


def _held(knob: Knob) -> Any:  # noqa: ANN401 (what a widget holds)
    """What a knob says: its widget, or the URL while there is none yet; None for nothing."""
    if knob.key in st.session_state:
        return st.session_state[knob.key]
    text = st.query_params.get(knob.key)
    return None if text is None else knob.parsed(text)


def _move(knob: Knob, spec: BuildSpec) -> None:
    st.session_state[knob.key] = knob.text(spec)
    st.session_state.setdefault(_SET, set()).add(knob.key)


def adopt(spec: BuildSpec) -> None:
    """Let all knobs say this network; for callbacks, before the next run draws them."""
    for knob in FAMILIES[family_of(spec)].knobs:
        _move(knob, spec)


def _family_changed() -> None:
    st.session_state["preset"] = OWN
    adopt(FAMILIES[st.session_state["net"]].spec)


def _preset_changed() -> None:
    family = FAMILIES[_chosen("net", list(FAMILIES), "ConvNet")]
    adopt(preset_names(family)[st.session_state["preset"]])


def network_row(now: Asked) -> None:
    """Family, preset and initialization."""
    control(
        st.pills,
        "Network",
        list(FAMILIES),
        key="net",
        default="ConvNet",
        required=True,
        label_visibility="collapsed",
        on_change=_family_changed,
    )
    control(
        st.selectbox,
        "Preset",
        list(preset_names(now.family)),
        key="preset",
        label_visibility="collapsed",
        width=frame.px(170),
        on_change=_preset_changed,
    )
    labels = list(INIT.labels or ())
    control(
        st.selectbox,
        "Weights",
        labels,
        key=INIT.key,
        label_visibility="collapsed",
        width=frame.px(140),
        **_default(INIT, now, lambda text: {"index": labels.index(text)}),
    )


def column(now: Asked) -> None:
    """The knobs of the family, most of them; the rest behind "more"."""
    _sliders_and_chips(now.family.main, now)
    with st.popover("More settings", width="stretch"):
        _sliders_and_chips(now.family.more, now)
    st.session_state.pop(_SET, None)


def _sliders_and_chips(knobs: tuple[Knob, ...], now: Asked) -> None:
    """Sliders two in a row, then the rest."""
    shown = [knob for knob in knobs if knob.shown(now.spec)]
    sliders = [knob for knob in shown if knob.kind == "slider"]
    for i in range(0, len(sliders), 2):
        for place, knob in zip(st.columns(2, gap="small"), sliders[i : i + 2], strict=False):
            with place:
                _draw(knob, now)
    for knob in shown:
        if knob.kind != "slider":
            _draw(knob, now)


def _draw(knob: Knob, now: Asked) -> None:
    if knob.kind == "toggle":
        default = _default(knob, now, lambda value: {"value": value})
        control(st.toggle, knob.label, key=knob.key, help=knob.help, **default)
    elif knob.labels is not None:
        default = _default(knob, now, lambda text: {"default": text})
        control(
            st.pills,
            knob.label,
            list(knob.labels),
            key=knob.key,
            required=True,
            help=knob.help,
            **default,
        )
    else:
        options = sorted({*knob.numbers(now.spec), knob.text(now.spec), knob.text(now.base)})
        default = _default(knob, now, lambda number: {"value": number})
        control(st.select_slider, knob.label, options, key=knob.key, help=knob.help, **default)


def _default(knob: Knob, now: Asked, option: Any) -> dict[str, Any]:  # noqa: ANN401
    """Streamlit takes a default or what Python has just set, not both."""
    if knob.key in st.session_state.get(_SET, ()):
        return {}
    return option(knob.text(now.base))


def remarks(now: Asked) -> None:
    """What had to move, and what is too large to be built."""
    for repair in now.repairs:
        st.caption(
            f":material/build: {repair.field}: {repair.asked} → {repair.became}. {repair.why}"
        )
    if now.refusal is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(now.refusal.sentence, icon=":material/scale:")
            st.button("Use the nearest that fits", on_click=adopt, args=(now.refusal.nearest,))
