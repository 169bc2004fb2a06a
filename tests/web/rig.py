"""A real server of our own around an empty page, and a browser tab without a browser."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.conftest import ROOT

HELLO = "import streamlit as st\nst.write('hello')"
APP = "import streamlit as st\napp = st.App('site.py')\n"  # Streamlit and nothing of ours


class Server:
    """A real `streamlit run` with our middleware around an empty page."""

    def __init__(self, folder, app, page=HELLO, **environment):
        (folder / "app.py").write_text(app)
        (folder / "site.py").write_text(page)
        self._start(folder, folder, {"maxUploadSize": "10"}, environment)

    def _start(self, folder, cwd, options, environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        options = options | {"address": "127.0.0.1", "port": self.host.partition(":")[2]}
        options |= {"headless": "true", "fileWatcherType": "none"}
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py"]
            + [f"--server.{k}={v}" for k, v in options.items()],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=self.log,
            stderr=self.log,
        )
        self.wait_for(lambda: self.get("/_stcore/health").ok)

    def get(self, path, **options):
        return requests.get(f"http://{self.host}{path}", timeout=10, **options)

    def held(self, session):
        return self.get("/held").json().get(session, [])

    def wait_for(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.05)
        self.log.seek(0)
        pytest.fail(f"nothing within {seconds} s; the server said:\n{self.log.read()[-2000:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Site(Server):
    """The whole app, with a data folder of its own."""

    def __init__(self, folder, **environment):
        home = folder / "home"
        home.mkdir()
        self._start(folder, ROOT, {}, {"FORWARD_PASS_HOME": str(home), **environment})


@contextmanager
def opened(host, page="", query="", **headers):
    """A socket on which a page was asked for."""
    address = f"ws://{host}/_stcore/stream"
    with connect(
        address, subprotocols=["streamlit"], additional_headers=headers, max_size=None
    ) as wire:
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        wire.send(message.SerializeToString())
        yield wire


def told(wire, seconds=60):
    """Every message until the page is drawn."""
    while True:
        answer = ForwardMsg.FromString(wire.recv(timeout=seconds))
        yield answer
        if answer.WhichOneof("type") == "script_finished":
            return


class Browser:
    """One tab: the socket that makes a session, and the requests with its XSRF token."""

    def __init__(self, server):
        self.server, self.http = server, requests.Session()
        self.http.get(f"http://{server.host}/_stcore/health", timeout=10)
        self.token = self.http.cookies["_streamlit_xsrf"]
        self.session = ""

    @contextmanager
    def opened(self):
        with connect(
            f"ws://{self.server.host}/_stcore/stream",
            subprotocols=["streamlit", self.token],
            additional_headers={"Cookie": f"_streamlit_xsrf={self.token}"},
            max_size=None,
        ) as socket:
            message = BackMsg()
            message.rerun_script.query_string = ""
            socket.send(message.SerializeToString())
            while not self.session:
                answer = ForwardMsg.FromString(socket.recv(timeout=10))
                self.session = answer.new_session.initialize.session_id
            yield self

    def url(self, file_id):
        return f"http://{self.server.host}/_stcore/upload_file/{self.session}/{file_id}"

    def put(self, file_id, size, **options):
        options = {"headers": {"X-Xsrftoken": self.token}, "timeout": 20} | options
        return self.http.put(self.url(file_id), files={"file": ("a.png", bytes(size))}, **options)

    def delete(self, file_id):
        return self.http.delete(self.url(file_id), headers={"X-Xsrftoken": self.token}, timeout=10)
