"""A network from the builder on the flow page: its link there, its link back, what is refused."""

import json
from dataclasses import replace
from typing import Any

import streamlit as st

from viz_models.language import gettext as _
from viz_models.records import BuildSpec, ConvSpec, RnnSpec, reads_tokens
from viz_models.records.build.builder import MOST_FOLLOWED
from viz_models.ui.kit import frame, words
from viz_models.ui.panels.build.builder_controls import OWN, preset_names
from viz_models.ui.panels.build.builder_families import FAMILIES, family_of
from viz_models.ui.panels.build.compare import PAGES
from viz_models.ui.results.build import builder as build_results
from viz_models.ui.results.build import compare as door

_PARAM = "spec"
_COLORS = 3  # of a photo
Followed = ConvSpec | RnnSpec


def link(spec: BuildSpec) -> None:
    """From the builder to the flow page, where a photo can pass the network.

    A photo has three colors, so a network that reads gray images is followed with three channels.
    """
    gray = isinstance(spec, Followed) and not reads_tokens(spec) and spec.in_channels == 1
    if gray:
        spec = replace(spec, in_channels=_COLORS)
    if _trouble(spec):
        return
    frame.page_link(
        PAGES / "flow/tensor_flow.py",
        label=_("Follow a tensor through this") + _(", made for three colors") * gray,
        icon=":material/conversion_path:",
        query_params={_PARAM: door.written(spec)},
    )


def asked() -> Followed | None:
    """Return the network that the URL names; None for ResNet18, also where it names none."""
    spec, _ = _read(st.query_params.get(_PARAM, ""))
    return spec


def remarks(build: Followed | None) -> None:
    """Where the network came from, or why it is not shown."""
    _rest, trouble = _read(st.query_params.get(_PARAM, ""))
    if trouble:
        st.warning(
            _("You see ResNet18 instead: {trouble}").format(trouble=words.plain(trouble)),
            icon=":material/edit:",
        )
    if build is not None:
        frame.page_link(
            PAGES / "build/builder.py",
            label=_("A network from the builder: change it there"),
            icon=":material/construction:",
            query_params=knobs(build),
        )


def _read(text: str) -> tuple[Followed | None, str]:
    """Return the network, and what is wrong with the text."""
    if not text.strip():
        return None, ""
    try:
        spec = door.read(text)
    except ValueError as error:
        return None, str(error)
    if trouble := _trouble(spec):
        return None, trouble
    return (spec, "") if isinstance(spec, Followed) else (None, "")


def _trouble(spec: BuildSpec) -> str:
    """Why a photo cannot be followed through a network; empty where it can."""
    if not isinstance(spec, Followed) or reads_tokens(spec):
        return _("only a ConvNet's tensors can be followed here, or those of a network of rows.")
    if spec.in_channels != _COLORS:
        return _("a photo has {colors} channels, but in_channels is {in_channels}.").format(
            colors=_COLORS, in_channels=spec.in_channels
        )
    if isinstance(spec, RnnSpec) and spec.over_time > MOST_FOLLOWED:
        return _(
            "it takes {over_time} steps in time, over all layers and directions; "
            "{most_followed} at most fit here."
        ).format(over_time=spec.over_time, most_followed=MOST_FOLLOWED)
    refusal = build_results.refusal(spec)
    return refusal.sentence if refusal else ""


def knobs(spec: Followed) -> dict[str, str]:
    """Return the builder's URL parameters that say this network.

    A preset, and what differs from it.
    """
    name = family_of(spec)
    family = FAMILIES[name]
    found = []
    for title, base in preset_names(family).items():
        moved = [k for k in family.knobs if k.text(spec) != k.text(base)]
        said: BuildSpec = base
        for knob in moved:
            said = knob.set(said, knob.text(spec))
        if said == spec:
            preset = {} if name == "ConvNet" else {"net": name}
            preset |= {} if title == OWN else {"preset": title}
            found.append(preset | {k.key: _written(k.text(spec)) for k in moved})
    return min(found, key=len, default={})


def _written(text: Any) -> str:  # noqa: ANN401 (what a widget holds)
    return text if isinstance(text, str) else json.dumps(text)
