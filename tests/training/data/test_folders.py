"""Folders as people have them: every layout, and what cannot be used."""

import os
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import ImageFolder

from viz_models.analysis.flow.prediction import prediction
from viz_models.models import registry
from viz_models.records import ConvSpec, DataSpec, RunSpec
from viz_models.training import exploring
from viz_models.training.data import folders
from viz_models.training.data import sets as data
from viz_models.training.data.folder_listing import TEST_NAMES, listed


def picture(path, seed=0, size=(12, 10)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (*size, 3), np.uint8)
    Image.fromarray(pixels).save(path, format="PNG")


def classes(root, **counts):
    for name, count in counts.items():
        for i in range(count):
            picture(root / name / f"{i:03}.png", seed=i)
    return root


def names(pictures, root):
    return {os.path.relpath(path, root) for path, _ in pictures}


# ------------------------------------------------------------------ layouts
@pytest.mark.parametrize(("train", "test"), [
    ("train", "test"), ("train", "val"), ("train", "valid"), ("Train", "Test"),
    ("training_set", "test_set"), ("training", "validation"), ("train-set", "test set"),
])  # fmt: skip
def test_folders_of_their_own_are_a_split(tmp_path, train, test):
    classes(tmp_path / train, cat=5, dog=4)
    classes(tmp_path / test, cat=2, dog=3)
    found = listed(str(tmp_path))
    assert found.classes == ("cat", "dog")
    assert names(found.train, tmp_path / train) == {
        *(f"cat/{i:03}.png" for i in range(5)), *(f"dog/{i:03}.png" for i in range(4))
    }  # fmt: skip
    assert [i for _, i in found.test] == [0, 0, 1, 1, 1]
    assert found.left_out == ()


def test_of_two_sets_beside_training_the_test_set_is_taken_and_the_other_counted(tmp_path):
    for part in ("train", "val", "test"):
        classes(tmp_path / part, cat=3, dog=3)
    found = listed(str(tmp_path))
    assert names(found.test, tmp_path) == {
        f"test/{c}/{i:03}.png" for c in ("cat", "dog") for i in range(3)
    }
    (said,) = found.left_out
    assert said.startswith("6 left out, in a folder beside training and test: val/cat/000.png")


def test_a_test_folder_without_classes_is_no_test_set(tmp_path):
    classes(tmp_path / "train", cat=3, dog=3)
    classes(tmp_path / "val", cat=2, dog=2)
    picture(tmp_path / "test" / "1.png")  # as in competitions: nobody says what it is
    found = listed(str(tmp_path))
    assert all("/val/" in path for path, _ in found.test)
    assert "test/1.png" in found.left_out[0]


def test_one_folder_around_everything(tmp_path):
    classes(tmp_path / "archive" / "training_set" / "training_set", cat=3, dog=3)
    classes(tmp_path / "archive" / "test_set" / "test_set", cat=2, dog=2)
    (tmp_path / "__MACOSX").mkdir()
    found = listed(str(tmp_path))
    assert (found.classes, len(found.train), len(found.test)) == (("cat", "dog"), 6, 4)


def test_training_alone_is_split(tmp_path):
    classes(tmp_path / "train", cat=10, dog=10)
    found = listed(str(tmp_path))
    assert (found.classes, len(found.train), len(found.test)) == (("cat", "dog"), 16, 4)


def test_a_class_may_be_called_train(tmp_path):
    found = listed(str(classes(tmp_path, bus=5, train=5)))
    assert found.classes == ("bus", "train")


def test_subfolders_of_a_class_count_as_in_torchvision(tmp_path):
    classes(tmp_path, cat=3, dog=3)
    picture(tmp_path / "cat" / "2024" / "May" / "a.png")
    picture(tmp_path / "dog" / "b.PNG")
    found = listed(str(tmp_path))
    theirs = ImageFolder(tmp_path)
    assert sorted(found.train + found.test) == sorted(theirs.samples)
    assert list(found.classes) == theirs.classes


def test_links_are_followed_and_do_not_go_in_circles(tmp_path):
    classes(tmp_path / "elsewhere", more=2)
    classes(tmp_path / "set", cat=3, dog=3)
    (tmp_path / "set" / "cat" / "linked").symlink_to(tmp_path / "elsewhere" / "more")
    (tmp_path / "set" / "dog" / "back").symlink_to(tmp_path / "set" / "dog")
    found = listed(str(tmp_path / "set"))
    assert [i for _, i in sorted(found.train + found.test, key=lambda p: p[1])] == [0] * 5 + [1] * 3


def test_the_endings_of_pictures(tmp_path):
    classes(tmp_path, cat=2, dog=2)
    for ending in ("jfif", "jpe", "JPEG", "webp", "gif", "bmp"):
        picture(tmp_path / "cat" / f"x.{ending}")
    assert len(listed(str(tmp_path)).train + listed(str(tmp_path)).test) == 10


# ------------------------------------------------------------------ the split
@pytest.mark.parametrize(("counts", "tests"), [
    ({"a": 40, "b": 4}, [8, 1]), ({"a": 100, "b": 2}, [20, 1]), ({"a": 5, "b": 5}, [1, 1]),
])  # fmt: skip
def test_every_class_is_in_both_parts(tmp_path, counts, tests):
    found = data.load(DataSpec(name="folder", folder=str(classes(tmp_path, **counts))))
    assert found.test_targets.bincount().tolist() == tests
    trained = [n - t for n, t in zip(counts.values(), tests, strict=True)]
    assert found.train_targets.bincount().tolist() == trained


def test_a_class_that_is_too_small_is_named(tmp_path):
    with pytest.raises(ValueError, match="'emu' has one picture alone"):
        listed(str(classes(tmp_path, cat=5, emu=1)))


def test_parts_with_different_classes_are_refused_by_name(tmp_path):
    classes(tmp_path / "train", cat=3, dog=3, emu=3)
    classes(tmp_path / "test", cat=3, dog=3)
    with pytest.raises(ValueError, match="'test' has no pictures of 'emu'"):
        listed(str(tmp_path))
    shutil.rmtree(tmp_path / "train" / "emu")
    classes(tmp_path / "test", fox=2)
    with pytest.raises(ValueError, match="'train' has no pictures of 'fox'"):
        listed(str(tmp_path))


# ------------------------------------------------------------------ what is left out
def test_what_is_left_out_is_counted_with_the_reason(tmp_path):
    classes(tmp_path, cat=4, dog=4)
    (tmp_path / "annotations").mkdir()
    (tmp_path / "cat" / "notes.txt").write_text("no picture")
    (tmp_path / "cat" / "1.heic").write_bytes(b"")
    (tmp_path / "cat" / ".hidden.png").write_bytes(b"")
    picture(tmp_path / "cat" / ".ipynb_checkpoints" / "0-checkpoint.png")
    (tmp_path / "dog" / "folder.jpg").mkdir()
    (tmp_path / "dog" / "dead.jpg").symlink_to(tmp_path / "nowhere.jpg")
    picture(tmp_path / "sample.png")
    found = listed(str(tmp_path))
    assert found.classes == ("cat", "dog")
    said = {s.split(":")[0].split(",", 1)[1].split("(")[0].strip(): s for s in found.left_out}
    counts = {why: int(s.split()[0]) for why, s in said.items()}
    assert counts == {
        "beside the folders of the classes": 1,
        "a folder without a picture": 1,
        "hidden, for the name begins with a dot": 2,
        "not named like a picture": 2,
        "no file, but a folder or a link that leads nowhere": 2,
    }
    assert "annotations" in said["a folder without a picture"]
    assert data.load(DataSpec(name="folder", folder=str(tmp_path))).facts().train == 6
    assert data.left_out(DataSpec(name="folder", folder=str(tmp_path))) == found.left_out
    assert data.left_out(DataSpec()) == ()


def test_all_damaged_files_are_named_at_once_with_their_paths(tmp_path):
    classes(tmp_path, Cat=5, Dog=5)
    (tmp_path / "Cat" / "666.jpg").write_bytes(b"")
    whole = (tmp_path / "Dog" / "001.png").read_bytes()
    (tmp_path / "Dog" / "deep").mkdir()
    (tmp_path / "Dog" / "deep" / "11702.jpg").write_bytes(whole[:60])
    (tmp_path / "Cat" / "page.jpg").write_bytes(b"<html>")
    with pytest.raises(ValueError, match=r"^3 pictures cannot be used") as refused:
        data.load(DataSpec(name="folder", folder=str(tmp_path)))
    said = str(refused.value)
    assert "Cat/666.jpg is empty" in said
    assert "Dog/deep/11702.jpg is damaged and cannot be read" in said
    assert "Cat/page.jpg is not PNG, JPEG, WebP, GIF or BMP" in said
    assert "Choose a picture" not in said
    assert "\n" not in said


def test_the_first_picture_may_be_a_damaged_one(tmp_path):
    classes(tmp_path / "train", a=3, b=3)
    classes(tmp_path / "test", a=1, b=1)
    (tmp_path / "train" / "a" / "000.png").write_bytes(b"")
    spec = DataSpec(name="folder", folder=str(tmp_path))
    assert data.facts(spec).size == 10
    with pytest.raises(ValueError, match="one picture cannot be used; mend or remove: train/a/000"):
        data.load(spec)


def test_hundreds_of_damaged_files_are_a_short_line(tmp_path):
    classes(tmp_path, a=3, b=3)
    for i in range(100):
        (tmp_path / "a" / f"x{i}.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"^100 pictures cannot be used.*; and 80 more$"):
        data.load(DataSpec(name="folder", folder=str(tmp_path)))


def test_classes_have_their_names_wherever_a_run_is_looked_at(tmp_path):
    spec = DataSpec(name="folder", folder=str(classes(tmp_path, cat=4, dog=4)))
    assert data.class_names(spec, 2) == ("cat", "dog")
    assert data.class_names(spec, 3) == ("0", "1", "2")  # another folder by now
    assert data.class_names(DataSpec(name="folder", folder="/no/such"), 2) == ("0", "1")
    assert data.class_names(DataSpec(name="cifar10"), 10)[3] == "cat"
    model = ConvSpec(depths=(1,), widths=(4,), size=16, classes=2)
    ref = exploring.network(RunSpec(model=model, data=spec), "")
    assert registry.card(ref).labels == ("cat", "dog")
    found = prediction(ref, np.array([0.25, 0.75]))
    assert [guess.label for guess in found.top] == ["dog", "cat"]


# ------------------------------------------------------------------ kept, and read again
def test_a_changed_file_is_read_again(tmp_path):
    spec = DataSpec(name="folder", folder=str(classes(tmp_path, a=4, b=4)))
    before = data.load(spec)
    assert folders.read(spec.folder, 0) is folders.read(spec.folder, 0)
    for path in tmp_path.rglob("*.png"):
        picture(path, seed=77)
        os.utime(path, ns=(1, 1))
    after = data.load(spec)
    assert not torch.equal(before.train_inputs, after.train_inputs)


def test_progress_is_told_to_whoever_reads(tmp_path):
    folder = str(classes(tmp_path, a=4, b=4))
    for size in (6, 7):
        told = []
        folders.read(folder, size, lambda done, total, told=told: told.append((done, total)))
        assert told == [(i, 8) for i in range(1, 9)]


def test_names_are_told_apart():
    assert len(set(TEST_NAMES)) == len(TEST_NAMES)
