"""torchvision's models: the lists, the weights on demand, what a shared machine refuses."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
import torchvision
from PIL import Image

from viz_models.__main__ import main
from viz_models.analysis.flow.preprocess import prepare_for
from viz_models.analysis.pricing import zoo as price_zoo
from viz_models.images import samples
from viz_models.models import registry, zoo
from viz_models.records import ModelRef
from viz_models.records.flow.zoo import NAMES, SIDE, SIDES, family


def test_the_list_is_torchvisions():
    assert sorted(NAMES) == torchvision.models.list_models(torchvision.models)
    assert len(set(NAMES)) == len(NAMES)
    assert family("vgg13_bn")[0] == "vgg11"


def test_the_sides_are_those_of_the_weights():
    for name in NAMES:
        (side,) = zoo.api(name).transforms().crop_size
        assert SIDES.get(name, SIDE) == side, name
        assert zoo.api(name) is torchvision.models.get_model_weights(name).DEFAULT or (
            name == "vit_h_14"
        )


@pytest.mark.parametrize("name", ["shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5"])
def test_random_weights_are_torchvisions_bit_for_bit(name):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        theirs = torchvision.models.get_model(name, weights=None).state_dict()
    ours = registry.build(ModelRef(name=name, seed=3)).state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[k], theirs[k]) for k in theirs)


@pytest.mark.parametrize("name", ["efficientnet_b2", "inception_v3", "convnext_tiny"])
def test_a_photo_is_prepared_as_the_weights_say(name):
    photo = samples.load("cat")
    theirs = zoo.api(name).transforms()(Image.fromarray(photo.pixels))
    assert torch.equal(torch.from_numpy(prepare_for(photo, ModelRef(name=name)).tensor), theirs)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["densenet121", "googlenet", "regnet_y_400mf", "swin_t"])
def test_a_file_of_torchvisions_fills_the_model(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    tensors = registry.build(ModelRef(name=name, seed=8)).state_dict()
    old = {
        k.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): v for k, v in tensors.items()
    }
    zoo.file(name).parent.mkdir(parents=True)
    torch.save(old if name == "densenet121" else tensors, zoo.file(name))
    filled = registry.build(ModelRef(name=name, weights="imagenet"))
    assert filled.training
    assert all(torch.equal(value, tensors[key]) for key, value in filled.state_dict().items())
    assert getattr(filled, "transform_input", name == "googlenet") == (name == "googlenet")


class Files(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A server that has some file under every name, and an empty cache."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(zoo.MIRROR, f"http://127.0.0.1:{server.server_port}/models/")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    yield Files
    server.shutdown()
    server.server_close()


def test_the_mirror_has_torchvisions_file_names(mirror):
    url, digest = zoo.address("resnet18")
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/models/resnet18-f37072fd.pth")
    assert digest == "f37072fd"


def test_every_file_can_be_checked():
    assert all(len(zoo.address(name)[1]) >= 8 for name in NAMES)


def test_weights_are_fetched_into_torchs_cache_and_used(mirror, tmp_path, monkeypatch, capsys):
    name = "squeezenet1_1"
    tensors = registry.build(ModelRef(name=name, seed=8)).state_dict()
    torch.save(tensors, tmp_path / "file")
    mirror.content = (tmp_path / "file").read_bytes()
    url = zoo.address(name)[0]
    digest = hashlib.sha256(mirror.content).hexdigest()
    monkeypatch.setattr(zoo, "address", lambda name: (url, digest))
    assert main(["trace", "--model", name, "--weights", "imagenet", "--json"]) == 0
    assert zoo.file(name).read_bytes() == mirror.content
    assert zoo.file(name).is_relative_to(tmp_path)
    fetched = json.loads(capsys.readouterr().out)
    assert main(["trace", "--model", name, "--seed", "8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == fetched


def test_another_file_than_asked_for_is_not_used(mirror, capsys):
    mirror.content = b"something else"
    with pytest.raises(SystemExit) as end:
        main(["trace", "--model", "resnet18", "--weights", "imagenet"])
    assert end.value.code == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "not the file that was asked for" in err
    assert not zoo.file("resnet18").exists()


def test_no_network_is_one_line_and_exit_code_3(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv(zoo.MIRROR, "http://127.0.0.1:9")  # nobody listens on "discard"
    with pytest.raises(SystemExit) as end:
        main(["trace", "--model", "resnet18", "--weights", "imagenet"])
    assert end.value.code == 3
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "cannot be reached" in err


def test_weights_that_are_not_here_are_never_replaced_by_others(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ValueError, match="not on this machine; download them first"):
        registry.build(ModelRef(name="alexnet", weights="imagenet"))
    zoo.file("alexnet").parent.mkdir(parents=True)
    zoo.file("alexnet").write_bytes(b"torn")
    with pytest.raises(ValueError, match="is damaged; remove it"):
        registry.build(ModelRef(name="alexnet", weights="imagenet"))


def test_a_shared_machine_refuses_by_name_of_the_limit_and_says_what_fits():
    assert price_zoo.refusal("resnet18") == ""
    assert price_zoo.price("resnet18").parameters == 11_689_512
    line = price_zoo.refusal("convnext_large")
    assert "197.8 M parameters" in line
    assert "limit here is 150.0 M" in line
    assert line.endswith("convnext_base.")
    assert price_zoo.nearest("convnext_large") == "convnext_base"
    with pytest.raises(ValueError, match="unknown model"):
        price_zoo.refusal("vgg12")


@pytest.mark.slow
def test_whatever_is_offered_instead_is_not_refused():
    for name in ("vit_h_14", "regnet_y_128gf", "efficientnet_b4"):
        assert price_zoo.refusal(name)
        assert price_zoo.refusal(price_zoo.nearest(name)) == "", name
