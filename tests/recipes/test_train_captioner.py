import pytest
import torch

from viz_models.__main__ import main
from viz_models.models import weights
from viz_models.models.vision import captioner
from viz_models.recipes.vision import captions, captions_tune
from viz_models.recipes.vision.captions import examples, varied


def test_bad_input_is_told_in_one_line(capsys, tmp_path):
    with pytest.raises(SystemExit) as stop:
        main(["train-captioner", "--into", str(tmp_path / "none")])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    assert "make it first" in err


@pytest.mark.slow
def test_what_is_trained_is_kept(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(captions, "POOL", 64)
    monkeypatch.setattr(captions, "SCENES", 10)
    assert main(["train-captioner", "--net", "mean", "--steps", "2", "--into", str(tmp_path)]) == 0
    assert "of 10 scenes" in capsys.readouterr().out
    card = weights.cards(tmp_path)["captioner_mean"]
    assert card.command == "python -m viz_models train-captioner --net mean --seed 0 --steps 2"
    model = captioner.build("mean")
    model.load_state_dict(weights.load("captioner_mean", tmp_path))


def test_a_varied_scene_is_still_that_scene():
    images = examples(2).images
    again = varied(images, torch.Generator().manual_seed(0))
    assert again.shape == images.shape
    assert 0 <= float(again.min()) <= float(again.max()) <= 1
    assert not torch.equal(again, images)


def test_the_words_of_a_sentence_are_there_and_back():
    sentence = "an eight left of a three"
    assert captioner.said(captioner.ids(sentence)) == sentence


def test_the_last_blocks_learn_and_no_other():
    model = captioner.build()
    block = [sum(p.numel() for p in child.parameters()) for child in model.encoder]
    for blocks in (0, 1, 2, 5):
        assert captions_tune.unfreeze(model, blocks) == sum(block[len(block) - blocks :])


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "moves"), [("train", True), ("eval", False)])
def test_a_frozen_encoder_moves_only_in_train(mode, moves, monkeypatch):
    spec = captions.FitSpec(steps=2, batch_size=8, lr=1e-3)
    monkeypatch.setattr(captions_tune, "SPEC", spec)
    shown, old = examples(16), examples(4, training=False)
    shown = captions_tune.faded(shown)
    run = captions_tune.run(0, mode, 0, shown, captions_tune.faded(old), old)
    assert run.trained == 0
    assert (run.moved > 0) == moves
