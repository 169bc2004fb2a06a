"""Train the small twins of famous networks on scikit-learn's digits, enlarged to 32x32."""

import time
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.threads import one_thread
from viz_models.models.vision.architectures_twins import twin
from viz_models.records.vision.architectures import TwinRun, TwinSpec
from viz_models.training.data import sets

SIDE = 32  # px


@cache
def enlarged() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training and test digits of 32x32, bilinear: (N, 1, 32, 32), (N,), and the same."""
    data = sets.digits()
    train, test = (
        F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        for x in (data.train_inputs, data.test_inputs)
    )
    return train, data.train_targets, test, data.test_targets


def run(spec: TwinSpec) -> TwinRun:
    """Train one twin in one thread and test it at every look; torch's generator is left as it was.

    Raises:
        ValueError: If the network has no twin, or steps, batch_size or look is below 1.
    """
    if min(spec.steps, spec.batch_size, spec.look) < 1:
        raise ValueError("steps, batch_size and look must each be 1 or more")
    inputs, targets, tests, answers = enlarged()
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(spec.seed)
        net = twin(spec)
        optimizer = torch.optim.Adam(net.parameters(), lr=spec.lr)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, spec.steps)
        seconds, accuracies, order = 0.0, [], torch.empty(0, dtype=torch.long)
        for step in range(1, spec.steps + 1):
            if len(order) < spec.batch_size:
                order = torch.randperm(len(targets))
            batch, order = order[: spec.batch_size], order[spec.batch_size :]
            begin = time.thread_time()
            loss = F.cross_entropy(net.train()(inputs[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
            seconds += time.thread_time() - begin
            if step % spec.look == 0 or step == spec.steps:
                accuracies.append(_accuracy(net, tests, answers))
    return TwinRun(
        spec=spec,
        accuracies=tuple(accuracies),
        accuracy=accuracies[-1],
        cpu_seconds=round(seconds, 3),
    )


@torch.no_grad()
def _accuracy(net: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    right = net.eval()(inputs).argmax(1) == targets
    return float(right.double().mean())
