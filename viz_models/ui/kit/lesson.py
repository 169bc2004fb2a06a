"""What the lessons on normalization share: head, controls, badges, how a zero is printed."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.digits import digits
from viz_models.records import NormSpec, Place, Provenance, SourceSpec
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import control, named
from viz_models.ui.panels.flow.stage import is_dark

DIGITS = SourceSpec(kind="digits", shape=(1797, 8, 8, 8))  # as many as there are
DRAWN = SourceSpec(kind="normal", shape=(1797, 8, 8, 8))
SIDES = {"8×8 maps": None, "2×2 maps": 2, "1×1 maps": 1}
T = TypeVar("T")


def head(text: Mapping[str, str]) -> DeltaGenerator:
    """The question; returns where its answer goes once it is computed."""
    st.title(text[""].partition("\n")[0])
    return st.empty()


def answer(where: DeltaGenerator, section: str, **facts: str) -> None:
    """One line of answer, with what was measured."""
    where.caption(section.format(**facts))


def row() -> DeltaGenerator:
    """The one row of controls."""
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall")


def slider(label: str, options: Sequence[T], key: str, width: int, *, value: T) -> T:
    """A slider over given values, with its name before it."""
    with named(label):
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


def look() -> dict[str, Any]:
    """Theme and type size of a figure."""
    return {"dark": is_dark(), "scale": frame.px(100) / 100}


def badge(provenance: Provenance) -> str:
    """Where a card's numbers come from: "measured now · cpu · seed 0 · torch 2.14.1"."""
    seed = "" if provenance.seed is None else f"seed {provenance.seed}"
    parts = (provenance.kind, provenance.date, provenance.device, seed, provenance.versions)
    return " · ".join(p for p in parts if p)


def exact(x: float, significant: int = 3) -> str:
    """A number, where a zero says that nothing was rounded away."""
    return "0 (exactly)" if x == 0 else digits(x, significant)


def module(spec: NormSpec, shape: Place) -> str:
    """The norm of an (N, C, H, W) tensor as one writes it: "nn.GroupNorm(2, 8, eps=1e-05)"."""
    _, channels, *maps = shape
    covered = str(channels) if spec.over == "c" else str((channels, *maps))
    name, arguments = {
        "batch": ("BatchNorm2d", f"{channels}"),
        "layer": ("LayerNorm", covered),
        "instance": ("InstanceNorm2d", f"{channels}, affine=True"),
        "group": ("GroupNorm", f"{spec.groups}, {channels}"),
        "rms": ("RMSNorm", covered),
    }[spec.norm]
    return f"nn.{name}({arguments}, eps={spec.eps:g})"
