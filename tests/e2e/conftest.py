"""A real server and a real browser for the tests in this folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from scripts import chromium as chromium_finder
from tests.conftest import ROOT
from tests.e2e.browser import FLAGS, LAPTOP, Complaints, look

expect.set_options(timeout=20_000)  # ms; a busy machine is slow, not wrong
_REPORT = pytest.StashKey[pytest.TestReport]()


@dataclass(frozen=True, slots=True)
class Server:
    """A running `streamlit run app.py`."""

    url: str  # without a slash at the end
    log: Path

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _wait_until_it_answers(server, process, patience_s=60):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server stopped at once:\n{server.said()}", pytrace=False)
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"no answer from the server in {patience_s} s:\n{server.said()}", pytrace=False)


@contextmanager
def running_server(log, port=0, **environment):
    """Start the app as the README says, on this port or a free one; stop all of it afterwards.

    It keeps runs and votes where the other tests of this process do, unless the environment names
    another FORWARD_PASS_HOME.
    """
    port = port or _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    server = Server(f"http://localhost:{port}", log)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        _stop(process)


def _stop(process):
    for force in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, force)
            process.wait(timeout=5)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=5)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that do not care who was there before."""
    with running_server(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running


@pytest.fixture
def fresh_server(tmp_path):
    """A server that nobody has visited yet."""
    with running_server(tmp_path / "server_log.txt") as running:
        yield running


@pytest.fixture
def empty_server(tmp_path):
    """A server with a data folder of its own: other tests keep runs and votes in a common one."""
    home = tmp_path / "home"
    home.mkdir()
    with running_server(tmp_path / "log.txt", FORWARD_PASS_HOME=str(home)) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    """The browser. Without one the browser tests fail; they are never skipped."""
    path = chromium_finder.find()
    if path is None:
        pytest.fail(chromium_finder.NONE_FOUND, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """Errors in the console; a test that provokes one empties `lines` afterwards."""
    return Complaints()


class People:
    """Browser profiles: one is one person's, and is lent to one at a time.

    They are lent again, for what they have fetched: opening a page with nothing in the cache takes
    a second longer, two hundred times. Cookies and storage do not stay.
    """

    def __init__(self, browser):
        self._browser, self._idle = browser, {}

    def lend(self, view):
        if idle := self._idle.get(view):
            return idle.pop()
        return self._browser.new_context(
            viewport={"width": view.width, "height": view.height},
            color_scheme=view.scheme,
            has_touch=view.touch,
            permissions=["clipboard-read", "clipboard-write"],
        )

    def take_back(self, view, context):
        for page in context.pages:
            storage = {"origin": "/".join(page.url.split("/")[:3]), "storageTypes": "local_storage"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)
            page.close()
        context.clear_cookies()
        self._idle.setdefault(view, []).append(context)


@pytest.fixture(scope="session")
def people(chromium):
    return People(chromium)


@pytest.fixture
def new_page(people, complaints, request):
    """Open a window of its own, as another person would; may be called several times.

    Afterwards none may have complained, and a failed test leaves pictures of all of them.
    """
    lent, pages = [], []

    def _open(view=LAPTOP):
        context = people.lend(view)
        lent.append((view, context))
        page = context.new_page()
        complaints.listen(page)
        pages.append(page)
        return page

    yield _open
    _leave_pictures_of_a_failure(request.node, pages)
    for view, context in lent:
        people.take_back(view, context)
    assert complaints.lines == [], "the browser's console is not empty"


@pytest.fixture
def page(new_page, request):
    """One window. Another view: @pytest.mark.parametrize("page", [PHONE], indirect=True)."""
    return new_page(getattr(request, "param", LAPTOP))


def _leave_pictures_of_a_failure(item, pages):
    report = item.stash.get(_REPORT, None)
    if report is not None and report.failed:
        for i, page in enumerate(pages):
            look(page, f"failed_{re.sub(r'[^0-9A-Za-z]+', '_', item.name)}_{i}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Remember how the test went, and show what the server said when it failed."""
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
        if report.failed:
            for name in {"server", "fresh_server", "empty_server"} & set(item.fixturenames):
                running = item.funcargs.get(name)
                if running is not None:
                    report.sections.append((f"log of the {name}", running.said()[-4000:]))
    return report
