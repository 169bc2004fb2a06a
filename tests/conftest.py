import os
import shutil
import tempfile
import uuid

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: two shared cores, many processes
# never the runs of whoever starts the tests; a dispatcher ends by itself without its folder
os.environ["FORWARD_PASS_HOME"] = tempfile.mkdtemp(prefix="forward-pass-tests-")

from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
# How long an example takes says how busy the machine is, not whether the example is right.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure(config):
    import torch

    torch.set_num_threads(1)


def pytest_unconfigure(config):
    shutil.rmtree(os.environ["FORWARD_PASS_HOME"], ignore_errors=True)


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="as many faults as the targets name")


def pytest_collection_modifyitems(items):
    """Cheap news first: fast tests, then slow ones, then those that need a browser.

    Of the latter the longest files first: at the end one process would be alone with them.
    """

    def place(item):
        in_browser = bool(item.get_closest_marker("e2e"))
        long = item.path.parent.name == "train" or item.path.stem == "test_every_screen"
        return in_browser, not long if in_browser else bool(item.get_closest_marker("slow"))

    items.sort(key=place)


@pytest.fixture
def open_page(monkeypatch):
    """Run a page of the site (or pages/site.py itself) without a browser, so with no cookie."""
    from viz_models.ui.kit import owner

    somebody = uuid.uuid4().hex
    monkeypatch.setattr(owner, "_named", lambda: somebody)
    monkeypatch.setattr(owner, "_came", lambda: ("localhost", ""))

    def _open(relative, **query_params):
        at = AppTest.from_file(ROOT / relative, default_timeout=60)
        for name, value in query_params.items():
            at.query_params[name] = value
        return at.run()

    return _open
