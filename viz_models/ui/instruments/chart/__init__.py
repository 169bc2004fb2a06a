"""The `chart` instrument: a Plotly figure that is drawn anew in place."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from viz_models.ui.instruments import scripts
from viz_models.ui.instruments.mounting import mounted

Point = Mapping[str, Any]  # x, y, customdata and index of what was clicked


def chart(
    figure: str,
    config: Mapping[str, Any],
    *,
    key: str,
    on_click: Callable[[Point], None] | None = None,
) -> None:
    """Draw a figure.

    Args:
        figure: As Plotly writes it in JSON: an object with `data` and `layout`.
        config: Of Plotly.
        key: Streamlit key.
        on_click: Takes the point that was clicked.
    """
    more = {"config": config, "clicked": on_click is not None, "plotly": scripts.beside("plotly")}
    sent = f"{figure.rstrip()[:-1]},{json.dumps(more)[1:]}"

    def clicked() -> None:
        if on_click and (point := st.session_state[key].get("point")):
            on_click(point)

    mounted("chart", isolated=False)(key=key, data=sent.encode(), on_point_change=clicked)
