"""The training loop: a generator of step records, to be read from top to bottom."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models import digits_net
from viz_models.records import Evaluation, RunSpec, StepRecord
from viz_models.training import data

MAX_SAMPLES = 10_000_000
MAX_SEED = 2**32 - 1


def train(spec: RunSpec) -> Iterator[StepRecord]:
    """Train a fresh network by SGD, one record a step; stop reading to stop training.

    The last record has the state "finished" and the test accuracy; or "diverged", as soon as a
    loss is NaN or infinite. Runs with the same seed are paired: they begin with the same
    convolution and linear weights and see the same examples in the same order.

    Raises:
        ValueError: If the spec asks for what cannot be run; before the first step.

    References:
        Robbins and Monro 1951, eq. 8: w <- w - lr * dL/dw, doi:10.1214/aoms/1177729586.
    """
    check(spec)
    return _steps(spec)


def _steps(spec: RunSpec) -> Iterator[StepRecord]:
    examples = data.digits()
    net = digits_net.build(spec.model, spec.seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=spec.lr)
    steps = spec.samples // spec.batch_size
    order = data.batches(len(examples.train_targets), spec.batch_size, steps, spec.seed)
    for step, batch in enumerate(order, start=1):
        targets = examples.train_targets[batch]
        logits = net(examples.train_inputs[batch])
        loss = F.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        last = evaluate(net, examples) if step == steps else None
        record = _record(step, spec, loss, logits, targets, last)
        yield record
        if record.state == "diverged":
            return


def evaluate(net: nn.Module, examples: data.Dataset) -> Evaluation:
    """Loss and accuracy on the test set, in eval mode; the network trains on afterwards."""
    net.eval()
    with torch.no_grad():
        logits = net(examples.test_inputs)
        loss = F.cross_entropy(logits, examples.test_targets).item()
    net.train()
    return Evaluation(loss=loss, accuracy=accuracy(logits, examples.test_targets))


def accuracy(logits: Tensor, targets: Tensor) -> float:
    """Share of examples whose highest score is that of the right class.

    Args:
        logits: (N, classes) float.
        targets: (N,) int64.
    """
    return (logits.argmax(1) == targets).sum().item() / len(targets)


def _record(
    step: int,
    spec: RunSpec,
    loss: Tensor,
    logits: Tensor,
    targets: Tensor,
    last: Evaluation | None,
) -> StepRecord:
    value = loss.item()
    finite = math.isfinite(value) and (last is None or math.isfinite(last.loss))
    return StepRecord(
        step=step,
        samples=step * spec.batch_size,
        loss=value,
        accuracy=accuracy(logits, targets),
        state="diverged" if not finite else "finished" if last else "running",
        evaluation=last,
    )


def check(spec: RunSpec) -> None:
    """Raise a ValueError with one clear line unless the run can be made."""
    digits_net.check(spec.model)
    if spec.data != "digits":
        raise ValueError(f"unknown data {spec.data!r}; choose digits")
    if not (math.isfinite(spec.lr) and spec.lr > 0):
        raise ValueError(f"learning rate {spec.lr} must be a number above 0, such as 0.1")
    if spec.batch_size < 1:
        raise ValueError(f"batch size {spec.batch_size} must be 1 or more")
    if spec.batch_size == 1 and spec.model.norm == "batch" and len(spec.model.widths) > 3:
        raise ValueError("batch size 1 leaves one value a channel to BatchNorm; choose 2 or more")
    if not spec.batch_size <= spec.samples <= MAX_SAMPLES:
        raise ValueError(
            f"{spec.samples} samples: choose from one batch ({spec.batch_size}) to {MAX_SAMPLES}"
        )
    if not 0 <= spec.seed <= MAX_SEED:
        raise ValueError(f"seed {spec.seed} is out of range; choose 0 to {MAX_SEED}")
