"""Mistakes of training scripts, made on purpose: in the data, the weights, the order, the loss."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from viz_models.records.train.experiments import RunFault
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Dataset


def examples(found: Dataset, fault: RunFault) -> Dataset:
    """Return the examples with what a fault does to them; those to test on keep their labels."""
    targets = found.train_targets
    if fault == "shifted":  # every picture has the label of the picture before
        return replace(found, train_targets=targets.roll(1))
    if fault == "classes":  # every label is one too high, and the last becomes the first
        return replace(found, train_targets=(targets + 1) % len(found.classes))
    if fault == "not_normalized":
        if found.std:  # bytes, which are standardized batch by batch
            same = (0.0,) * len(found.mean), (1.0,) * len(found.std)
            return replace(found, mean=same[0], std=same[1])
        train, test = (as_bytes(x) for x in (found.train_inputs, found.test_inputs))
        return replace(found, train_inputs=train, test_inputs=test)
    return found


def as_bytes(x: Tensor) -> Tensor:
    """Return inputs of any scale as they would come from a file: 0 to 255."""
    least, most = x.min(), x.max()
    return (x - least) / (most - least) * 255.0


def weights(net: nn.Module, fault: RunFault) -> None:
    """Change the first weights of a network in place, if this fault is about them."""
    if fault == "zero_init":
        for parameter in net.parameters():
            nn.init.zeros_(parameter)


def order(
    targets: Tensor, batch_size: int, seed: int, fault: RunFault, taken: int = 0
) -> Iterator[Tensor]:
    """Yield which examples each step sees, as `data.order` does, or class by class without end.

    Args:
        targets: (N,) int64, of the training set.
        batch_size: Examples a step.
        seed: Of the shuffling.
        fault: Of the run.
        taken: Steps that were taken before; the order goes on after them.
    """
    if fault == "not_shuffled":
        return by_class(targets, batch_size, taken)
    return data.order(len(targets), batch_size, seed, taken=taken)


def by_class(targets: Tensor, batch_size: int, taken: int = 0) -> Iterator[Tensor]:
    """Yield all examples of the first class, then of the next, as folders of pictures lie."""
    kept = targets.cpu().argsort(stable=True)
    begin = taken * batch_size
    while True:
        yield kept[(begin + torch.arange(batch_size)) % len(kept)]
        begin += batch_size


def scores(logits: Tensor, fault: RunFault) -> Tensor:
    """Return what cross_entropy is given: (B, classes) logits, or probabilities by mistake."""
    return logits.softmax(1) if fault == "softmax_twice" else logits
