"""What a reader chooses for any network: what it reads, and whose gradients are kept."""

from dataclasses import replace

import streamlit as st

from viz_models.images import samples
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import OpenSpec
from viz_models.records.flow.opened import Reads
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import chips, control, named, select
from viz_models.ui.results.flow import yours as results

_LOSSES = {
    "none": N_("nothing"),
    "sum": N_("sum"),
    "mean": N_("mean"),
    "cross_entropy": N_("cross-entropy"),
}
_OURS = {
    N_("ResNet18, trained"): "shipped:resnet18",
    N_("Transformer that translates"): "shipped:translator",
    N_("small BERT"): "shipped:bert",
    N_("vision Transformer"): "shipped:vit",
    N_("Mask R-CNN"): "shipped:mask_rcnn",
    N_("captioner"): "shipped:captioner",
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
    first = N_("yours") if asked.source else N_("example")
    choices = {first: asked} | {name: OpenSpec(source=source) for name, source in _OURS.items()}
    with named(_("Network")):
        return select(_("Network"), choices, "net", 250)


def controls(spec: OpenSpec, *, reads: Reads) -> OpenSpec:
    """Draw the other controls; return the spec with what is chosen.

    Args:
        spec: What the command line named, whose choices are the defaults.
        reads: Whether the network can be given a text, whole numbers or a photo.
    """
    sentence = _text(spec, reads) if reads in ("text", "numbers") else spec.sentence
    photo = _photo(spec) if reads == "photo" else spec.photo
    loss = _loss(spec)
    return replace(spec, sentence=sentence, photo=photo, loss=loss)


def _photo(spec: OpenSpec) -> str:
    """Return which photo is shown to a network for images; what it is given without one."""
    if spec.photo:
        first = spec.photo.replace("\\", "/").rpartition("/")[2]
    else:
        first = N_("its own input") if results.is_ours(spec) else N_("as given")
    shown = {"given": first} | {name: name for name in samples.NAMES if name != spec.photo}
    with named(_("Photo")):
        chosen = select(
            _("Photo"),
            {name: name for name in shown},
            "sees",
            170,
            show=lambda name: _(shown[name]),
        )
    return spec.photo if chosen == "given" else chosen


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
