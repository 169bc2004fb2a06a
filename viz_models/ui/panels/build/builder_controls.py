"""The network that is asked for: presets, knobs, and choices that had to move."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import BuildSpec, Refusal, Repair
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.knobs import Knob
from viz_models.ui.panels.build.builder_families import FAMILIES, INIT, Family, family_of
from viz_models.ui.results.build import builder as results

OWN = N_("a first network")  # the preset that every family opens with
LONG = 12  # letters of a label that does not fit half of the column
_SET = "forward_pass.build.set"  # knobs that were moved from Python in this run


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The network that the knobs describe."""

    family: Family
    base: BuildSpec  # of the preset
    spec: BuildSpec
    repairs: tuple[Repair, ...]
    refusal: Refusal | None


def asked() -> Asked:
    """Return the network that the knobs describe, before any of them is drawn.

    A choice that does not fit the others is moved to the nearest one that does, and its knob
    moves with it.
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
    """Return what the list of presets shows for a family -> spec."""
    known = results.presets()
    return {OWN: family.spec} | {n: s for n, s in known.items() if type(s) is type(family.spec)}


def _chosen(key: str, options: list[str], default: str) -> str:
    """Return a choice whose widget is drawn later in the run."""
    text = st.session_state.get(key, st.query_params.get(key, default))
    return text if text in options else default


def _held(knob: Knob) -> Any:  # noqa: ANN401 (what a widget holds)
    """Return what a knob holds: its widget, else the URL; None if neither has a value."""
    if knob.key in st.session_state:
        return st.session_state[knob.key]
    text = st.query_params.get(knob.key)
    return None if text is None else knob.parsed(text)


def _move(knob: Knob, spec: BuildSpec) -> None:
    st.session_state[knob.key] = knob.text(spec)
    st.session_state.setdefault(_SET, set()).add(knob.key)


def adopt(spec: BuildSpec) -> None:
    """Set all knobs to this network; for callbacks, before the next run draws them."""
    for knob in FAMILIES[family_of(spec)].knobs:
        _move(knob, spec)


def _family_changed() -> None:
    st.session_state["preset"] = OWN
    adopt(FAMILIES[st.session_state["net"]].spec)


def _preset_changed() -> None:
    family = FAMILIES[_chosen("net", list(FAMILIES), "ConvNet")]
    adopt(preset_names(family)[st.session_state["preset"]])


def draw_network_row(now: Asked) -> None:
    """Draw the choices of family, preset and initialization."""
    control(
        st.pills,
        _("Network"),
        list(FAMILIES),
        key="net",
        default="ConvNet",
        required=True,
        label_visibility="collapsed",
        on_change=_family_changed,
    )
    control(
        st.selectbox,
        _("Preset"),
        list(preset_names(now.family)),
        key="preset",
        label_visibility="collapsed",
        width=frame.px(170),
        on_change=_preset_changed,
    )
    labels = list(INIT.labels or ())
    control(
        st.selectbox,
        _("Weights"),
        labels,
        key=INIT.key,
        label_visibility="collapsed",
        width=frame.px(140),
        **_default(INIT, now, lambda text: {"index": labels.index(text)}),
    )


def draw_column(now: Asked) -> None:
    """Draw the knobs of the family; the rarely used ones are behind a button."""
    _draw_knobs(now.family.main, now)
    with st.popover(_("More settings"), width="stretch"):
        _draw_knobs(now.family.more, now)
    st.session_state.pop(_SET, None)


def _draw_knobs(knobs: tuple[Knob, ...], now: Asked) -> None:
    """Draw the sliders, two in a row, and then the rest."""
    shown = [knob for knob in knobs if knob.shown(now.spec)]
    sliders = [knob for knob in shown if knob.kind == "slider"]
    for i in range(0, len(sliders), 2):
        pair = sliders[i : i + 2]
        for place, knob in zip(st.columns(_widths(pair), gap="xsmall"), pair, strict=False):
            with place:
                _draw(knob, now)
    for knob in shown:
        if knob.kind != "slider":
            _draw(knob, now)


def _widths(pair: Sequence[Knob]) -> list[int]:
    """Return equal widths, or widths for the labels where one is long: "num_kv_heads"."""
    lengths = [len(knob.label) for knob in pair]
    return lengths if max(lengths) >= LONG and len(pair) == 2 else [1, 1]


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
        options = sorted({*affordable(knob, now.spec), knob.text(now.spec), knob.text(now.base)})
        default = _default(knob, now, lambda number: {"value": number})
        control(st.select_slider, knob.label, options, key=knob.key, help=knob.help, **default)


def affordable(knob: Knob, spec: BuildSpec) -> Sequence[float]:
    """Return the values of a slider, from its first to its last with which the network fits.

    Along a slider the price goes one way, so two searches by halving are enough. A network that
    is too large already keeps all values: its way back must not be closed.
    """
    options = sorted(knob.numbers(spec))
    if not options or not results.fits(spec):
        return options

    def fits(value: float) -> bool:
        return results.fits(results.repaired(knob.set(spec, value))[0])

    here = bisect_left(options, knob.text(spec))
    first = 0 if fits(options[0]) else bisect_left(options, x=True, hi=here, key=fits)
    if fits(options[-1]):
        return options[first:]
    return options[first : bisect_left(options, x=True, lo=here, key=lambda v: not fits(v))]


def _default(knob: Knob, now: Asked, option: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the default, unless Python has just set the value: Streamlit refuses both at once."""
    if knob.key in st.session_state.get(_SET, ()):
        return {}
    return option(knob.text(now.base))


def draw_remarks(now: Asked) -> None:
    """Say which choices had to move, and which limit the network breaks."""
    for repair in now.repairs:
        st.caption(
            f":material/build: {repair.field}: {repair.asked} → {repair.became}. {repair.why}"
        )
    if now.refusal is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(now.refusal.sentence, icon=":material/scale:")
            st.button(_("Use the nearest that fits"), on_click=adopt, args=(now.refusal.nearest,))
