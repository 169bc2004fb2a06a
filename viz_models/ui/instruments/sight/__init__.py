"""The `sight` instrument: what nobody looks at yet is not drawn.

A click draws the whole page again, also far below the fold, where Plotly would take the browser's
time.
"""

import streamlit as st

from viz_models.ui.instruments.mounting import mounted


def in_sight(key: str, *, height: int) -> bool:
    """Whether the reader has scrolled to this place, or nearly.

    Args:
        key: Streamlit key.
        height: What to keep free meanwhile, in px at normal type size.
    """
    near = bool(dict(st.session_state.get(key) or {}).get("near"))
    mounted("sight")(
        key=key,
        data={"shown": near, "height": height},
        on_near_change=lambda: None,
    )
    return near
