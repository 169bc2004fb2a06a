"""How good a network is on the test set."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.records import Evaluation, Wrong
from viz_models.records.train.experiments import RunFault
from viz_models.training.data.resident import Resident
from viz_models.training.loop import faults

WORST = 24  # mistakes that are kept


def evaluate(
    net: nn.Module,
    examples: Resident,
    alive: Callable[[], None] = lambda: None,
    fault: RunFault = "none",
) -> Evaluation:
    """Return the whole test set in eval mode; the network trains on afterwards.

    Args:
        net: In training mode.
        examples: Its test set is taken.
        alive: Called before each batch, for it all may take long.
        fault: Of the run; "no_eval" tests in training mode.
    """
    found = []
    if fault != "no_eval":
        net.eval()
    with torch.no_grad(), examples.place.autocast():
        for inputs, _ in examples.tests():
            alive()
            found.append(faults.scores(net(inputs).float(), fault))
    net.train()
    return judged(torch.cat(found).cpu(), examples.test_targets.cpu())


def judged(logits: Tensor, targets: Tensor) -> Evaluation:
    """Loss, accuracy, and what goes wrong class by class.

    Args:
        logits: (N, classes) float32.
        targets: (N,) int64.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    classes = range(logits.shape[1])
    guesses = logits.argmax(1)
    table = confusion_matrix(targets, guesses, labels=classes)
    precision, recall, f1, _ = precision_recall_fscore_support(
        targets, guesses, labels=classes, zero_division=math.nan
    )
    examples = table.sum(1)
    return Evaluation(
        loss=F.cross_entropy(logits, targets).item(),
        accuracy=accuracy(logits, targets),
        confusion=tuple(map(tuple, table.tolist())),
        precision=_known(precision, examples),
        recall=_known(recall, examples),
        f1=_known(f1, examples),
        worst=_worst(logits, targets),
    )


def _known(values: np.ndarray, examples: np.ndarray) -> tuple[float | None, ...]:
    """Return a metric by class: None where it is 0 / 0 or where the class has no example."""
    pairs = zip(values.tolist(), examples.tolist(), strict=True)
    return tuple(None if not count or math.isnan(value) else value for value, count in pairs)


def accuracy(logits: Tensor, targets: Tensor) -> float:
    """Share of examples whose highest score is that of the right class.

    Args:
        logits: (N, classes) float.
        targets: (N,) int64.
    """
    return (logits.argmax(1) == targets).sum().item() / len(targets)


def _worst(logits: Tensor, targets: Tensor) -> tuple[Wrong, ...]:
    """Return the mistakes that the network was surest of."""
    sure, guesses = logits.softmax(1).max(1)
    wrong = (guesses != targets).nonzero().flatten()
    first = wrong[sure[wrong].argsort(descending=True, stable=True)][:WORST]
    return tuple(
        Wrong(
            index=i,
            target=int(targets[i]),
            guess=int(guesses[i]),
            probability=float(sure[i]),
        )
        for i in first.tolist()
    )
