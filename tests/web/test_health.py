"""Health, readiness, the status page, the log, and connections that ask for nothing."""

import hashlib
import hmac
import json
import socket
import time
from contextlib import ExitStack

import pytest

from tests.web.rig import Browser, Server
from viz_models.web import log

APP = """
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from viz_models.patches import silent
from viz_models.web import health, log
from viz_models.web.gate import Gate

silent.close(most=20, wait_s=1.5)
routes = [Route("/healthz", health.healthz), Route("/readyz", health.readyz)]
routes.append(health.status(lambda: (2, 3)))
middleware = [Middleware(log.RequestLog, on=True), Middleware(Gate)]
app = st.App("site.py", routes=routes, middleware=middleware)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("health")
    server = Server(folder, APP, FORWARD_PASS_HOME=str(folder / "home"), FORWARD_PASS_HOSTED="1")
    server.folder = folder
    yield server
    server.stop()


def key(server):
    secret = (server.folder / "home/owner.key").read_bytes()
    return hmac.new(secret, b"status page", hashlib.sha256).hexdigest()[:32]


def test_a_server_says_that_it_is_ready_and_what_is_wrong_and_heals(server):
    foreign = {"Host": "10.0.0.7"}
    assert server.get("/healthz", headers=foreign).text == "ok"
    answer = server.get("/readyz", headers=foreign)
    assert (answer.status_code, answer.json()["ready"]) == (200, True), answer.text
    assert answer.json()["disk_left_mib"] > 0
    home, aside = server.folder / "home", server.folder / "aside"
    server.get("/status")  # makes the secret
    home.rename(aside)
    home.write_text("no folder")
    server.wait_for(lambda: server.get("/readyz").status_code == 503)
    said = server.get("/readyz").json()
    assert not said["ready"]
    assert said["store"].startswith("the data folder cannot be written")
    assert str(server.folder) not in server.get("/readyz").text
    assert server.get("/healthz").text == "ok"
    home.unlink()
    aside.rename(home)
    server.wait_for(lambda: server.get("/readyz").status_code == 200)


def test_a_stranger_sees_no_status_and_a_teacher_does(server):
    assert server.get("/status").status_code == 404
    assert server.get("/status?key=" + "0" * 32).status_code == 404
    said = server.get(f"/status?key={key(server)}&format=json").json()
    assert (said["pages computing"], said["pages waiting for their turn"]) == (2, 3)
    assert said["run store"] == "answers"
    assert 50 < said["memory of the server, MiB"] < 4000
    with Browser(server).opened():
        page = server.get(f"/status?key={key(server)}").text
    assert "<th scope=row>tabs open</th><td>1</td>" in page


def test_the_log_is_json_and_names_no_session(server):
    with Browser(server).opened() as browser:
        browser.put("a1b2c3d4-0000-4000-8000-000000000000", 100)
        session = browser.session
    lines = (server.folder / "log").read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert any(x["path"] == "/_stcore/upload_file/*/*" and x["status"] == 204 for x in told), told
    assert all(session not in line for line in lines)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/_stcore/upload_file/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/x", "/_stcore/upload_file/*/x"),
        ("/media/3cf7abdd9e8f1d2a3b4c.png", "/media/*"),
        ("/flow", "/flow"),
        ("/dense_memory", "/dense_memory"),
        ("/_stcore/stream", "/_stcore/stream"),
    ],
)
def test_names_are_left_out_of_paths(path, said):
    assert log.without_names(path) == said


def wire_to(server):
    host, port = server.host.split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def is_closed(wire):
    wire.settimeout(0.01)
    try:
        return wire.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_connections_that_ask_for_nothing_are_bounded_and_end(server):
    with ExitStack() as wires:
        silent = [wires.enter_context(wire_to(server)) for _ in range(60)]
        silent[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")  # a head that never ends
        assert server.get("/healthz").text == "ok"
        server.wait_for(lambda: sum(map(is_closed, silent)) >= 39)
        server.wait_for(lambda: all(map(is_closed, silent)), seconds=10)


def test_a_socket_that_has_asked_stays(server):
    with Browser(server).opened():
        time.sleep(2)  # longer than a silent one may be
        assert server.get("/healthz").text == "ok"
        said = server.get(f"/status?key={key(server)}&format=json").json()
        assert said["tabs open"] == 1
