"""Overlap, suppression and average precision against torchvision and a case done by hand."""

import numpy as np
import pytest
import torch
from torchvision import ops

from viz_models.analysis.vision.detector_boxes import (
    average_precision,
    best_iou,
    curve,
    iou,
    judged,
    suppressed,
)


def random_boxes(n, seed):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 50, (n, 2))
    return np.concatenate([corners, corners + rng.uniform(1, 30, (n, 2))], 1).astype(np.float32)


def test_overlap_equals_torchvision():
    a, b = random_boxes(40, 0), random_boxes(30, 1)
    theirs = ops.box_iou(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    np.testing.assert_array_equal(iou(a, b), theirs)
    assert best_iou(a, b[:0]).tolist() == [0.0] * 40
    assert iou(np.zeros((1, 4)), np.zeros((1, 4))) == 0  # of no area


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("n", [0, 1, 200])
def test_what_stays_is_what_torchvision_keeps(n, threshold):
    boxes = random_boxes(n, n)
    scores = np.random.default_rng(n).uniform(size=n).astype(np.float32)
    removed_by = suppressed(boxes, scores, threshold)
    kept = ops.nms(torch.from_numpy(boxes), torch.from_numpy(scores), threshold).tolist()
    assert sorted(np.flatnonzero(removed_by < 0)) == sorted(kept)
    for i, by in enumerate(removed_by):
        if by >= 0:
            assert removed_by[by] == -1
            assert scores[by] >= scores[i]
            assert iou(boxes[[i]], boxes[[by]])[0, 0] > threshold


def test_average_precision_of_a_case_done_by_hand():
    """Three digits; found: right, right again (a second time), wrong place, right."""
    truth = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], np.float32)
    found = truth[[0, 0, 1, 2]] + np.array([[0], [0], [9], [0]], np.float32)
    scene = (
        found,
        np.array([1, 1, 2, 3]),
        np.array([0.9, 0.8, 0.7, 0.6]),
        truth,
        np.array([1, 2, 3]),
    )
    verdicts = judged([scene], 0.5)
    assert verdicts.right.tolist() == [True, False, False, True]
    recall, precision = curve(verdicts)
    np.testing.assert_allclose(recall, [1 / 3, 1 / 3, 1 / 3, 2 / 3])
    np.testing.assert_allclose(precision, [1, 1 / 2, 1 / 3, 1 / 2])
    assert average_precision(verdicts) == pytest.approx(1 / 3 + 1 / 3 * 1 / 2)


def test_a_right_box_with_the_wrong_name_is_wrong_and_nothing_found_is_zero():
    truth = np.array([[0, 0, 10, 10]], np.float32)
    wrong = (truth, np.array([4]), np.array([0.9]), truth, np.array([1]))
    assert average_precision(judged([wrong], 0.5)) == 0
    nothing = (truth[:0], np.zeros(0, int), np.zeros(0), truth, np.array([1]))
    assert average_precision(judged([nothing], 0.5)) == 0
