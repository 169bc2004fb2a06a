"""The one way to show a Plotly figure: the house's look, and a button that saves it."""

from typing import Any

import streamlit as st

from viz_models.figures import theme


def show(fig: Any, key: str, **options: Any) -> Any:  # noqa: ANN401 (plotly stays in figures/)
    """Draw a figure that `theme.style` has dressed.

    Args:
        fig: From a module of viz_models/figures.
        key: Streamlit key.
        options: Passed on, such as `on_select`.

    Returns:
        What st.plotly_chart returns: the selection, where one was asked for.
    """
    return st.plotly_chart(fig, key=key, theme=None, config=theme.CONFIG, **options)
