"""A change outside of a fragment that is sent along with one inside, without and with the patch."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.web.rig import APP, opened, told

MENDED = "from viz_models.patches import swallowed\nswallowed.draw()\n" + APP
PAGE = """
import streamlit as st

@st.fragment
def inner():
    st.markdown(f"inside {st.checkbox('inside')}")

st.markdown(f"outside {st.checkbox('outside')}")
inner()
"""


def boxes(messages):
    """The check boxes that a page was told to draw: label -> (widget, fragment)."""
    return {
        message.delta.new_element.checkbox.label: (
            message.delta.new_element.checkbox.id,
            message.delta.fragment_id,
        )
        for message in messages
        if message.delta.new_element.HasField("checkbox")
    }


def click(wire, known, **values):
    """Change boxes as the browser sends it: all at once, for the fragment of the inner one."""
    message = BackMsg()
    message.rerun_script.fragment_id = known["inside"][1]
    for label, value in values.items():
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.bool_value = known[label][0], value
    wire.send(message.SerializeToString())


def said(wire):
    """The lines that were drawn, by the first run that was not given up for another one."""
    messages = list(told(wire))
    if messages[-1].script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
        messages = list(told(wire))
    texts = [message.delta.new_element.markdown.body for message in messages]
    return [text for text in texts if text]


@pytest.mark.parametrize("server", [APP], indirect=True)
def test_streamlit_draws_the_fragment_alone(server):
    with opened(server.host) as wire:
        known = boxes(told(wire))
        click(wire, known, outside=True, inside=True)
        assert said(wire) == ["inside True"]


@pytest.mark.parametrize("server", [MENDED], indirect=True)
def test_the_whole_page_is_drawn(server):
    with opened(server.host) as wire:
        known = boxes(told(wire))
        click(wire, known, outside=True, inside=True)
        assert said(wire) == ["outside True", "inside True"]
        click(wire, known, outside=True, inside=False)  # what did not change asks for nothing
        assert said(wire) == ["inside False"]
