"""Weights that are fetched from a real server, and that the flow page opens with afterwards."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
import torchvision

from viz_models.models import registry, zoo
from viz_models.runs import home

NETWORK = "squeezenet1_1"  # five megabytes
PAGE = "flow/tensor_flow.py"
pytestmark = pytest.mark.slow


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A server with weights of NETWORK, and a machine that has none; returns their file."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "served"
    folder.mkdir()
    torch.manual_seed(7)
    net = torchvision.models.get_model(NETWORK, weights=None)
    file = folder / "weights.pth"
    torch.save(net.state_dict(), file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    url = f"http://127.0.0.1:{server.server_port}/{file.name}"
    monkeypatch.setattr(zoo, "address", lambda name: (url, digest))
    yield file
    server.shutdown()
    server.server_close()
    registry._models.clear()


def flow(open_page, **query):
    at = open_page("pages/site.py")
    for name, value in query.items():
        at.query_params[name] = value
    at = at.switch_page(PAGE).run()
    assert [e.value for e in at.exception] == []
    return at


def weights(at):
    return at.selectbox(key="weights").value


def test_one_click_fetches_them_and_the_page_opens_with_them_from_then_on(open_page, served):
    assert weights(flow(open_page, model=NETWORK)) == "random, seed 0"
    at = flow(open_page, model=NETWORK, weights="imagenet")
    (button,) = [b for b in at.button if b.label == "Download 5 MB"]
    at = button.click().run()
    assert [e.value for e in at.error] == []
    assert zoo.file(NETWORK).read_bytes() == served.read_bytes()
    assert home.is_preferred(NETWORK)
    assert not [b for b in at.button if b.label.startswith("Download")]
    again = flow(open_page, model=NETWORK)
    assert weights(again) == "imagenet"
    assert again.query_params["weights"] == "imagenet"  # so that a link of it means the same


def test_a_link_to_a_view_means_what_it_meant(open_page, served):
    home.prefer("resnet18", served)
    assert weights(flow(open_page)) == "imagenet"
    for query in ({"step": "layer1.0.add"}, {"photo": "coffee"}, {"weights": "demo"}):
        assert weights(flow(open_page, **query)) == "demo"


def test_a_file_that_was_removed_is_no_default(open_page, served):
    home.prefer("resnet18", served)
    served.unlink()
    assert weights(flow(open_page)) == "demo"


def test_the_demo_offers_them_with_their_size(open_page, served, monkeypatch):
    def offers():
        return [b.label for b in flow(open_page).button if b.label.startswith("Fetch them")]

    assert offers() == ["Fetch them, 47 MB"]
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    assert offers() == []


@pytest.mark.parametrize("text", ["", "[]", '{"resnet18": 3}', "{"])
def test_what_cannot_be_read_prefers_nothing(served, tmp_path, text):
    home.prefer("resnet18", served)
    assert home.is_preferred("resnet18")
    (tmp_path / "home" / home.WEIGHTS_FILE).write_text(text)
    assert not home.is_preferred("resnet18")
    home.prefer("resnet18", served)
    assert home.is_preferred("resnet18")
