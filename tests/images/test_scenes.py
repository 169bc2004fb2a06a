"""Scenes of digits: what is drawn is what is said of it, and test digits stay apart."""

from dataclasses import replace

import numpy as np
import pytest

from viz_models.images import digits
from viz_models.images.scenes import covered, enlarged, scene, sentence
from viz_models.records.vision.scene import Place, SceneSpec


def test_equal_specs_give_equal_pixels_and_another_seed_gives_others():
    first, again, other = (scene(SceneSpec(seed=s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.image, again.image)
    assert (first.image != other.image).any()
    assert first.image.shape == (64, 64)
    assert first.image.min() >= 0
    assert first.image.max() <= 1


def test_boxes_hold_the_masks_and_hardly_overlap():
    for seed in range(30):
        found = scene(SceneSpec(seed=seed))
        for box, mask in zip(found.boxes.astype(int), found.masks, strict=True):
            left, top, right, bottom = box
            inside = np.zeros_like(mask)
            inside[top:bottom, left:right] = True
            assert not (mask & ~inside).any()
            assert mask[top:bottom, left:right].any(0).all() or mask.any()
        for i, a in enumerate(found.boxes):
            assert all(covered(a, b) <= 0.1 for b in found.boxes[:i])


def test_no_test_digit_stands_in_a_training_scene():
    train, test = digits.split()
    assert sorted([*train, *test]) == list(range(1797))
    assert not set(train) & set(test)
    spec = SceneSpec(seed=1, digits=(3,), places=(Place(left=10, top=10, size=16),))
    assert (scene(spec).image != scene(replace(spec, training=True)).image).any()


def test_digits_and_places_are_as_asked_and_moving_one_leaves_the_other():
    spec = SceneSpec(seed=2, digits=(3, 7))
    first = scene(spec)
    assert first.labels == (3, 7)
    moved = replace(first.places[1], left=0, top=0)
    second = scene(replace(spec, places=(first.places[0], moved)))
    np.testing.assert_array_equal(second.boxes[0], first.boxes[0])
    assert second.places[1] == moved
    empty = scene(SceneSpec(count=0))
    assert (empty.labels, empty.sentence, empty.boxes.shape) == ((), "nothing", (0, 4))


def test_the_sentence_follows_the_boxes():
    boxes = np.array([[40, 10, 50, 20], [5, 12, 15, 22]], np.float32)
    assert sentence((7, 8), boxes) == "an eight left of a seven"
    assert sentence((7, 8), boxes[:, [1, 0, 3, 2]]) == "an eight above a seven"


def test_enlarging_is_bilinear_as_in_torch():
    torch = pytest.importorskip("torch")
    pixels = np.random.default_rng(0).uniform(size=(8, 8))
    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(pixels)[None, None], size=21, mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(enlarged(pixels, 21), theirs[0, 0].numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (SceneSpec(count=9), "choose 0 to 4"),
        (SceneSpec(digits=(11,)), "11 is no digit"),
        (SceneSpec(digits=(1, 2, 3, 4, 5)), "at most 4"),
        (SceneSpec(places=(Place(left=0, top=0, size=60),)), "choose 14 to 26"),
        (SceneSpec(places=(Place(left=60, top=0, size=20),)), "leaves the scene"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(spec, said):
    with pytest.raises(ValueError, match=said):
        scene(spec)


def test_a_slanted_digit_is_written_differently_and_stays_that_digit():
    plain, slanted = (
        scene(SceneSpec(seed=5, digits=(4,), training=True, slanted=how)) for how in (False, True)
    )
    assert plain.labels == slanted.labels == (4,)
    assert not np.array_equal(plain.image, slanted.image)
    assert slanted.masks.any()
