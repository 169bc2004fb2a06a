"""Handwritten digits of 8x8 pixels."""

import numpy as np

from viz_models.images import installed

COUNT = 1797
TEST_SIZE = 360
SPLIT_SEED = 0  # of the split alone: every network is tested on the same digits


def read() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits: what its `load_digits` returns, without its import of two seconds.

    Returns:
        (1797, 8, 8) float64, 0 (paper) to 16 (ink); (1797,) int64, which digit.

    References:
        Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning
        Repository, doi:10.24432/C50P49.
    """
    table = np.loadtxt(installed.path("sklearn/datasets/data/digits.csv.gz"), delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int64)


def split() -> tuple[np.ndarray, np.ndarray]:
    """(1437,) and (360,) int64: which digits to train on, and which to test with."""
    order = np.random.default_rng(SPLIT_SEED).permutation(COUNT)
    return order[TEST_SIZE:], order[:TEST_SIZE]
