import pytest
import torch

from viz_models.__main__ import main
from viz_models.models import weights
from viz_models.models.vision import captioner
from viz_models.recipes.vision import captions, captions_tune
from viz_models.recipes.vision.captions import NOTHING, UNASKED, cell_names, examples, vary


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
    again = vary(images, torch.Generator().manual_seed(0)).images
    assert again.shape == images.shape
    assert 0 <= float(again.min()) <= float(again.max()) <= 1
    assert not torch.equal(again, images)


def test_a_scene_says_how_far_it_was_moved(monkeypatch):
    monkeypatch.setattr(captions, "CONTRAST", 0)
    monkeypatch.setattr(captions, "NOISE", 0)
    image = torch.zeros(8, 1, 64, 64)
    image[:, 0, 20, 30] = 1
    varied = vary(image, torch.Generator().manual_seed(0))
    for one, (right, down) in zip(varied.images, varied.moved.tolist(), strict=True):
        assert one.nonzero().tolist() == [[0, 20 + down, 30 + right]]
    assert len(varied.moved.unique(dim=0)) > 1


def test_a_cell_has_the_digit_whose_box_holds_its_center():
    digits, boxes = torch.tensor([[7, 3]]), torch.tensor([[[8, 8, 24, 22], [40, 50, 43, 56]]])
    names, places = cell_names(digits, boxes.float(), torch.tensor([[0, 0]]))
    expected = torch.full((8, 8), NOTHING)
    expected[1:3, 1:3] = 7
    expected[6, 5] = 3  # too small for the center of a cell: the cell of its own center
    assert torch.equal(names.reshape(8, 8), expected)
    assert places.reshape(8, 8, 2)[1, 2].tolist() == [2, 1.875]


def test_a_cell_that_touches_only_the_edge_of_a_digit_is_not_asked():
    digits, boxes = torch.tensor([[7, 0]]), torch.tensor([[[8.0, 8, 24, 22], [0, 0, 0, 0]]])
    names, _ = cell_names(digits, boxes, torch.tensor([[3, -3]]))  # 11 to 27, 5 to 19
    expected = torch.full((8, 8), NOTHING)
    expected[0:3, 1:4] = UNASKED
    expected[1, 1:3] = 7
    expected[2, 1:3] = UNASKED
    assert torch.equal(names.reshape(8, 8), expected)


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
