"""Covered cells show the background, as many others are covered, and the counts are true."""

import numpy as np
import pytest

from viz_models.analysis.vision import captions, captions_covered
from viz_models.images.scenes import background
from viz_models.models.vision import captioner
from viz_models.recordings.vision.captions import load
from viz_models.records.vision.captions import COVERED, CaptionSpec
from viz_models.records.vision.scene import NAMES, SceneSpec


@pytest.fixture(scope="module")
def found():
    return captions.caption(CaptionSpec())


def test_the_fewest_cells_that_hold_the_weight():
    weights = np.array([0.05, 0.5, 0.2, 0.25])
    assert captions_covered.looked_at(weights) == (1, 3, 2)
    assert captions_covered.looked_at(np.array([0.0, 1.0, 0.0])) == (1,)


def test_as_many_others_are_others_and_the_same_again():
    cells = (3, 8, 40)
    others = captions_covered.as_many_others(cells, 7)
    assert len(others) == 3
    assert not set(cells) & set(others)
    assert others == captions_covered.as_many_others(cells, 7)
    assert len(captions_covered.as_many_others(range(60), 7)) == 4  # all that are left


def test_a_covered_cell_shows_the_background_and_all_else_stays(found):
    looked, others = captions_covered.covered(found, 1)
    behind = background(found.spec.scene).astype(np.float32)
    for one in (looked, others):
        hidden = np.zeros((8, 8), bool)
        hidden.ravel()[list(one.cells)] = True
        pixels = np.kron(hidden, np.ones((8, 8), bool))
        np.testing.assert_array_equal(one.image[pixels], behind[pixels])
        np.testing.assert_array_equal(one.image[~pixels], found.scene.image[~pixels])
        assert one.weight == pytest.approx(float(found.weights[1][list(one.cells)].sum()))
    assert looked.weight >= COVERED > others.weight


def test_without_its_digit_the_name_is_gone(found):
    looked, _ = captions_covered.covered(found, 1)
    assert found.written[1] in NAMES
    assert not looked.keeps
    assert looked.sentence != found.sentence


@pytest.mark.parametrize("word", [-1, 99])
def test_a_word_that_is_not_there_is_refused(found, word):
    with pytest.raises(ValueError, match="no word"):
        captions_covered.covered(found, word)


def test_without_attention_there_is_nothing_to_cover():
    found = captions.caption(CaptionSpec(scene=SceneSpec(seed=1, count=2), net="mean"))
    with pytest.raises(ValueError, match="choose attention"):
        captions_covered.covered(found, 0)


@pytest.mark.slow
def test_the_recording_is_what_is_measured_again():
    recorded = load().covered
    assert recorded.second <= recorded.names <= 2 * recorded.scenes
    with captioner.captioner() as model:
        part = captions_covered.quality(model, 120)
    for name in ("looked", "others"):
        again = getattr(part, name) / part.names
        assert again == pytest.approx(getattr(recorded, name) / recorded.names, abs=0.1)
