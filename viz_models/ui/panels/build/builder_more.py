"""Below the builder's first screen: time and cost of every part, and what a reader takes home."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from viz_models.digits import shape
from viz_models.ui.kit import take_away as home
from viz_models.ui.kit.lesson import badge
from viz_models.ui.panels.build import compare as build_compare
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.panels.flow import built as flow_built
from viz_models.ui.panels.train import links as train_links
from viz_models.ui.results.build import builder as results

_HEAD = ("part", "output", "parameters", "milliseconds")


def times(view: View, text: Mapping[str, str]) -> None:
    """Every part with its shape, its parameters and its time on this machine."""
    if not view.small:
        return
    st.subheader("Time and cost, block by block")
    st.markdown(text["Time and cost, block by block"])
    rows = _rows(view)
    st.dataframe(
        {name: [row[i] for row in rows] for i, name in enumerate(_HEAD)},
        hide_index=True,
        height=260,
        key="times",
    )
    st.caption(badge(results.layer_times(view.asked.spec).provenance))


def _rows(view: View) -> list[tuple[str, str, int, float]]:
    found = results.layer_times(view.asked.spec)
    spent = dict(zip(found.parts, found.milliseconds.tolist(), strict=True))
    return [
        (name, shape(size), parameters, round(spent.get(name, 0.0), 4))
        for name, size, parameters in zip(
            view.walk.names[1:], view.walk.shapes[1:], view.walk.parameters[1:], strict=True
        )
    ]


def take_away(view: View, text: Mapping[str, str]) -> None:
    """The network as a file, and its parts as a table."""
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    spec = view.asked.spec
    rows = _rows(view) if view.small else None
    home.row(
        "network",
        code=partial(results.code, spec),
        table=None if rows is None else home.csv_text(_HEAD, rows),
    )
    flow_built.link(spec)
    build_compare.link(spec)
    if view.asked.refusal is None:
        train_links.network(spec)
