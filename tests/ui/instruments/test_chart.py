import gzip
import json
from pathlib import Path

import plotly
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from app import app
from viz_models.ui.instruments import scripts

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ADDRESS = scripts.ADDRESS.format(version=scripts.version("plotly"), name="plotly")


def page():
    import plotly.graph_objects as go
    import streamlit as st

    from viz_models.ui.kit.charts import show

    def clicked(point):
        st.session_state["clicked"] = point["index"]

    fig = go.Figure(go.Scatter(y=[3, 1, 2]), {"height": 120})
    show(fig, "plain")
    show(fig, "operated", on_click=clicked)


def test_a_chart_is_sent_as_plotly_writes_it():
    plain, operated = (
        json.loads(element.proto.bytes)
        for element in AppTest.from_function(page).run().get("bidi_component")
    )
    assert plain["data"] == [{"type": "scatter", "y": [3, 1, 2]}]
    assert plain["layout"]["height"] == 120
    assert (plain["clicked"], operated["clicked"]) == (False, True)
    assert plain["config"]["modeBarButtons"] == [["toImage"]]


def test_the_browser_gets_the_plotly_that_is_installed_packed_or_not():
    client = TestClient(app, base_url="http://localhost")
    packed = client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    plain = client.get(ADDRESS, headers={"Accept-Encoding": "identity"})
    assert packed.content == plain.content == PLOTLY.read_bytes()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "immutable" in packed.headers["Cache-Control"]
    assert gzip.decompress(scripts.packed("plotly")) == PLOTLY.read_bytes()
