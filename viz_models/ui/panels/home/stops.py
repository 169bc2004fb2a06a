"""The recommended way for somebody who is here for the first time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.ui.kit import frame


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of the recommended way."""

    file: str  # below pages/
    minutes: int  # that it takes somebody who reads it for the first time
    params: Mapping[str, str] = field(default_factory=dict)  # of the URL


def draw_stops(text: Mapping[str, str], stops: Sequence[Stop]) -> None:
    """Draw the stops in their order, each with what it shows and how long it takes.

    Args:
        text: The page's prose; "Stops" holds the title, then one line for each stop.
        stops: In the recommended order.

    Raises:
        ValueError: If the prose names another number of stops.
    """
    title, *names = text["Stops"].splitlines()
    minutes = sum(stop.minutes for stop in stops)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stops"):
        st.markdown(title.format(stops=len(stops), minutes=minutes), width="content")
        for i, (name, stop) in enumerate(zip(names, stops, strict=True), start=1):
            frame.page_link(
                PAGES / stop.file,
                label=_("**{i}** {name} · {minutes} min").format(
                    i=i, name=name, minutes=stop.minutes
                ),
                query_params=dict(stop.params),
                width="content",
            )
