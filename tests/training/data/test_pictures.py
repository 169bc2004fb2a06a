import numpy as np
import pytest
from sklearn.datasets import load_digits

from viz_models.images import digits as handwritten
from viz_models.records import DataSpec
from viz_models.training.data import pictures
from viz_models.training.data.dataset import SPLIT_SEED


def test_a_digit_is_shown_as_scikit_learn_has_it():
    wanted = load_digits().images
    order = np.random.default_rng(SPLIT_SEED).permutation(len(wanted))
    (shown,) = pictures.of_tests(DataSpec(), [7])
    expected = np.round(wanted[order[7]] * 255 / 16).astype(np.uint8)
    assert shown.shape == (8, 8, 3)
    np.testing.assert_array_equal(shown, np.repeat(expected[..., None], 3, axis=2))


def test_permuted_pixels_are_shown_permuted():
    (plain,) = pictures.of_tests(DataSpec(), [0])
    (mixed,) = pictures.of_tests(DataSpec(permute=True), [0])
    assert (plain != mixed).any()
    np.testing.assert_array_equal(np.sort(plain, axis=None), np.sort(mixed, axis=None))


def test_labels_are_those_of_the_test_set():
    targets = load_digits().target
    order = np.random.default_rng(SPLIT_SEED).permutation(len(targets))
    np.testing.assert_array_equal(
        pictures.labels_of_tests(DataSpec()), targets[order[: handwritten.TEST_SIZE]]
    )


@pytest.mark.parametrize(
    ("spec", "index", "said"),
    [(DataSpec(name="moons"), 0, "points"), (DataSpec(), 360, "360"), (DataSpec(), -1, "360")],
)
def test_what_cannot_be_shown_is_refused_in_one_line(spec, index, said):
    with pytest.raises(ValueError, match=said):
        pictures.of_tests(spec, [index])
