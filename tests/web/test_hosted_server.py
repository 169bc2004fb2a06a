"""What strangers get of a hosted server, over real sockets: their own files, no tracebacks."""

import hashlib
import re

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.runs.rig import records, tiny
from tests.web.rig import Server, Site, opened, told
from viz_models.runs.home import DATABASE_FILE
from viz_models.runs.store import Store

BROKEN = """
import streamlit as st
from viz_models.ui.kit import errors
errors.hide_from_strangers()
app = st.App("site.py", on_script_error=errors.told)
"""
PAGE = "raise KeyError('/home/teacher/secret')"


@pytest.mark.parametrize(("hosted", "hidden"), [("1", True), ("", False)])
def test_strangers_see_a_number_that_the_log_has(tmp_path, hosted, hidden):
    server = Server(tmp_path, BROKEN, PAGE, FORWARD_PASS_HOSTED=hosted)
    try:
        with opened(server.host) as wire:
            answers = list(told(wire))
        log = (tmp_path / "log").read_text()
    finally:
        server.stop()
    assert any(b"secret" in answer.SerializeToString() for answer in answers) != hidden
    assert "secret" in log
    if hidden:
        (line,) = filter(None, [a.delta.new_element.alert.body for a in answers])
        assert f"error {re.search('number ([0-9a-f]+)', line)[1]}" in log


def new_name(server):
    """The cookie that the server gives to a new browser."""
    answer = server.get("/", headers={"Accept": "text/html"})
    return f"owner={answer.cookies['owner']}"


def taken(server, run, cookie):
    """Label -> content of each file that the page of a run offers, or why there is none."""
    found = {}
    with opened(server.host, "runs", f"run={run}", Cookie=cookie) as wire:
        answers = list(told(wire))
        session = answers[0].new_session.initialize.session_id
        offers = [answer.delta.new_element.download_button for answer in answers]
        for offer in offers:
            if not offer.deferred_file_id:
                continue
            asked = BackMsg()
            asked.backend_operation_request.request_id = offer.label
            asked.backend_operation_request.session_id = session
            asked.backend_operation_request.deferred_file.file_id = offer.deferred_file_id
            wire.send(asked.SerializeToString())
            answer = ForwardMsg()
            while not answer.HasField("backend_operation_response"):
                answer = ForwardMsg.FromString(wire.recv(timeout=60))
            made = answer.backend_operation_response
            found[offer.label] = made.error_msg or server.get(made.deferred_file.url).content
    return found


@pytest.mark.slow
def test_the_owner_of_a_run_downloads_it_and_nobody_else_does(tmp_path):
    server = Site(tmp_path, FORWARD_PASS_HOSTED="1")
    try:
        mine, other = new_name(server), new_name(server)
        name = re.search(r"owner=(\w+)", mine)[1]
        owner = hashlib.sha256(name.encode()).hexdigest()[:32]
        folder = tmp_path / "home"
        store = Store(f"sqlite:///{folder / DATABASE_FILE}", folder / "runs", hosted=True)
        run = store.submit(owner, tiny(), "k").id
        job = store.work.claim()
        store.work.push(job.run, job.attempt, records(1, 30), share=1.0)
        store.work.end(job.run, job.attempt, "finished")
        store.close()
        files = taken(server, run, mine)
        assert len(files["Steps (CSV)"].splitlines()) == 31
        assert b"torch" in files["Script (Python)"]
        assert len(files) == 5
        theirs = taken(server, run, other)
        assert len(theirs) == 5
        assert all(isinstance(said, str) for said in theirs.values()), theirs
        forged = taken(server, run, f"owner={name}.{'0' * 32}")
        assert all(isinstance(said, str) for said in forged.values()), forged
    finally:
        server.stop()
