"""Which networks learn to say the first of T symbols: every kind, every length, five seeds."""

import datetime
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.sequence.memory import SEED, SEQUENCES, draw, norms
from viz_models.models.sequence.reader import FirstSymbolReader
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.sequence.memory import (
    LENGTHS,
    READERS,
    MemoryGrid,
    MemoryRun,
    MemoryTraining,
    ReaderSpec,
)

LARGEST_GRADIENT = 1.0  # norm over all parameters; a larger one is scaled down
TEST_SEED = 2_000
Progress = Callable[[int, int], None]  # runs done, runs in all


def measure(
    training: MemoryTraining,
    progress: Progress = lambda done, total: None,
    lengths: tuple[int, ...] = LENGTHS,
) -> MemoryGrid:
    """Train every reader at every length with every seed, one after the other in one thread."""
    begin = time.process_time()
    todo = list(_specs(training, lengths))
    runs = []
    with one_thread():
        for spec in todo:
            runs.append(trained(spec, training))
            progress(len(runs), len(todo))
    return MemoryGrid(
        training=training,
        runs=tuple(runs),
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=Provenance(
            kind="recorded run",
            device=f"cpu ({torch.backends.cpu.get_cpu_capability()}), 1 thread",
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )


def _specs(training: MemoryTraining, lengths: tuple[int, ...]) -> Iterator[ReaderSpec]:
    for length in lengths:
        for reader in READERS:
            for seed in range(training.seeds):
                yield replace(reader, length=length, seed=seed)


def trained(spec: ReaderSpec, training: MemoryTraining) -> MemoryRun:
    """Train one reader until it solves the task, or for all its steps.

    A seed stands for the first weights and for all sequences of the training.

    References:
        Kingma and Ba 2014, Alg. 1, arXiv:1412.6980.
    """
    model = FirstSymbolReader(spec)
    optimizer = torch.optim.Adam(model.parameters(), lr=training.lr)
    generator = torch.Generator().manual_seed(spec.seed)
    probes = draw(SEQUENCES, spec.length, SEED)
    before, found, step = norms(model, probes), 0.0, 0
    most = training.most_steps(spec.length)
    while step < most and found < training.solved_at:
        seed = int(torch.randint(1 << 30, (), generator=generator)) + TEST_SEED
        symbols = draw(training.batch_size, spec.length, seed)
        loss = F.cross_entropy(model(symbols), symbols[:, 0])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        step += 1
        if step % training.every == 0 or step == most:
            found = accuracy(model, training.tested_on, spec.length)
    return MemoryRun(
        spec=spec,
        parameters=sum(p.numel() for p in model.parameters()),
        steps=step,
        solved=found >= training.solved_at,
        accuracy=found,
        before=before.numpy(),
        after=norms(model, probes).numpy(),
    )


@torch.no_grad()
def accuracy(model: FirstSymbolReader, count: int, length: int) -> float:
    """Return the share of so many sequences, unseen in training, whose first symbol is said."""
    symbols = draw(count, length, TEST_SEED)
    right = int((model(symbols).argmax(-1) == symbols[:, 0]).sum())
    return right / count
