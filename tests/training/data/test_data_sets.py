"""Every data set but digits: points, folders, what torchvision fetches, and what is changed."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import datasets

from viz_models.patches.light import torchvision
from viz_models.records import CIFAR10_CLASSES, Budget, DataSpec, MlpSpec, RunSpec
from viz_models.training.data import folders, torchvision_sets
from viz_models.training.data import sets as data
from viz_models.training.data.folder_listing import listed
from viz_models.training.data.resident import Resident
from viz_models.training.loop import loop, networks
from viz_models.training.loop.placement import Place


# ------------------------------------------------------------------ points
@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_points_have_two_classes_of_equal_size(name):
    d = data.load(DataSpec(name=name))
    assert d.train_inputs.shape == (1000, 2, 1, 1)
    assert d.test_inputs.shape == (500, 2, 1, 1)
    both = torch.cat([d.train_targets, d.test_targets])
    assert both.bincount().tolist() == [750, 750]
    assert d.train_inputs.mean(0).abs().max() < 1e-5
    assert d.train_inputs.std(0, correction=0) == pytest.approx(torch.ones(2, 1, 1), abs=1e-5)
    assert data.facts(DataSpec(name=name)) == d.facts()


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_points_need_more_than_a_line(name):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    d = data.load(DataSpec(name=name))
    x, y = d.train_inputs.flatten(1), d.train_targets
    test = (d.test_inputs.flatten(1), d.test_targets)
    assert LogisticRegression().fit(x, y).score(*test) < 0.9
    assert KNeighborsClassifier(5).fit(x, y).score(*test) > 0.93


def test_an_mlp_learns_points():
    spec = RunSpec(
        model=MlpSpec(depth=2, width=32, in_channels=2, size=1, classes=2),
        data=DataSpec(name="moons"),
        budget=Budget(amount=10, unit="epochs"),
    )
    *_, last = loop.train(spec)
    assert last.evaluation.accuracy > 0.9


# ------------------------------------------------------------------ what is changed
def test_label_noise_changes_its_share_and_no_test_label():
    clean, d = data.digits(), data.load(DataSpec(label_noise=0.4, seed=2))
    changed = (clean.train_targets != d.train_targets).float().mean().item()
    assert changed == pytest.approx(0.4 * 0.9, abs=0.03)  # a tenth is drawn as it was
    assert torch.equal(clean.test_targets, d.test_targets)
    assert torch.equal(clean.train_inputs, d.train_inputs)
    other = data.load(DataSpec(label_noise=0.4, seed=3))
    assert not torch.equal(other.train_targets, d.train_targets)


def test_permuted_pixels_are_the_same_pixels_elsewhere():
    clean, d = data.digits(), data.load(DataSpec(permute=True))
    for a, b in ((clean.train_inputs, d.train_inputs), (clean.test_inputs, d.test_inputs)):
        assert not torch.equal(a, b)
        assert torch.equal(a.flatten(1).sort(1).values, b.flatten(1).sort(1).values)
    place = next(
        j for j in range(64)
        if torch.equal(clean.train_inputs.flatten(1)[:, 20], d.train_inputs.flatten(1)[:, j])
    )  # fmt: skip
    assert torch.equal(clean.test_inputs.flatten(1)[:, 20], d.test_inputs.flatten(1)[:, place])


def test_channels_are_permuted_alike():
    x = torch.arange(5 * 16).reshape(5, 1, 4, 4)
    both = data.permuted(torch.cat([x, x + 1000], 1), seed=1)
    assert torch.equal(both[:, 0] + 1000, both[:, 1])


def test_a_limit_takes_some():
    d = data.load(DataSpec(limit=100, seed=1))
    assert len(d.train_targets) == len(d.train_inputs) == 100
    assert len(d.test_targets) == 360
    assert data.facts(DataSpec(limit=100)).train == 100
    rows = {tuple(r.tolist()) for r in data.digits().train_inputs.flatten(1)}
    assert all(tuple(r.tolist()) in rows for r in d.train_inputs.flatten(1))


def test_resized_as_torchvision_does():
    d = data.load(DataSpec(size=16))
    expected = torchvision.transforms.functional.resize(
        data.digits().test_inputs, [16, 16], antialias=True
    )
    assert torch.allclose(d.test_inputs, expected, atol=1e-6)
    assert data.facts(DataSpec(size=16)).size == 16


@pytest.mark.parametrize(("wrong", "says"), [
    ({"name": "imagenet"}, "unknown data 'imagenet'"),
    ({"name": "folder"}, "needs the folder's path"),
    ({"folder": "/tmp"}, "goes with data folder, mnist"),
    ({"label_noise": 1.5}, "label noise 1.5"),
    ({"limit": -1}, "limit -1"),
    ({"size": 1000}, "size 1000"),
    ({"seed": -1}, "seed -1"),
])  # fmt: skip
def test_what_there_is_not_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        data.facts(DataSpec(**wrong))


# ------------------------------------------------------------------ folders
def pictures(root, parts=("",), each=6, size=(10, 14)):
    drawn = np.random.default_rng(0)
    for part in parts:
        for name in ("cat", "dog", "emu"):
            folder = root / part / name
            folder.mkdir(parents=True)
            for i in range(each):
                pixels = drawn.integers(0, 255, (*size, 3), np.uint8)
                Image.fromarray(pixels).save(folder / f"{i}.png")
            (folder / "notes.txt").write_text("no picture")
    return DataSpec(name="folder", folder=str(root))


def test_a_folder_is_decoded_as_pillow_does(tmp_path):
    spec = pictures(tmp_path, ("train", "test"))
    d = data.load(spec)
    assert d.classes == ("cat", "dog", "emu")
    assert d.train_inputs.shape == (18, 3, 10, 10)
    assert d.train_inputs.dtype == torch.uint8
    assert d.train_targets.tolist() == [0] * 6 + [1] * 6 + [2] * 6
    image = np.asarray(Image.open(tmp_path / "train" / "dog" / "0.png"))[:, 2:12]
    assert np.array_equal(d.train_inputs[6].permute(1, 2, 0).numpy(), image)
    assert d.facts() == data.facts(spec)
    values = d.train_inputs.double()
    assert d.mean == pytest.approx(values.mean((0, 2, 3)).tolist())
    assert d.std == pytest.approx(values.std((0, 2, 3), correction=0).tolist())


def test_batches_are_standardized(tmp_path):
    examples = data.load(pictures(tmp_path, ("train", "test")))
    for last in (False, True):
        place = Place(device=torch.device("cpu"), channels_last=last)
        x, y = Resident(examples, place, channels=3).batch(torch.arange(18))
        assert x.mean((0, 2, 3)) == pytest.approx(torch.zeros(3), abs=1e-5)
        assert x.std((0, 2, 3), correction=0) == pytest.approx(torch.ones(3), abs=1e-5)
        assert x.is_contiguous(memory_format=torch.channels_last) == last
        assert torch.equal(y, examples.train_targets)


def test_without_a_test_set_a_fifth_of_each_class_is_kept(tmp_path):
    spec = pictures(tmp_path)
    found = listed(str(tmp_path))
    assert (len(found.train), len(found.test)) == (15, 3)
    assert not set(found.train) & set(found.test)
    assert listed(str(tmp_path)) == found
    assert data.load(replace(spec, size=5)).train_inputs.shape == (15, 3, 5, 5)


def test_a_folder_can_be_trained_on(tmp_path):
    spec = pictures(tmp_path)
    model, moved = networks.fit_to(MlpSpec(depth=1, width=8), data.facts(spec))
    assert {r.field: r.became for r in moved} == {"classes": 3, "size": 10}
    run = RunSpec(model=model, data=spec, batch_size=4, budget=Budget(amount=5, unit="steps"))
    *_, last = loop.train(run)
    assert last.state == "finished"


def test_progress_is_told_and_may_stop(tmp_path):
    told = []
    data.load(pictures(tmp_path), lambda done, total: told.append((done, total)))
    assert told[0] == (1, 18)
    assert told[-1] == (18, 18)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.load(replace(pictures(tmp_path / "other"), size=7), stop)


def test_a_bad_folder_is_said(tmp_path, monkeypatch):
    def says(words, folder=tmp_path, size=0):
        with pytest.raises(ValueError, match=words):
            data.load(DataSpec(name="folder", folder=str(folder), size=size))

    says("no folder", tmp_path / "nowhere")
    says("0 subfolders")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    says("0 subfolders with pictures")
    spec = pictures(tmp_path / "good")
    monkeypatch.setattr(folders, "MAX_BYTES", 3 * 18 * 8 * 8)
    with pytest.raises(ValueError, match="choose size 8 or less"):
        data.load(spec)
    monkeypatch.setattr("viz_models.training.data.folder_listing.MAX_PICTURES", 17)
    with pytest.raises(ValueError, match="18 pictures; 17 at most"):
        data.load(spec)


# ------------------------------------------------------------------ fetched
def idx(array):
    """The format of MNIST's files."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def cifar():
    """The archive of CIFAR-10 with five pictures a file, and the sums of its files."""
    drawn, raw, sums = np.random.default_rng(0), io.BytesIO(), {}
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"]
        for name in names:
            entry = {"data": drawn.integers(0, 255, (5, 3072), np.uint8), "labels": [0, 1, 2, 3, 9]}
            if name == "batches.meta":
                entry = {"label_names": list(CIFAR10_CLASSES)}
            content = pickle.dumps(entry)
            sums[name] = hashlib.md5(content).hexdigest()
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return raw.getvalue(), sums


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A server of tiny data sets in torchvision's own formats, in place of the real ones."""
    files, drawn = tmp_path / "files", np.random.default_rng(0)
    files.mkdir()
    monkeypatch.setattr(torchvision_sets, "root", lambda: tmp_path / "kept")
    resources = []
    for part, count in (("train", 20), ("t10k", 10)):
        images = drawn.integers(0, 255, (count, 28, 28), np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            name = f"{part}-{kind}-ubyte.gz"
            content = idx(array)
            (files / name).write_bytes(content)
            resources.append((name, hashlib.md5(content).hexdigest()))
    archive, sums = cifar()
    (files / "cifar-10-python.tar.gz").write_bytes(archive)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(files)))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    for kind in (datasets.MNIST, datasets.FashionMNIST):
        monkeypatch.setattr(kind, "mirrors", ["http://127.0.0.1:9/", address])  # one is down
        monkeypatch.setattr(kind, "resources", resources)
    one = datasets.CIFAR10
    monkeypatch.setattr(one, "url", f"{address}cifar-10-python.tar.gz")
    monkeypatch.setattr(one, "tgz_md5", hashlib.md5(archive).hexdigest())
    monkeypatch.setattr(one, "train_list", [[n, s] for n, s in sums.items() if "data" in n])
    monkeypatch.setattr(one, "test_list", [["test_batch", sums["test_batch"]]])
    monkeypatch.setattr(one, "meta", {**one.meta, "md5": sums["batches.meta"]})
    yield files
    server.shutdown()
    torchvision_sets._read.cache_clear()


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_fetched_once_with_progress(mirror, name):
    told = []
    assert not torchvision_sets.is_here(name)
    d = data.load(DataSpec(name=name), lambda done, total: told.append((done, total)))
    assert d.train_inputs.shape == (20, 1, 28, 28)
    assert d.train_inputs.dtype == torch.uint8
    assert d.test_targets.tolist() == list(range(10))
    assert told
    assert all(0 < done <= total for done, total in told)
    assert torchvision_sets.is_here(name)
    for file in mirror.iterdir():
        file.unlink()
    torchvision_sets._read.cache_clear()
    assert torch.equal(data.load(DataSpec(name=name)).train_inputs, d.train_inputs)


def test_cifar_is_read_as_torchvision_reads_it(mirror):
    d = data.load(DataSpec(name="cifar10"))
    own = datasets.CIFAR10(torchvision_sets.root(), train=True)
    assert d.train_inputs.shape == (25, 3, 32, 32)
    assert np.array_equal(d.train_inputs.permute(0, 2, 3, 1).numpy(), own.data)
    assert d.train_targets.tolist() == own.targets
    assert d.classes == tuple(own.classes)
    facts = data.facts(DataSpec(name="cifar10"))
    assert (facts.channels, facts.size, facts.classes) == (3, 32, d.classes)


def test_a_network_that_says_no_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(torchvision_sets, "root", lambda: tmp_path)
    monkeypatch.setattr(datasets.CIFAR10, "url", "http://127.0.0.1:9/cifar.tar.gz")
    with pytest.raises(ConnectionError, match=r"^CIFAR-10 is not on this machine: .*network") as e:
        data.load(DataSpec(name="cifar10"))
    assert "\n" not in str(e.value)
    assert list(tmp_path.rglob("*.*")) == []


def test_a_wrong_file_is_not_kept(mirror):
    name = "t10k-labels-idx1-ubyte.gz"
    (mirror / name).write_bytes(b"something else")
    with pytest.raises(ConnectionError, match="MD5 differs"):
        data.load(DataSpec(name="mnist"))
    assert not list(torchvision_sets.root().rglob(name))


def test_stopping_a_download_leaves_nothing(mirror):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.load(DataSpec(name="mnist"), stop)
    assert [p for p in torchvision_sets.root().rglob("*") if p.is_file()] == []
