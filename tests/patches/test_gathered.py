"""How often a page wakes the server's event loop, without and with the patch."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.web.rig import APP, opened, told

GATHERED = (
    "from viz_models.patches import gathered\n"
    "gathered.WAIT_S = 60\n"  # so that no test depends on speed
    "gathered.gather()\n" + APP
)
REFUSING = """
from streamlit.runtime.app_session import AppSession
AppSession._handle_stop_script_request = lambda session: 1 / 0
"""  # stands for any request of a browser that Streamlit cannot handle
LINES = 40
PAGE = f"""
import threading
import streamlit as st
from streamlit.runtime import get_instance

loop, here, woken = get_instance()._get_async_objs().eventloop, threading.current_thread(), []
wake = type(loop).call_soon_threadsafe

def counted(*args, **named):
    if threading.current_thread() is here:
        woken.append(args)
    return wake(loop, *args, **named)

loop.call_soon_threadsafe = counted
for i in range({LINES}):
    st.markdown(str(i))
del loop.call_soon_threadsafe
st.markdown(f"woken {{len(woken)}}")
"""


def lines(wire):
    texts = [message.delta.new_element.markdown.body for message in told(wire)]
    return [text for text in texts if text]


@pytest.mark.parametrize("server", [APP], indirect=True)
def test_streamlit_wakes_the_loop_for_every_message(server):
    """If this fails, Streamlit has mended it, and `gathered` can go."""
    with opened(server.host) as wire:
        assert lines(wire)[-1] == f"woken {LINES}"


@pytest.mark.parametrize("server", [GATHERED], indirect=True)
def test_the_loop_is_woken_once_and_nothing_loses_its_place(server):
    with opened(server.host) as wire:
        *drawn, woken = lines(wire)
    assert drawn == [str(i) for i in range(LINES)]
    assert int(woken.split()[1]) <= 1


@pytest.mark.parametrize("server", [APP + REFUSING, GATHERED + REFUSING], indirect=True)
def test_an_error_is_not_cleared_away_with_the_page(server):
    with opened(server.host) as wire:
        list(told(wire))
        wire.send(BackMsg(stop_script=True).SerializeToString())
        while not (answer := ForwardMsg.FromString(wire.recv(timeout=60))).HasField("delta"):
            pass
    assert answer.delta.new_element.exception.type == "ZeroDivisionError"
