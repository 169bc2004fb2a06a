"""How pictures look to this reader: light or dark theme, and the size of letters."""

from typing import Any

import numpy as np
import streamlit as st

from viz_models.figures import theme
from viz_models.ui.kit import frame


def is_dark() -> bool:
    """Whether the reader sees the dark theme."""
    return st.context.theme.type == "dark"


def luts(dark: bool) -> dict[str, np.ndarray]:
    """Return the lookup tables of the instruments."""
    return {name: theme.lut(name, dark=dark) for name in ("sequential", "diverging")}


def figure_look() -> dict[str, Any]:
    """Theme and type size of a figure."""
    return {"dark": is_dark(), "scale": frame.px(100) / 100}
