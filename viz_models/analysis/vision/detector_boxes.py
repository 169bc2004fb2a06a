"""Boxes: overlap, non-maximum suppression, and the average precision of what was found.

Boxes are (N, 4): left, top, right, bottom in px, as in torchvision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the intersection over union of every box of `a` with every box of `b`: (N, M).

    The type of the boxes is kept, and the steps are torchvision's, so that float32 gives its bits.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = (high - low).clip(0)
    both = sides[..., 0] * sides[..., 1]
    either = _areas(a)[:, None] + _areas(b)[None] - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


def _areas(boxes: np.ndarray) -> np.ndarray:
    areas: np.ndarray = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def best_iou(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return each box's largest IoU with any of the others: (N,); 0 where there are none."""
    best: np.ndarray = iou(boxes, others).max(axis=1, initial=0.0)
    return best


def suppressed(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """Say which box removes which in non-maximum suppression.

    The likeliest box stays and removes all that overlap it by more than the threshold; then the
    likeliest of the rest does so, until none is left.

    Args:
        boxes: (N, 4).
        scores: (N,).
        threshold: IoU.

    Returns:
        (N,) int64: the position of the box that removed it; -1 where it stays.
    """
    order = np.argsort(-scores, kind="stable")
    overlap = iou(boxes, boxes)
    removed_by = np.full(len(boxes), -1, np.int64)
    gone = np.zeros(len(boxes), bool)
    for at, i in enumerate(order):
        if gone[i]:
            continue
        later = order[at + 1 :]
        hit = later[(overlap[i, later] > threshold) & ~gone[later]]
        removed_by[hit], gone[hit] = i, True
    return removed_by


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Verdicts:
    """All things that were found in all scenes, the surest first, and whether each is right."""

    scores: np.ndarray  # (D,)
    right: np.ndarray  # (D,) bool
    truths: int  # how many digits there were


def judged(
    scenes: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]],
    least_iou: float,
) -> Verdicts:
    """Say which of the found things are right.

    In each scene the surest goes first. It is right if the digit of its class that it overlaps most
    reaches the least IoU and was not found before.

    Args:
        scenes: For each: found boxes (D, 4), labels (D,), scores (D,), true boxes (N, 4), labels.
        least_iou: 0.5 for AP50.
    """
    scores, right, truths = [], [], 0
    for boxes, labels, sure, true_boxes, true_labels in scenes:
        truths += len(true_labels)
        taken = np.zeros(len(true_labels), bool)
        overlap = iou(boxes, true_boxes) * (labels[:, None] == true_labels[None])
        for i in np.argsort(-sure, kind="stable"):
            best = int(overlap[i].argmax()) if len(true_labels) else -1
            hit = best >= 0 and overlap[i, best] >= least_iou and not taken[best]
            if hit:
                taken[best] = True
            scores.append(float(sure[i]))
            right.append(hit)
    order = np.argsort(-np.array(scores), kind="stable")
    return Verdicts(
        scores=np.array(scores)[order], right=np.array(right, bool)[order], truths=truths
    )


def curve(verdicts: Verdicts) -> tuple[np.ndarray, np.ndarray]:
    """Return recall and precision after each found thing, the surest first: (D,) and (D,)."""
    hits = np.cumsum(verdicts.right)
    return hits / max(verdicts.truths, 1), hits / np.arange(1, len(hits) + 1)


def average_precision(verdicts: Verdicts) -> float:
    """Return the area under precision over recall, precision made to fall only.

    References:
        Everingham et al. 2010, The Pascal VOC challenge, doi:10.1007/s11263-009-0275-4; as used
        from 2010 on, with all points.
    """
    recall, precision = curve(verdicts)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0.0) * falling).sum())
