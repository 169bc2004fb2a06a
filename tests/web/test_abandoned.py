"""Tabs that ask for much, wait, and are closed: what they asked for is not computed."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from tests.web.rig import Server

APP = """
import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route
from viz_models.ui.kit.turns import TURNS

async def turns(_):
    return JSONResponse({"waiting": len(TURNS._waiting), "running": len(TURNS._running)})

app = st.App("site.py", routes=[Route("/turns", turns)])
"""
PAGE = """
import time
import uuid
import streamlit as st
from viz_models.ui.kit import cache

asked = uuid.uuid4().hex
cache.remembered(asked, lambda: time.sleep(3), lambda _: 1, needs=10**9)
"""


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path, APP, PAGE)
    yield server
    server.stop()


def test_tabs_that_are_closed_leave_the_waiting_room(server):
    message = BackMsg()
    message.rerun_script.query_string = ""
    wires = [
        connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"]) for _ in range(8)
    ]
    for wire in wires:
        wire.send(message.SerializeToString())
    server.wait_for(lambda: server.get("/turns").json() == {"waiting": 7, "running": 1})
    for wire in wires:
        wire.close()
    server.wait_for(lambda: server.get("/turns").json()["waiting"] == 0, seconds=3)
    server.wait_for(lambda: server.get("/turns").json()["running"] == 0, seconds=5)
