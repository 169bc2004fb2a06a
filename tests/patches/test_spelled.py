"""What Streamlit writes into the URL for an option, without and with the change."""

import pytest
from streamlit.runtime.state.query_params import QueryParams

from viz_models.patches import spelled

SHOWN = {"8": "batches of 8", "32": "batches of 32", "zwei": "batches of 8"}


@pytest.fixture
def params(monkeypatch):
    monkeypatch.setattr(QueryParams, "get_initial_value", spelled._initial)
    monkeypatch.setattr(QueryParams, "set_corrected_value", spelled._set)
    monkeypatch.setattr(QueryParams, "stored_param_matches_corrected_value", spelled._matches)
    return QueryParams()


def test_streamlit_writes_what_an_option_shows(open_page):
    """If this fails, Streamlit writes values, and `spelled` can go."""
    from streamlit.testing.v1 import AppTest

    def app():
        import streamlit as st

        st.selectbox("N", [8, 32], format_func="of {}".format, key="n", bind="query-params")

    at = AppTest.from_function(app)
    at.query_params["n"] = "of 32"
    assert at.run().selectbox[0].value == 32
    at = AppTest.from_function(app)
    at.query_params["n"] = "32"
    assert at.run().selectbox[0].value == 8


def test_the_url_is_read_and_written_as_values(params):
    spelled.keep()
    params.set_initial_query_params("n=32&other=32&many=8&many=zwei")
    with spelled.drawing("n", SHOWN):
        assert params.get_initial_value("n") == "batches of 32"
        assert params.get_initial_value("other") == "32"
        params.set_corrected_value("n", "batches of 8", "string_value")
        assert params["n"] == "8"
        assert params.stored_param_matches_corrected_value("n", "batches of 8", "string_value")
    with spelled.drawing("many", SHOWN):
        assert params.get_initial_value("many") == ["batches of 8", "batches of 8"]
        params.set_corrected_value("many", ["batches of 32"], "string_array_value")
        assert params.get_all("many") == ["32"]


def test_other_widgets_are_left_alone(params):
    spelled.keep()
    params.set_initial_query_params("n=8")
    assert params.get_initial_value("n") == "8"
    params.set_corrected_value("n", "batches of 8", "string_value")
    assert params["n"] == "batches of 8"
