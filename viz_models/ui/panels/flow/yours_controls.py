"""What a reader chooses for any network: what it reads, and whose gradients are kept."""

from dataclasses import replace

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import OpenSpec
from viz_models.records.flow.opened import Reads
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import chips, control, named, select

_LOSSES = {"none": "nothing", "sum": "sum", "mean": "mean", "cross_entropy": "cross-entropy"}
_OURS = {
    N_("ResNet18, trained"): "shipped:resnet18",
    N_("Transformer that translates"): "shipped:translator",
    N_("small BERT"): "shipped:bert",
    N_("vision Transformer"): "shipped:vit",
    N_("Mask R-CNN"): "shipped:mask_rcnn",
    "captioner": "shipped:captioner",
    N_("res-20, untrained"): "build:res20",
    N_("GPT-tiny, untrained"): "build:gpt_tiny",
}
_LONGEST = 2000  # characters of a text
_MOST_CLASSES = 1_000_000


def network(asked: OpenSpec) -> OpenSpec:
    """Draw the choice of a network: what the command line named, or one of this project's own.

    Args:
        asked: What the command line named; the example where it named nothing.
    """
    first = "yours" if asked.source else "example"
    choices = {first: asked} | {name: OpenSpec(source=source) for name, source in _OURS.items()}
    with named(_("Network")):
        return select(_("Network"), choices, "net", 250)


def controls(spec: OpenSpec, *, reads: Reads) -> OpenSpec:
    """Draw the other controls; return the spec with what is chosen.

    Args:
        spec: What the command line named, whose choices are the defaults.
        reads: Whether the network can be given a text, or whole numbers.
    """
    sentence = _text(spec, reads) if reads else spec.sentence
    loss = _loss(spec)
    return replace(spec, sentence=sentence, loss=loss)


def _text(spec: OpenSpec, reads: Reads) -> str:
    with named(_("Text") if reads == "text" else _("Numbers")):
        typed: str = control(
            st.text_input,
            _("A text") if reads == "text" else _("Whole numbers that it reads"),
            spec.sentence,
            key="text",
            placeholder=_("the cat sleeps") if reads == "text" else "3, 17, 5",
            max_chars=_LONGEST,
            label_visibility="collapsed",
            width=frame.px(330),
        )
    return typed.strip() or spec.sentence


def _loss(spec: OpenSpec) -> str:
    kind, _rest, which = spec.loss.partition(":")
    default = kind if kind in _LOSSES else "none"
    chosen = chips(
        _("Gradient of which loss"),
        _LOSSES,
        key="loss",
        default=default,
        show=_("Gradient of the output's"),
    )
    if chosen != "cross_entropy":
        return "" if chosen == "none" else chosen
    wanted: int = control(
        st.number_input,
        _("Class"),
        min_value=0,
        max_value=_MOST_CLASSES,
        value=int(which) if which.isdecimal() else 0,
        key="class",
        width=frame.px(110),
        label_visibility="collapsed",
    )
    return f"cross_entropy:{wanted}"
