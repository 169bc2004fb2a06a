"""Links from the lesson on fast networks to the builder, for each way that it can build."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from viz_models.language import numbered
from viz_models.records import ConvSpec
from viz_models.records.vision.fast import Series
from viz_models.ui.kit import frame
from viz_models.ui.panels.build.compare import PAGES
from viz_models.ui.panels.flow import built
from viz_models.ui.panels.vision.fast import View

WIDTH, SIDE, SMALL_SIDE = 128, 56, 28
# Plain 1x1 convolutions; in the builder a 3x3 stem stands before them, and a head behind.
_ONE = ConvSpec(
    depths=(1,),
    widths=(WIDTH,),
    size=SIDE,
    kernel_size=1,
    connect="plain",
    activation="identity",
)
_TWO = replace(_ONE, block="basic")
_PIECE = replace(_ONE, size=SMALL_SIDE)
_BOTTLENECK = replace(_ONE, block="bottleneck", kernel_size=3)
_UNIT = ConvSpec(
    depths=(2,),
    size=SMALL_SIDE,
    stem_width=24,
    block="bottleneck",
    inner_activation=False,
)
NETWORKS: dict[tuple[Series, str], ConvSpec] = {
    ("widths", "1:1"): _TWO,
    ("groups", "1 group"): _TWO,
    ("groups", "4 groups"): replace(_TWO, widths=(256,), groups=4),
    ("groups", "16 groups"): replace(_TWO, widths=(512,), groups=16),
    ("groups", "64 groups"): replace(_TWO, widths=(1024,), groups=64),
    ("fragments", "1 piece"): _PIECE,
    ("fragments", "4 in series"): replace(_PIECE, depths=(4,), widths=(64,)),
    ("elementwise", "neither"): _BOTTLENECK,
    ("elementwise", "ReLU"): replace(_BOTTLENECK, activation="relu"),
    ("elementwise", "shortcut"): replace(_BOTTLENECK, connect="residual"),
    ("elementwise", "both"): replace(_BOTTLENECK, connect="residual", activation="relu"),
    ("units", "ShuffleNet v1"): replace(
        _UNIT, widths=(240,), groups=60, pointwise_groups=3, shuffle=True, activate="sum"
    ),
    ("units", "ShuffleNet v2"): replace(
        _UNIT, widths=(138,), groups=69, expansion=1, connect="split"
    ),
}


def draw_links(view: View, series: Series, text: Mapping[str, str]) -> None:
    """Draw a link to the builder for each way of a guideline that it can build.

    Args:
        view: What the page shows.
        series: The guideline, or both units.
        text: Sections of the page's prose.
    """
    ways = view.found.of(series)
    buildable = [way.name for way in ways if (series, way.name) in NETWORKS]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = "Open in the builder" if len(buildable) == len(ways) else "Only some"
        st.caption(text[said], width="content")
        for name in buildable:
            frame.page_link(
                PAGES / "build/builder.py",
                label=numbered(name),
                icon=":material/construction:",
                query_params=built.knobs(NETWORKS[series, name]),
            )
