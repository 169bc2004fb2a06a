"""A captioner's steps by our own hands: NumPy in float64, to stand beside torch's float32."""

from typing import NamedTuple

import numpy as np

from viz_models.models.vision.captioner import Captioner


class HandLook(NamedTuple):
    """One word; L cells."""

    scores: np.ndarray  # (L,)
    weights: np.ndarray  # (L,)
    context: np.ndarray  # (channels,)
    h: np.ndarray  # (hidden,) after the word before was read
    c: np.ndarray
    logits: np.ndarray  # (words,)


def tensors(model: Captioner) -> dict[str, np.ndarray]:
    """Return every parameter as float64, by its name."""
    return {name: p.detach().double().numpy() for name, p in model.state_dict().items()}


def start(w: dict[str, np.ndarray], cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First h and c, from the mean of (L, channels)."""
    mean = cells.mean(0)
    first = [np.tanh(w[f"{n}.weight"] @ mean + w[f"{n}.bias"]) for n in ("first_h", "first_c")]
    return first[0], first[1]


def inside(
    w: dict[str, np.ndarray], cells: np.ndarray, h: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """W a + b of each cell, (L, hidden), and U h, (hidden,); Xu et al. 2015, eq. 4."""
    of_cells = cells @ w["score.of_cell.weight"].T + w["score.of_cell.bias"]
    return of_cells, w["score.of_state.weight"] @ h


def softmax(x: np.ndarray) -> np.ndarray:
    """Return shares that sum to 1 along the last axis."""
    powers = np.exp(x - x.max(-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(-1, keepdims=True)
    return shares


def step(
    w: dict[str, np.ndarray], cells: np.ndarray, word: int, h: np.ndarray, c: np.ndarray
) -> HandLook:
    """Look at (L, channels), read one word, score the next one."""
    scores = np.zeros(len(cells))
    if "score.v.weight" in w:
        of_cells, of_state = inside(w, cells, h)
        scores = np.tanh(of_cells + of_state) @ w["score.v.weight"][0]
    weights = softmax(scores)
    context = weights @ cells
    read = w["embedding.weight"][word]
    x = np.concatenate([read, context])
    gates = w["cell.weight_ih"] @ x + w["cell.bias_ih"] + w["cell.weight_hh"] @ h
    i, f, g, o = np.split(gates + w["cell.bias_hh"], 4)  # in torch's order
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    h = _sigmoid(o) * np.tanh(c)
    logits = w["words.weight"] @ np.concatenate([h, context, read]) + w["words.bias"]
    return HandLook(scores, weights, context, h, c, logits)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    y: np.ndarray = 1 / (1 + np.exp(-x))
    return y
