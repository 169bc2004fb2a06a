"""Below the builder's first screen: the cost of every part, and what a reader takes home."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from viz_models.digits import shape
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import take_away
from viz_models.ui.kit.lesson import badge
from viz_models.ui.panels.build import compare
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.panels.flow import built
from viz_models.ui.panels.train import links
from viz_models.ui.results.build import builder as results

HEAD = (N_("part"), N_("output"), N_("parameters"), N_("milliseconds"))
Row = tuple[str, str, int, float]


def draw_times(view: View, text: Mapping[str, str]) -> None:
    """Draw every part with its shape, its parameters and its time on this machine."""
    if not view.small:
        return
    st.subheader(_("Time and cost, block by block"))
    st.markdown(text["Time and cost, block by block"])
    _draw_table(HEAD, rows(view))
    st.caption(badge(results.layer_times(view.asked.spec).provenance))


def draw_shapes(view: View, text: Mapping[str, str]) -> None:
    """Draw the shape of every part, for a network that is too large to be built."""
    if view.small:
        return
    with st.container(border=True):
        st.markdown(_("**Not built.** {shapes}").format(shapes=text["Shapes"]))
        _draw_table(HEAD[:3], rows(view))


def _draw_table(head: Sequence[str], rows: Sequence[Row]) -> None:
    """Draw the first columns, as many as the head names."""
    said = [(name, (out, f"{n:,}", f"{ms:.4g}")[: len(head) - 1]) for name, out, n, ms in rows]
    with st.container(height=260):
        cells = [(_(name), [(text, "") for text in texts]) for name, texts in said]
        sheet([_(name) for name in head[1:]], cells, key="times")


def rows(view: View) -> list[Row]:
    """Return one row for each part; without a time where the network was not built."""
    spent: dict[str, float] = {}
    if view.small:
        found = results.layer_times(view.asked.spec)
        spent = dict(zip(found.parts, found.milliseconds.tolist(), strict=True))
    return [
        (s.name, shape(s.output_shape), s.parameters, round(spent.get(s.name, 0.0), 4))
        for s in view.walk.steps[1:]
    ]


def draw_take_away(view: View, text: Mapping[str, str]) -> None:
    """Draw the buttons that hand out the network as a file and its parts as a table."""
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    spec = view.asked.spec
    table = take_away.csv_text(HEAD, rows(view)) if view.small else None
    take_away.row("network", code=partial(results.code, spec), table=table)
    built.link(spec)
    compare.link(spec)
    if view.small:
        links.network(spec)
