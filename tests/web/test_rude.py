"""A client that does not keep to the protocol costs its own socket, and nobody else's (F12)."""

import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.web.rig import Site, opened, told

pytestmark = pytest.mark.slow
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("rude"), FORWARD_PASS_HOSTED="1")
    yield site
    site.stop()


def stranger(site):
    return connect(f"ws://{site.host}/_stcore/stream", subprotocols=["streamlit"], max_size=None)


def is_closed(wire, data):
    """Whether the server ends a socket on which this comes, whatever it says before."""
    try:
        wire.send(data)
        while True:
            wire.recv(timeout=PATIENCE_S)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def works(site):
    """Whether somebody else still gets a page, and the server says that it is well."""
    with opened(site.host, "class") as wire:
        drawn = any(m.delta.new_element.WhichOneof("type") for m in told(wire, PATIENCE_S))
    return drawn and site.get("/healthz").text.strip() == "ok"


@pytest.mark.parametrize(
    "junk", [b"\xff" * 40, "words", b"\x00" * (26 << 20)], ids=["bytes", "text", "26 MiB"]
)
def test_junk_ends_its_own_socket(site, junk):
    with opened(site.host, "class") as other:
        list(told(other, PATIENCE_S))
        with stranger(site) as wire:
            assert is_closed(wire, junk)
        message = BackMsg()
        message.rerun_script.page_name = "class"
        other.send(message.SerializeToString())  # its tab was open all the time, and still is
        assert list(told(other, PATIENCE_S))
    assert works(site)


def test_a_value_of_26_megabytes_is_not_taken(site):
    message = BackMsg()
    message.rerun_script.page_name = "class"
    state = message.rerun_script.widget_states.widgets.add()
    state.id, state.string_value = "room", "x" * (26 << 20)
    with stranger(site) as wire:
        assert is_closed(wire, message.SerializeToString())
    assert works(site)


def test_whoever_reads_nothing_keeps_nobody_waiting(site):
    ask = BackMsg()
    ask.rerun_script.page_name = "class"
    with stranger(site) as wire:
        for _ in range(50):  # answers pile up in the server, for nobody takes them
            wire.send(ask.SerializeToString())
        for _ in range(5):
            assert site.get("/healthz").text.strip() == "ok"
            time.sleep(0.1)
        assert works(site)
