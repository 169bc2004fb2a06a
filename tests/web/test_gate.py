"""What a hostile visitor tries at the door, over real sockets."""

import asyncio
import os
import socket
import time
from contextlib import ExitStack

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.web.rig import Server
from viz_models.web.gate import Gate
from viz_models.web.hosting import EACH_SOCKET, OTHERS, socket_limits
from viz_models.web.messages import is_known

GATES = os.environ.get("WITHOUT_GATE", "") == ""  # set it to see the tests fail
APP = f"""
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from viz_models.web.gate import Gate

async def healthz(_):
    return PlainTextResponse("ok")

middleware = [Middleware(Gate)] if {GATES} else []
app = st.App("site.py", routes=[Route("/healthz", healthz)], middleware=middleware)
"""
PAGE = """
import streamlit as st

@st.cache_resource
def shared():
    return {"visits": 0}

shared()["visits"] += 1
st.write(f"visit {shared()['visits']}")
"""
SLOW_NAMES = """
import socket, time
def slow(*_):
    time.sleep(2)
    raise OSError("no such name")
socket.gethostbyname = socket.getaddrinfo = slow
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    names = "demo.org *.school.edu"
    server = Server(tmp_path_factory.mktemp("gate"), APP, PAGE, FORWARD_PASS_HOSTS=names)
    yield server
    server.stop()


@pytest.fixture
def narrow_server(tmp_path):
    few = {"FORWARD_PASS_SOCKETS": "12", "FORWARD_PASS_SOCKETS_EACH": "8"}
    server = Server(tmp_path, APP, PAGE, **few)
    yield server
    server.stop()


def handshake(server, **headers):
    """The status of a handshake: 101 lets in."""
    names = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    names |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Host": server.host} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in names.items())
    host, port = server.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{lines}\r\n".encode())
        return int(wire.recv(64).split()[1])


def visits(server, clear=False):
    """What a new tab is told, after another has asked to empty everybody's caches."""
    with connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"]) as wire:
        if clear:
            wire.send(BackMsg(clear_cache=True).SerializeToString())
        message = BackMsg()
        message.rerun_script.query_string = ""
        wire.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(wire.recv(timeout=10))
            if answer.delta.new_element.markdown.body:
                return int(answer.delta.new_element.markdown.body.split()[1])


def test_nobody_can_empty_the_caches_of_all(server):
    first = visits(server)
    assert visits(server, clear=True) == first + 1
    assert visits(server) == first + 2


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        (BackMsg(clear_cache=True), False),
        (BackMsg(set_run_on_save=True), False),
        (BackMsg(load_git_info=True), False),
        (BackMsg(debug_shutdown_runtime=True), False),
        (BackMsg(stop_script=True), True),
        (BackMsg(app_heartbeat=True), True),
    ],
)
def test_only_what_a_page_sends_reaches_streamlit(message, passes):
    assert is_known(message.SerializeToString()) == passes


def test_a_visitor_installs_nothing_on_the_server():
    message = BackMsg()
    message.backend_operation_request.install_skills.SetInParent()
    assert not is_known(message.SerializeToString())
    message.backend_operation_request.deferred_file.file_id = "a"
    assert is_known(message.SerializeToString())


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "school.edu.evil", ""])
def test_a_foreign_name_is_refused(server, host):
    assert server.get("/", headers={"Host": host}).status_code == 403
    assert handshake(server, Host=host) == 403


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:85", "[::1]:80", "DEMO.org", "a.school.edu."]
)
def test_our_own_names_are_let_in(server, host):
    assert server.get("/", headers={"Host": host}).status_code == 200
    assert handshake(server, Host=host, Origin=f"http://{host}") == 101


def test_a_load_balancer_may_use_any_name(server):
    assert server.get("/healthz", headers={"Host": "10.0.0.7"}).text == "ok"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://demo.org.evil.example"]
)
def test_a_page_of_another_site_gets_no_socket(server, origin):
    assert handshake(server, Origin=origin) == 403


def test_behind_a_proxy_that_changes_the_host_the_listed_name_counts(server):
    assert handshake(server, Origin="https://demo.org") == 101


def test_foreign_pages_keep_nobody_waiting_where_names_are_slow(tmp_path):
    server = Server(tmp_path, SLOW_NAMES + APP, PAGE)
    try:
        with ExitStack() as wires:
            host, port = server.host.split(":")
            for _ in range(10):
                wire = wires.enter_context(socket.create_connection((host, int(port))))
                wire.sendall(
                    b"GET /_stcore/stream HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + f"Host: {server.host}\r\nOrigin: http://evil.example\r\n\r\n".encode()
                )
            begin = time.monotonic()
            assert server.get("/healthz").text == "ok"
            assert time.monotonic() - begin < 1.9  # one look-up takes 2 s
    finally:
        server.stop()


def opened(server, wires, count, address):
    """How many of so many sockets get in; a proxy on this machine says whose they are."""
    said = []
    for _ in range(count):
        try:
            wires.enter_context(
                connect(
                    f"ws://{server.host}/_stcore/stream",
                    subprotocols=["streamlit"],
                    additional_headers={"X-Forwarded-For": address},
                )
            )
        except InvalidStatus as refused:
            said.append((refused.response.status_code, bytes(refused.response.body[:13])))
    assert set(said) <= {(503, b"Too many tabs")}
    return count - len(said)


def test_sockets_are_bounded_by_address_and_in_all_and_health_answers(narrow_server):
    server = narrow_server
    with ExitStack() as wires:
        assert opened(server, wires, 20, "203.0.113.1") == 8
        assert opened(server, wires, 20, "203.0.113.2") == 4
        assert server.get("/healthz").text == "ok"
    server.wait_for(lambda: _one_fits(server), seconds=10)  # closed ones count no more


def _one_fits(server):
    with ExitStack() as wires:
        return opened(server, wires, 1, "203.0.113.1") == 1


def test_a_class_of_sixty_fits_into_one_address():
    most, each = socket_limits({})
    assert most >= each >= 60
    resource = pytest.importorskip("resource")
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= EACH_SOCKET * most + OTHERS


def test_a_wrong_limit_stops_the_start():
    with pytest.raises(ValueError, match="FORWARD_PASS_SOCKETS=many"):
        Gate(None, {"FORWARD_PASS_SOCKETS": "many"})


@pytest.mark.parametrize(("hosted", "status"), [("1", 200), ("0", 403)])
def test_a_class_may_type_the_number_of_the_machine(hosted, status):
    async def inside(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", b"192.168.1.20:80")],
    }
    asyncio.run(Gate(inside, {"FORWARD_PASS_HOSTED": hosted})(scope, None, send))
    assert sent[0]["status"] == status
