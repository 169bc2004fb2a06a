import numpy as np
from sklearn.datasets import load_digits

from viz_models.images import digits


def test_they_are_scikit_learns():
    images, labels = digits.read()
    assert len(labels) == digits.COUNT
    theirs = load_digits()
    for ours, wanted in ((images, theirs.images), (labels, theirs.target)):
        assert ours.dtype == wanted.dtype
        np.testing.assert_array_equal(ours, wanted)
