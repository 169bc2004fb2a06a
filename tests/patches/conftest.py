import pytest

from tests.web.rig import Server


@pytest.fixture
def server(request, tmp_path):
    """A server whose app is the test's parameter, around the PAGE of its module."""
    server = Server(tmp_path, request.param, request.module.PAGE)
    yield server
    server.stop()
