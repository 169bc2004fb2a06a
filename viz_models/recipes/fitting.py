"""The loop that trains every network with attention: Adam, warm-up, cosine."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.vocabulary import PAD
from viz_models.records import RunState, StepRecord
from viz_models.training.loop.optimizers import half_cosine

B = TypeVar("B")
WARM_UP = 0.05  # share of the steps in which the learning rate rises
BETAS = (0.9, 0.98)  # section 5.3 of arXiv:1706.03762
LARGEST_GRADIENT = 1.0  # norm over all parameters; a larger one is scaled down


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSpec:
    """How to train; on one machine with one thread, equal specs give equal weights."""

    steps: int
    batch_size: int = 128
    lr: float = 3e-3  # the highest
    weight_decay: float = 0.0  # AdamW's; at 0 it is Adam
    seed: int = 0  # of the first weights and of the examples


def fit(
    model: nn.Module,
    batches: Iterable[B],
    measure: Callable[[B], tuple[Tensor, float]],
    spec: FitSpec,
) -> Iterator[StepRecord]:
    """Train `model` in place, one record a step; stop reading to stop training.

    Args:
        model: In training mode.
        batches: At least as many as steps.
        measure: Loss with its graph, and accuracy 0..1, of a batch.
        spec: Steps and learning rate.

    References:
        Kingma and Ba 2014, Alg. 1, arXiv:1412.6980; with decay Alg. 2 of arXiv:1711.05101. Cosine:
        eq. 5 of arXiv:1608.03983.
    """
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=spec.lr, betas=BETAS, weight_decay=spec.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: _factor(i, spec.steps))
    for step, batch in zip(range(1, spec.steps + 1), batches, strict=False):
        loss, accuracy = measure(batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        value = loss.item()
        state: RunState = "running" if math.isfinite(value) else "diverged"
        yield StepRecord(
            step=step,
            samples=step * spec.batch_size,
            loss=value,
            accuracy=accuracy,
            state="finished" if step == spec.steps and state == "running" else state,
        )
        if state == "diverged":
            return


def _factor(step: int, steps: int) -> float:
    """Return what the learning rate is multiplied by: up in a line, down along a cosine."""
    warm = max(1, round(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return half_cosine(1, 0, (step - warm) / max(1, steps - warm))


def next_word(logits: Tensor, words: Tensor) -> tuple[Tensor, float]:
    """Mean cross entropy in nats, and share of right words; PAD does not count.

    Args:
        logits: (B, T, words).
        words: (B, T) int64, the word after each token.
    """
    loss = F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=PAD)
    real = words != PAD
    right = ((logits.argmax(-1) == words) & real).sum() / real.sum()
    return loss, right.item()


def padded(rows: Iterable[Iterable[int]]) -> Tensor:
    """(B, T) int64: rows of ids, filled up with PAD to the longest."""
    tensors = [torch.tensor(list(row)) for row in rows]
    return nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=PAD)
