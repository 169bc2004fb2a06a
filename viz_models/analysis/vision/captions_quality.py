"""How good a captioner is on scenes that it did not learn from, and where it looks."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from viz_models.images.scenes import scene
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import GRID, STRIDE, Captioner
from viz_models.records.vision.captions import CaptionNet, CaptionQuality, usual
from viz_models.records.vision.scene import NAMES, Scene

SCENES = 1000  # that the shipped weights are tested on
AT_ONCE = 250


def scenes(count: int = SCENES, first: int = 0, *, training: bool = False) -> list[Scene]:
    """Draw so many scenes of one or two digits, by default of test digits."""
    return [scene(usual(seed, training=training)) for seed in range(first, first + count)]


def pictures(drawn: Sequence[Scene]) -> Tensor:
    """(N, 1, 64, 64) float32, 0 (black) to 1."""
    return torch.from_numpy(np.stack([s.image for s in drawn]))[:, None]


def cells_of(box: np.ndarray) -> np.ndarray:
    """(64,) bool: the cells of the grid that a box in px touches, row by row."""
    left, top, right, bottom = box / STRIDE
    at = np.arange(GRID)
    rows, columns = (at + 1 > top) & (at < bottom), (at + 1 > left) & (at < right)
    touched: np.ndarray = (rows[:, None] & columns).ravel()
    return touched


def named_boxes(shown: Scene, words: Sequence[str]) -> list[np.ndarray | None]:
    """Return for each word the box of the digit that it names, None for all other words.

    Where two digits have the same name, the sentence says the left or the upper one first.
    """
    centers = (shown.boxes[:, :2] + shown.boxes[:, 2:]) / 2
    axis = int("above" in words)
    order = sorted(range(len(shown.labels)), key=lambda i: float(centers[i, axis]))
    found: list[np.ndarray | None] = []
    for word in words:
        i = next((i for i in order if NAMES[shown.labels[i]] == word), None)
        if i is not None:
            order.remove(i)
        found.append(None if i is None else shown.boxes[i])
    return found


def exact(model: Captioner, images: Tensor, sentences: Sequence[str]) -> int:
    """Count the captions that are right to the last word; `model` is in eval mode."""
    right = 0
    with torch.no_grad():
        for start in range(0, len(images), AT_ONCE):
            written, _ = model.write(images[start : start + AT_ONCE])
            true = sentences[start : start + AT_ONCE]
            pairs = zip(written.tolist(), true, strict=True)
            right += sum(nets.said(ids) == sentence for ids, sentence in pairs)
    return right


def quality(model: Captioner, net: CaptionNet, count: int = SCENES) -> CaptionQuality:
    """Test a captioner that is in eval mode on unseen scenes."""
    shown = scenes(count)
    shares: list[float] = []
    even: list[float] = []
    peaks: list[bool] = []
    right = 0
    for start in range(0, count, AT_ONCE):
        part = shown[start : start + AT_ONCE]
        with torch.no_grad():
            written, looks = model.write(pictures(part))
        weights = torch.stack([look.weights for look in looks], 1).numpy()
        for one, ids, rows in zip(part, written.tolist(), weights, strict=True):
            sentence = nets.said(ids)
            right += sentence == one.sentence
            boxes = named_boxes(one, sentence.split())
            for row, box in zip(rows, boxes, strict=False):
                if box is not None:
                    inside = cells_of(box)
                    shares.append(float(row[inside].sum()))
                    even.append(float(inside.mean()))
                    peaks.append(bool(inside[row.argmax()]))
    return CaptionQuality(
        net=net,
        scenes=count,
        exact=right,
        on_digit=float(np.mean(shares)) if shares else 0.0,
        uniform=float(np.mean(even)) if even else 0.0,
        peak=float(np.mean(peaks)) if peaks else 0.0,
        parameters=sum(p.numel() for p in model.parameters()),
    )
