"""Branches off one by one over pictures in a folder, against counting with the function itself."""

import numpy as np
import pytest
from PIL import Image

from viz_models.__main__ import main
from viz_models.analysis.flow.ablation import over_images
from viz_models.recipes.commands import record, record_ablation
from viz_models.recipes.views import enlarged
from viz_models.recordings import ablation as recordings
from viz_models.records import ModelRef
from viz_models.training.data import sets as data


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 2), ("test", 3)):
        for name in ("cat", "dog"):
            folder = tmp_path / "pictures" / part / name
            folder.mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{i}.png")
    return str(tmp_path / "pictures")


def test_without_the_weights_it_says_how_to_train_them(monkeypatch, capsys):
    monkeypatch.setattr(record_ablation, "available", lambda: False)
    with pytest.raises(SystemExit) as stop:
        main(["record", "ablation"])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    assert "train-demo" in err


def test_all_leaves_it_out_without_the_weights(monkeypatch, capsys):
    monkeypatch.setattr(record_ablation, "available", lambda: False)
    monkeypatch.setattr(record, "RECORDINGS", {"ablation": None, "flow": lambda into: "flow.json"})
    assert main(["record", "all"]) == 0
    assert capsys.readouterr().out == "wrote flow.json\n"


def test_all_leaves_out_moments_without_a_training(monkeypatch, capsys, tmp_path):
    made = {"moments": None, "flow": lambda into: "flow.json"}
    monkeypatch.setattr(record, "RECORDINGS", made)
    assert main(["record", "all", "--state", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "wrote flow.json\n"


@pytest.mark.slow
def test_what_is_recorded_is_what_is_measured(pictures, tmp_path, monkeypatch):
    ref = ModelRef(seed=1)
    title = "any network"
    monkeypatch.setattr(record_ablation, "available", lambda: True)
    monkeypatch.setattr(record_ablation, "compared", lambda *_: [(ref, title)])
    told = []
    made = record_ablation.measure(pictures, lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]
    assert made.images == 6
    found = data.load(record_ablation.train_demo.asked(pictures))
    batch = (enlarged(found.test_inputs), found.test_targets)
    again = over_images(ref, title, [batch])
    assert made.networks == (again,)
    path = recordings.save(made, tmp_path / "ablation.json")
    assert recordings.load(path) == made
