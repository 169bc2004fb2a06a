import numpy as np
import pytest
import torch

from viz_models.analysis.vision import captions, captions_quality
from viz_models.analysis.vision.captions_quality import cells_of, named_boxes, pictures
from viz_models.images.scenes import scene
from viz_models.models import weights
from viz_models.models.vision import captioner
from viz_models.places import PRETRAINED
from viz_models.recordings.vision.captions import load
from viz_models.records.vision.captions import MODES, NETS, TUNED, CaptionSpec
from viz_models.records.vision.scene import SceneSpec


@pytest.fixture(scope="module")
def found():
    return captions.caption(CaptionSpec())


def test_the_arithmetic_on_the_page_equals_torch(found):
    assert found.max_difference < 1e-4
    np.testing.assert_allclose(found.weights.sum(1), 1, atol=1e-6)
    for word in range(len(found.written)):
        look = captions.opened(found, word, cell=9)
        assert look.difference < 1e-4
        score = float(look.v @ np.tanh(look.of_cell + look.of_state))
        assert score == pytest.approx(look.scores[9], abs=1e-12)
        np.testing.assert_allclose(found.weights[word] @ found.cells, look.context, atol=1e-4)


def test_without_tanh_all_maps_are_the_same(found):
    assert captions.opened(found, 1, 0).without_tanh < 1e-6
    assert np.ptp(found.weights, axis=0).max() > 0.1  # with tanh they differ


def test_word_by_word_and_in_one_call_give_the_same_logits(found):
    ids = captioner.ids(found.sentence)
    with captioner.captioner() as model, torch.no_grad():
        logits = model(pictures([found.scene]), torch.tensor([[1, *ids[:-1]]]))
    assert logits[0].argmax(-1).tolist() == ids


def test_without_attention_every_cell_counts_the_same():
    found = captions.caption(CaptionSpec(net="mean"))
    np.testing.assert_allclose(found.weights, 1 / 64, atol=1e-7)
    assert found.max_difference < 1e-4
    with pytest.raises(ValueError, match="choose attention"):
        captions.opened(found, 0, 0)


def test_a_cell_that_is_not_there_is_refused(found):
    with pytest.raises(ValueError, match="no cell 64"):
        captions.opened(found, 0, 64)


def test_of_two_equal_digits_the_sentence_names_the_left_one_first():
    shown = scene(SceneSpec(seed=3, digits=(5, 5)))
    words = shown.sentence.split()
    named = [box for box in named_boxes(shown, words) if box is not None]
    axis = int("above" in words)
    assert len(named) == 2
    assert named[0][axis] < named[1][axis]


def test_a_box_belongs_to_the_cells_that_it_touches():
    touched = cells_of(np.array([8, 0, 17, 8])).reshape(8, 8)
    assert np.argwhere(touched).tolist() == [[0, 1], [0, 2]]


@pytest.mark.slow
def test_the_shipped_captioners_are_as_good_as_is_said():
    recorded, cards = load(), weights.cards()
    for net in NETS:
        said, card = recorded.quality(net), cards[captioner.entry(net)]
        assert said.exact / said.scenes == pytest.approx(card.accuracy, abs=1e-4)
    looks = recorded.quality("attention")
    assert looks.exact >= 0.97 * looks.scenes
    with captioner.captioner() as model:
        part = captions_quality.quality(model, "attention", 250)
    assert part.exact / 250 == pytest.approx(looks.exact / looks.scenes, abs=0.04)
    assert part.on_digit == pytest.approx(recorded.quality("attention").on_digit, abs=0.05)
    assert part.on_digit > 2 * part.uniform


def test_the_weights_are_small():
    files = [PRETRAINED / f"{captioner.entry(net)}.safetensors" for net in NETS]
    assert sum(f.stat().st_size for f in files) < 900_000


def test_every_way_to_fine_tune_was_run_with_five_seeds():
    recorded = load()
    for blocks in TUNED:
        for mode in MODES:
            assert [r.seed for r in recorded.of(blocks, mode)] == list(range(5))
    assert all(r.moved == 0 for b in TUNED for r in recorded.of(b, "eval"))
    assert all(r.moved > 0 for r in recorded.of(0, "train"))
    assert recorded.of(0, "train")[0].trained == 0


def test_the_paper_s_grid_has_196_cells_of_512_features():
    from torchvision.models import vgg16

    with torch.device("meta"):
        features = vgg16(weights=None).features[:30]  # up to conv5_3 and its ReLU
        assert features(torch.zeros(1, 3, 224, 224)).shape == (1, 512, 14, 14)
