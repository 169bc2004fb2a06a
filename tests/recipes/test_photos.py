"""The shipped network on folders of photos, and on pictures of what it does not know."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.conftest import ROOT
from viz_models.__main__ import main
from viz_models.images import installed
from viz_models.models import weights
from viz_models.recipes import photos, strangers
from viz_models.recipes.recognize import network
from viz_models.recordings.shipped import DEMO


@pytest.mark.parametrize(("name", "label"), [
    ("dog", "dog"), ("Dogs", "dog"), ("CAT", "cat"), ("cars", "automobile"), ("plane", "airplane"),
    ("Trucks", "truck"), ("coffee", ""), ("other", ""), ("horse", "horse"),
])  # fmt: skip
def test_a_folder_is_called_as_people_call_it(name, label):
    assert photos.label_of(name) == label


class Always(nn.Module):
    """Says one class with one probability."""

    def __init__(self, place, chance):
        super().__init__()
        self.logits = torch.full((1, 10), ((1 - chance) / 9)).log()
        self.logits[0, place] = torch.tensor(chance).log()

    def forward(self, x):
        return self.logits.expand(len(x), 10)


@pytest.fixture
def folder(tmp_path):
    for name, count in (("Cats", 3), ("dog", 2), ("cups", 4)):
        (tmp_path / name).mkdir()
        for i in range(count):
            Image.fromarray(np.full((30, 40, 3), 40 * i, np.uint8)).save(
                tmp_path / name / f"{i}.png"
            )
    (tmp_path / "dog" / "damaged.jpg").write_bytes(b"")
    return tmp_path


def test_right_and_sure_are_counted_for_each_folder(folder):
    found = {c.folder: c for c in photos.measured(Always(3, 0.6), str(folder), (0.5, 0.7))}
    assert (found["Cats"].photos, found["Cats"].right, found["Cats"].sure) == (3, 3, 3)
    assert (found["dog"].photos, found["dog"].right, found["dog"].unreadable) == (2, 0, 1)
    assert (found["cups"].label, found["cups"].right, found["cups"].sure) == ("", 0, 4)
    assert photos.accuracy(tuple(found.values())) == (3, 3, 5)
    assert (found["Cats"].right_middle, found["Cats"].sure_middle) == (3, 0)
    unsure = photos.measured(Always(3, 0.6), str(folder), (0.7, 0.5))
    assert sum(c.sure for c in unsure) == 0 < sum(c.sure_middle for c in unsure)
    assert sum(c.changed for c in unsure) == 0


class Bright(nn.Module):
    """Says cat where a picture is bright, and dog elsewhere."""

    def forward(self, x):
        bright = x.mean((1, 2, 3)) > 0
        logits = torch.zeros(len(x), 10)
        logits[:, 3], logits[:, 5] = bright * 4.0, ~bright * 4.0
        return logits


def test_a_bright_middle_between_dark_corners_changes_the_answer(tmp_path):
    (tmp_path / "dog").mkdir()
    pixels = np.zeros((256, 900, 3), np.uint8)
    pixels[:, 300:600] = 255
    Image.fromarray(pixels).save(tmp_path / "dog" / "a.png")
    (count,) = photos.measured(Bright(), str(tmp_path), (0.0, 0.0))
    assert (count.right, count.right_middle, count.changed) == (1, 0, 1)


def test_the_command_measures_and_keeps_the_share(folder, tmp_path_factory, monkeypatch, capsys):
    kept = tmp_path_factory.mktemp("kept")
    (kept / "manifest.toml").write_bytes((weights.FOLDER / "manifest.toml").read_bytes())
    monkeypatch.setattr(weights.note, "__defaults__", (kept,))
    (folder / "Cats" / "chelsea.png").write_bytes(
        installed.path("skimage/data/chelsea.png").read_bytes()
    )
    assert main(["check-weights", "--photos", str(folder), "--keep", "6 photos of a test"]) == 0
    said = capsys.readouterr().out
    assert "cups: 4 photos, none of the ten" in said
    assert " of 6 photos of the ten classes are named rightly" in said
    assert "it names" in said
    right = int(said.split("\n")[-3].split()[0])
    card = weights.cards(kept)[DEMO]
    assert (card.photos, card.photos_accuracy) == ("6 photos of a test", round(right / 6, 4))
    before = weights.cards()
    assert {n: c for n, c in weights.cards(kept).items() if n != DEMO} == {
        n: c for n, c in before.items() if n != DEMO
    }


def test_a_folder_without_photos_is_one_line(tmp_path, capsys):
    for options, says in (
        (["--photos", str(tmp_path)], "has no subfolders with pictures"),
        (["--keep", "x"], "--keep goes with --photos DIR"),
    ):
        with pytest.raises(SystemExit):
            main(["check-weights", *options])
        assert says in capsys.readouterr().err


def test_four_of_five_pictures_of_other_things_are_below_the_threshold():
    sure = torch.linspace(0, 1, 101)
    below = strangers.unsure_below(sure)
    assert (sure < below).float().mean().item() == pytest.approx(0.8, abs=0.01)
    said = strangers.rule(below, sure)
    assert said == "21% of 101 pictures of other things are not below it"


@pytest.mark.slow
def test_the_shipped_threshold_is_that_of_other_things():
    """The threshold from all recorded probabilities; every eleventh of these is computed again.

    `make weights-check` computes all 165 again.
    """
    card = weights.cards()[DEMO]
    file = ROOT / "tests/recipes/strangers.json"
    recorded = torch.tensor(json.loads(file.read_text(encoding="utf-8")))
    assert len(recorded) == sum(1 for _ in strangers.pictures())
    again = strangers.surest(network(weights.load(DEMO)), every=11)
    assert torch.allclose(again, recorded[::11], rtol=0, atol=0.005)
    found, of_ten = recorded.unbind(1)
    assert card.unsure_below == pytest.approx(strangers.unsure_below(found), abs=0.005)
    assert card.unsure_below_ten == pytest.approx(strangers.unsure_below(of_ten), abs=0.005)
    assert f"of {len(found)} pictures of other things" in card.unsure_rule
