"""What a reader chooses for any network: whose gradients are kept."""

from dataclasses import replace

import streamlit as st

from viz_models.records import OpenSpec
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import chips, control, control_row

_LOSSES = {"none": "nothing", "sum": "sum", "mean": "mean", "cross_entropy": "cross-entropy"}
_MOST_CLASSES = 1_000_000


def controls(spec: OpenSpec) -> OpenSpec:
    """Draw one row of controls; return the spec with what is chosen.

    Args:
        spec: What the command line named, whose choices are the defaults.
    """
    with control_row():
        loss = _loss(spec)
    return replace(spec, loss=loss)


def _loss(spec: OpenSpec) -> str:
    kind, _, which = spec.loss.partition(":")
    default = kind if kind in _LOSSES else "none"
    chosen = chips(
        "Gradient of which loss",
        _LOSSES,
        key="loss",
        default=default,
        show="Gradient of the output's",
    )
    if chosen != "cross_entropy":
        return "" if chosen == "none" else chosen
    wanted: int = control(
        st.number_input,
        "Class",
        min_value=0,
        max_value=_MOST_CLASSES,
        value=int(which) if which.isdecimal() else 0,
        key="class",
        width=frame.px(110),
        label_visibility="collapsed",
    )
    return f"cross_entropy:{wanted}"
