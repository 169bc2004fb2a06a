"""The reader's own MNIST files: wherever they lie, packed or not, and what is wrong with them."""

import gzip
import shutil

import numpy as np
import pytest
import torch
from torchvision import datasets

from tests.training.data import idx_files
from viz_models.records import Budget, DataSpec, MlpSpec, RunSpec
from viz_models.training.data import sets, torchvision_sets
from viz_models.training.loop import loop, networks


def spec(folder, name="mnist"):
    return DataSpec(name=name, folder=str(folder))


@pytest.mark.parametrize(("name", "kind"), [
    ("mnist", datasets.MNIST), ("fashion_mnist", datasets.FashionMNIST),
])  # fmt: skip
def test_the_files_are_read_as_torchvision_reads_them(name, kind, tmp_path):
    idx_files.write(tmp_path / kind.__name__ / "raw", zipped=False)
    d = sets.load(spec(tmp_path, name))  # the folder in which torchvision keeps all its sets
    for train, inputs, targets in (
        (True, d.train_inputs, d.train_targets),
        (False, d.test_inputs, d.test_targets),
    ):
        theirs = kind(tmp_path, train=train, download=False)
        assert torch.equal(inputs[:, 0], theirs.data)
        assert torch.equal(targets, theirs.targets)
    assert len(d.classes) == len(kind.classes)
    values = d.train_inputs.double()
    assert d.mean == pytest.approx([values.mean().item()])
    assert d.std == pytest.approx([values.std(correction=0).item()])


def test_packed_or_not_in_any_folder_and_by_one_of_the_files(tmp_path):
    plain = idx_files.write(tmp_path / "plain", zipped=False)
    zipped = idx_files.write(tmp_path / "zipped" / "raw")
    dotted = tmp_path / "dotted"  # as many archives name them
    dotted.mkdir()
    for path in plain.iterdir():
        shutil.copy(path, dotted / path.name.replace("-idx", ".idx"))
    unpacked = tmp_path / "unpacked"  # by a browser that left the ending
    unpacked.mkdir()
    for path in plain.iterdir():
        shutil.copy(path, unpacked / f"{path.name}.gz")
    wanted = sets.load(spec(plain)).train_inputs
    for place in (zipped, zipped.parent, dotted, unpacked, plain / "t10k-labels-idx1-ubyte"):
        found = sets.load(spec(place))
        assert torch.equal(found.train_inputs, wanted), place
        assert sets.facts(spec(place)) == found.facts()


def test_a_changed_file_is_read_again(tmp_path):
    folder = idx_files.write(tmp_path)
    assert len(sets.load(spec(folder)).train_targets) == 30
    idx_files.write(folder, train=40)
    assert len(sets.load(spec(folder)).train_targets) == 40


def test_a_run_learns_from_them(tmp_path):
    data = spec(idx_files.write(tmp_path, train=200, test=50))
    model, _ = networks.fit_to(MlpSpec(depth=1, width=32), sets.facts(data))
    run = RunSpec(model=model, data=data, budget=Budget(amount=60, unit="steps"))
    *_, last = loop.train(run)
    assert last.evaluation.accuracy > 0.5


# ------------------------------------------------------------------ what is wrong with them
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def change(name, how):
    def changed(folder):
        path = folder / name
        path.write_bytes(how(path.read_bytes()))

    return changed


def no_more_label_files(folder):
    for part in ("train", "t10k"):
        (folder / f"{part}-labels-idx1-ubyte").unlink()


WRONG = {
    "nothing there": (lambda f: [p.unlink() for p in f.iterdir()], "lacks train-images-idx3-ubyte"),
    "no labels": (no_more_label_files, "lacks train-labels-idx1-ubyte, t10k-labels-idx1-ubyte"),
    "labels for images": (
        lambda f: shutil.copy(f / LABELS, f / IMAGES),
        f"{IMAGES} should have images, but it has labels",
    ),
    "no idx file": (change(IMAGES, lambda b: b"<html>"), "but it is no idx file of bytes"),
    "an empty file": (change(LABELS, lambda b: b""), "but it is no idx file of bytes"),
    "no image": (change(LABELS, lambda b: idx_files.packed(np.zeros(0, np.uint8))), "is empty"),
    "half a head": (change(IMAGES, lambda b: b[:9]), "ends within its first line of numbers"),
    "cut off": (change(IMAGES, lambda b: b[:-5]), "says 30×28×28 bytes and has 23,515"),
    "too long": (change(IMAGES, lambda b: b + b"x"), "says 30×28×28 bytes and has more"),
    "one label less": (
        change(LABELS, lambda b: idx_files.packed(np.zeros(29, np.uint8))),
        f"{IMAGES} has 30 images and {LABELS} has 29 labels; they are no pair",
    ),
    "a label of another set": (
        change(LABELS, lambda b: b[:-1] + bytes([26])),
        f"{LABELS} has label 26; labels are 0 to 9",
    ),
    "another size to test": (
        change("t10k-images-idx3-ubyte", lambda b: idx_files.packed(np.zeros((10, 8, 8), "u1"))),
        "training images have 28x28 pixels and test images 8x8",
    ),
    "a damaged archive": (
        change(IMAGES, lambda b: gzip.compress(b)[:-30]), "it cannot be unpacked",
    ),
    "a wrong check sum": (
        change(IMAGES, lambda b: gzip.compress(b)[:-8] + b"12345678"), "it cannot be unpacked",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("harm", "says"), WRONG.values(), ids=WRONG)
def test_one_line_says_which_file_is_wrong_and_how(harm, says, tmp_path):
    folder = idx_files.write(tmp_path / "mine", zipped=False)
    harm(folder)
    with pytest.raises(ValueError) as trouble:  # noqa: PT011 - the text is compared
        sets.load(spec(folder))
    assert says in str(trouble.value)
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize("size", [(28, 20), (2, 2), (300, 300)])
def test_images_that_no_network_here_reads_are_refused(size, tmp_path):
    folder = idx_files.write(tmp_path)
    for part, count in (("train", 30), ("t10k", 10)):
        images = np.zeros((count, *size), np.uint8)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx_files.packed(images))
    with pytest.raises(ValueError, match="squares of 4 to 256 pixels"):
        sets.facts(spec(folder))


@pytest.mark.parametrize(("place", "says"), [
    ("nowhere", "there is no folder"),
    ("\\\\evil.example\\share", "folders of other machines"),
    ("//evil.example/share", "folders of other machines"),
])  # fmt: skip
def test_a_place_that_is_none(place, says):
    with pytest.raises(ValueError, match=says):
        sets.facts(spec(place))


def test_what_unpacks_without_end_is_not_unpacked(tmp_path):
    folder = idx_files.write(tmp_path)
    path = folder / f"{IMAGES}.gz"
    head = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(head + bytes(200_000_000)))
    with pytest.raises(ValueError, match="and has more"):
        sets.load(spec(folder))


def test_a_damaged_file_of_torchvisions_folder_says_what_to_delete(tmp_path, monkeypatch):
    monkeypatch.setattr(torchvision_sets, "root", lambda: tmp_path)
    folder = idx_files.write(tmp_path / "MNIST" / "raw")
    assert torchvision_sets.is_here("mnist")
    assert not torchvision_sets.is_here("fashion_mnist")
    path = folder / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match=r"cannot be unpacked; delete it from .*raw"):
        sets.load(DataSpec(name="mnist"))
