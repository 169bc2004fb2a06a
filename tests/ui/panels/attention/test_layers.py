"""Links of the first edition, which counted layers and heads from 1, open the same view."""

import pytest
from streamlit.testing.v1 import AppTest


def chooser():
    import streamlit as st

    from viz_models.ui.panels.attention.layers import select_place

    choices = {f"layer {i}, head {j}": (i, j) for i in range(2) for j in range(4)}
    default = "layer 1, head 0"
    st.write(str(select_place("Head", choices, "looks", 100, default=default, former="look")))


@pytest.mark.parametrize(
    ("param", "text", "opened"),
    [
        ("look", "layer 1, head 4", (0, 3)),
        ("look", "layer 2, head 1", (1, 0)),
        ("look", "layer 9, head 1", (1, 0)),
        ("looks", "layer 1, head 2", (1, 2)),
    ],
)
def test_a_link_opens_the_layer_and_head_that_it_meant(param, text, opened):
    at = AppTest.from_function(chooser)
    at.query_params[param] = text
    at.run()
    assert [e.value for e in at.exception] == []
    assert at.markdown[0].value == str(opened)
