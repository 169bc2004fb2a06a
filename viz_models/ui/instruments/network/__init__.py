"""The `network` instrument: any network, folded by path, with its maps, its steps and a search."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from viz_models import language
from viz_models.figures.network import page
from viz_models.ui.instruments import scripts


@cache
def _mounted(spoken: str) -> Callable[..., Any]:
    mount: Callable[..., Any] = st.components.v2.component(
        "forward_pass.network" + ("" if spoken == language.ENGLISH else f".{spoken}"),
        html=(scripts.HERE / "network" / "network.html").read_text(encoding="utf-8"),
        css=page.source("draw.css"),
        js=scripts.inline("network"),
    )
    return mount


def network(drawn: str, *, key: str, start: str, on_change: Callable[[], None]) -> None:
    """Draw a network; what is chosen is reported as `step` and stands in the address bar.

    Args:
        drawn: JSON of what `figures.network.page.drawn` gives.
        key: Streamlit key.
        start: The step that is chosen at first; "" for the first one with maps.
        on_change: Called when another step is chosen.
    """
    _mounted(language.current())(
        key=key, data={"drawn": drawn, "start": start}, on_step_change=on_change
    )
