import pytest

from viz_models.__main__ import main
from viz_models.models import detectors, weights
from viz_models.recipes.vision import detector


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["train-scenes", *arguments])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    return err


def test_bad_input_is_told_in_one_line(capsys, tmp_path):
    assert "choose 1 or more" in refused(capsys, "--steps", "0")
    assert "choose 1 or more" in refused(capsys, "--scenes", "0")
    assert "make it first" in refused(capsys, "--into", str(tmp_path / "none"))


@pytest.mark.slow
def test_what_is_trained_is_kept_and_checked(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(detector, "POOL", 16)
    monkeypatch.setattr(detector.train, "__defaults__", (16,))
    options = ["--scenes", "3", "--into", str(tmp_path)]
    assert main(["train-scenes", "--steps", "2", *options]) == 0
    assert "2 of 2 steps" in capsys.readouterr().err
    card = weights.cards(tmp_path)[detectors.DIGITS]
    assert card.command == "python -m viz_models train-scenes --seed 0 --steps 2"
    assert card.tested_on.startswith("AP50 on 3 scenes")
    kept = weights.load(detectors.DIGITS, tmp_path)
    assert sum(t.numel() * t.element_size() for t in kept.values()) < 500_000
    assert main(["train-scenes", "--check", *options]) == 0
    assert "the manifest says" in capsys.readouterr().out
