import asyncio

import pytest
import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from tests.web.rig import Browser, Server
from viz_models.web.uploads import (
    AT_ONCE,
    EACH_S,
    MAX_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    Pace,
    UploadLimits,
)

MIB = 2**20
APP = """
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime import get_instance
from viz_models.web.headers import SecurityHeaders
from viz_models.web.uploads import UploadLimits

async def held(_):
    store = get_instance().uploaded_file_mgr.file_storage
    return JSONResponse({s: [len(f.data) for f in files.values()] for s, files in store.items()})

limits = Middleware(UploadLimits, keep_after_s=1.0, environ={"FORWARD_PASS_HOSTED": "1"})
middleware = [Middleware(SecurityHeaders), limits]
app = st.App("site.py", routes=[Route("/held", held)], middleware=middleware)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("site"), APP)
    yield server
    server.stop()


@pytest.fixture
def browser(server):
    with Browser(server).opened() as browser:
        yield browser


# ------------------------------------------------------------------ a real server


def test_an_upload_arrives_and_delete_frees_it(server, browser):
    assert browser.put("a", MIB).status_code == 204
    assert server.held(browser.session) == [MIB]
    assert browser.delete("a").status_code == 204
    assert server.held(browser.session) == []


def test_a_file_over_10_mb_is_413_with_one_line(server, browser):
    answer = browser.put("a", MAX_FILE_BYTES + MIB)
    assert answer.status_code == 413
    assert answer.text == "This file is larger than 10 MB. Save a smaller copy and try again.\n"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert server.held(browser.session) == []


def test_a_large_file_without_a_length_is_stopped_on_its_way(server, browser):
    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(100):
            yield bytes(MIB)

    headers = {"X-Xsrftoken": browser.token, "Content-Type": "multipart/form-data; boundary=x"}
    try:
        answer = browser.http.put(browser.url("a"), data=endless(), headers=headers, timeout=20)
    except requests.ConnectionError:
        pass  # the server hung up while we were still sending
    else:
        assert answer.status_code == 413
    assert server.held(browser.session) == []


def test_of_a_hundred_files_the_newest_five_are_kept(server, browser):
    sizes = [1000 + i for i in range(100)]
    assert {browser.put(f"made-up-{i}", size).status_code for i, size in enumerate(sizes)} == {204}
    assert server.held(browser.session) == sizes[-MAX_FILES:]


def test_at_most_30_mb_are_kept_and_others_are_not_touched(server, browser):
    with Browser(server).opened() as other:
        other.put("mine", 1234)
        for i in range(5):
            assert browser.put(str(i), 9 * MIB).status_code == 204
        assert server.held(browser.session) == [9 * MIB] * 3
        assert server.held(other.session) == [1234]


def test_an_unknown_session_gets_streamlits_own_answer(browser):
    browser.session = "made-up"
    assert browser.put("a", 10).status_code == 400


def test_without_the_xsrf_token_nothing_is_taken(server, browser):
    assert browser.put("a", 10, headers={}).status_code == 403
    assert server.held(browser.session) == []


def test_uploads_are_freed_soon_after_the_tab_is_closed(server, browser):
    browser.put("a", 77)
    with Browser(server).opened() as closed:
        closed.put("a", MIB)
    assert server.held(closed.session) == [MIB]  # a lost connection may come back
    server.wait_for(lambda: server.held(closed.session) == [], seconds=8)
    assert server.held(browser.session) == [77]


def test_headers_are_on_every_answer(server):
    for path in ("/", "/any/page", "/_stcore/health", "/held"):
        headers = server.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert headers["Permissions-Policy"].startswith("camera=(self), microphone=()")
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


def test_metrics_are_closed(server):
    answer = server.get("/_stcore/metrics")
    assert answer.status_code == 404
    assert answer.text == "Not found\n"


# ------------------------------------------------------------------ bytes, one by one


class Sessions:
    """Streamlit's own store, and which sessions are connected."""

    def __init__(self, *connected):
        self.uploaded_file_mgr = MemoryUploadedFileManager("/_stcore/upload_file")
        self.connected = set(connected)

    def is_active_session(self, session_id):
        return session_id in self.connected

    def held(self, session):
        return [len(f.data) for f in self.uploaded_file_mgr.file_storage.get(session, {}).values()]


async def at_once(_):
    """Instead of a wait."""


def limited(sessions, **options):
    """The middleware around a route that stores whatever arrives."""

    async def store(request):
        data = await request.body()
        file = UploadedFileRec(request.path_params["file"], "a.png", "image/png", data)
        sessions.uploaded_file_mgr.add_file(request.path_params["session"], file)
        return PlainTextResponse("", 204)

    route = Route("/_stcore/upload_file/{session}/{file}", store, methods=["PUT"])
    options = {"environ": {"FORWARD_PASS_HOSTED": "1"}, "sleep": at_once} | options
    limits = Middleware(UploadLimits, runtime=lambda: sessions, **options)
    return Starlette(routes=[route], middleware=[limits])


async def put(app, path, chunks, headers=(), client=None):
    """Send chunks as they are; return the status and how many of them were taken."""
    taken, sent = 0, []

    async def receive():
        nonlocal taken
        taken += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "PUT", "path": path, "headers": list(headers)}
    scope["client"] = client
    await app(scope | {"query_string": b"", "root_path": ""}, receive, send)
    return sent[0]["status"], taken


def test_real_bytes_count_not_the_announced_ones():
    sessions = Sessions("s")
    chunks = [bytes(MIB)] * 50
    small = [(b"content-length", b"5")]
    status, taken = asyncio.run(put(limited(sessions), "/_stcore/upload_file/s/a", chunks, small))
    assert (status, taken) == (413, 11)
    assert sessions.held("s") == []


@pytest.mark.parametrize(("hosted", "mib", "status"), [
    ("1", 10, 204), ("1", 11, 413), ("", 40, 204), ("0", 41, 413),
])  # fmt: skip
def test_a_phones_photo_passes_on_ones_own_machine(hosted, mib, status):
    sessions = Sessions("s")
    app = limited(sessions, environ={"FORWARD_PASS_HOSTED": hosted})
    chunks = [bytes(MIB)] * mib
    assert asyncio.run(put(app, "/_stcore/upload_file/s/a", chunks))[0] == status
    assert sessions.held("s") == ([mib * MIB] if status == 204 else [])


def test_on_ones_own_machine_two_large_files_are_kept():
    sessions = Sessions("s")
    app = limited(sessions, environ={})
    for i in range(3):
        asyncio.run(put(app, f"/_stcore/upload_file/s/{i}", [bytes(MIB)] * 39))
    assert sessions.held("s") == [39 * MIB] * 2


def test_an_announced_large_file_is_refused_unread():
    large = [(b"content-length", str(2 * MAX_FILE_BYTES).encode())]
    app = limited(Sessions("s"))
    assert asyncio.run(put(app, "/_stcore/upload_file/s/a", [b"x"], large)) == (413, 0)


def test_uploads_at_the_same_time_share_the_limit():
    sessions = Sessions("s", "t")
    app = limited(sessions)

    async def together():
        mine = [put(app, f"/_stcore/upload_file/s/{i}", [bytes(MIB)] * 9) for i in range(5)]
        theirs = put(app, "/_stcore/upload_file/t/0", [bytes(MIB)] * 9)
        statuses = [status for status, _ in await asyncio.gather(*mine, theirs)]
        return [*statuses, (await put(app, "/_stcore/upload_file/s/5", [bytes(MIB)] * 9))[0]]

    statuses = asyncio.run(together())
    assert 413 in statuses[:5]  # 45 MiB do not fit
    assert 204 in statuses[:5]
    assert statuses[5:] == [204, 204]  # somebody else's, and one more when these have ended
    assert sum(sessions.held("s")) <= 30 * MIB


def test_a_sixth_upload_at_the_same_time_is_refused():
    app = limited(Sessions("s"))

    async def together():
        paths = [f"/_stcore/upload_file/s/{i}" for i in range(6)]
        return await asyncio.gather(*(put(app, path, [b"a"] * 3) for path in paths))

    assert sorted(status for status, _ in asyncio.run(together())) == [204] * 5 + [413]


def test_twenty_tabs_of_one_person_do_not_fill_the_memory():
    sessions = Sessions("ann", *(f"eve {i}" for i in range(20)))
    app = limited(sessions)

    async def fill():
        await put(app, "/_stcore/upload_file/ann/photo", [bytes(2 * MIB)])
        for i in range(60):
            await put(app, f"/_stcore/upload_file/eve {i % 20}/{i}", [bytes(MIB)] * 9)
        return sum(sum(sessions.held(s)) for s in sessions.connected)

    assert asyncio.run(fill()) <= MAX_BYTES
    assert sessions.held("ann") == [2 * MIB]  # who holds little keeps it


def test_what_arrives_at_the_same_time_is_bounded_for_all_together():
    names = [f"tab {i}" for i in range(20)]
    app = limited(Sessions(*names))

    async def together():
        asked = [put(app, f"/_stcore/upload_file/{s}/a", [bytes(MIB)] * 9) for s in names]
        return [status for status, _ in await asyncio.gather(*asked)]

    statuses = asyncio.run(together())
    assert 413 in statuses
    assert statuses.count(204) * 9 * MIB <= 180 * MIB


def test_whoever_sends_much_is_read_slowly_and_nobody_else():
    waits = {"eve": [], "ann": []}

    async def slow(seconds):
        waits[who].append(seconds)

    app = limited(Sessions("eve", "ann"), sleep=slow)
    for who, files in (("eve", 8), ("ann", 2)):
        client = ("198.51.100.1", 1) if who == "eve" else ("203.0.113.7", 1)
        for i in range(files):
            put_one = put(app, f"/_stcore/upload_file/{who}/{i}", [bytes(MIB)] * 9, client=client)
            assert asyncio.run(put_one)[0] == 204
    assert len(waits["eve"]) >= 8 * 9 - 40 - 8
    assert waits["ann"] == []


def test_the_pace_is_that_of_a_clock():
    now = [100.0]
    pace = Pace(lambda: now[0])
    assert pace.owed("eve", AT_ONCE) == 0
    assert pace.owed("eve", EACH_S) == pytest.approx(1)
    assert pace.owed("ann", EACH_S) == 0
    now[0] += 2
    assert pace.owed("eve", EACH_S) == 0
    assert pace.owed("eve", EACH_S) == pytest.approx(1)


def test_a_file_that_arrives_after_its_tab_closed_is_freed_too():
    sessions = Sessions()

    async def late():
        app = limited(sessions, keep_after_s=0.01)
        await put(app, "/_stcore/upload_file/gone/a", [b"abc"])
        held = sessions.held("gone")
        await asyncio.sleep(0.05)
        return held

    assert asyncio.run(late()) == [3]
    assert sessions.held("gone") == []


def test_a_browser_that_comes_back_keeps_its_files():
    sessions = Sessions()

    async def blink():
        await put(limited(sessions, keep_after_s=0.01), "/_stcore/upload_file/s/a", [b"abc"])
        sessions.connected.add("s")
        await asyncio.sleep(0.05)

    asyncio.run(blink())
    assert sessions.held("s") == [3]
