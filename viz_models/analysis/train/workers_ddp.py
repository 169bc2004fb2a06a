"""torch's DistributedDataParallel in two processes of their own, with gloo, on this machine.

Each process runs this file. Rank 0 prints one line of JSON for each case that is done.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from viz_models.analysis.train import workers
from viz_models.records.train.workers import SplitCase

WORKERS, BATCH, SEEDS = 2, 64, 5
CASES: tuple[SplitCase, ...] = ("equal", "float64", "unequal", "batch norm", "layer norm")
LOOK_S = 0.5


def main(rank: int, meeting: str, parent: int, begin: int) -> None:
    """Join the other process, and measure every case that is left.

    Args:
        rank: 0 or 1.
        meeting: A file that does not exist yet, at which both processes find each other.
        parent: Number of the process that started this one, and with which it ends.
        begin: How many of CASES were measured before.
    """
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=Path(meeting).as_uri(), rank=rank, world_size=WORKERS
    )
    for case in CASES[begin:]:
        rows = [_one(case, seed, rank) for seed in range(SEEDS)]
        _say(rank, case=case, gap=[r[0] for r in rows], by_hand=max(r[1] for r in rows))
    _say(rank, sync_batch_norm=_synchronized())
    torch.distributed.destroy_process_group()


def _one(case: SplitCase, seed: int, rank: int) -> tuple[float, float]:
    """Return DDP's difference to the whole batch, and to the mean of both parts by hand."""
    net, whole = workers.network(case, seed), workers.batch(case, BATCH, seed)
    parts = list(workers.cut(whole, workers.shards(case, WORKERS, BATCH)))
    by_hand = [workers.gradient(net, part, case) for part in parts]
    expected = _flat(workers.gradient(net, whole, case))
    mean = sum(_flat(g) for g in by_hand) / WORKERS
    parallel = DistributedDataParallel(net.train())
    part = parts[rank]
    nn.functional.cross_entropy(parallel(part.inputs), part.targets).backward()
    found = _flat([p.grad for p in net.parameters() if p.grad is not None])
    return workers.relative(found, expected), float((found - mean).abs().max())


def _flat(gradients: list[Tensor]) -> Tensor:
    return torch.cat([g.flatten() for g in gradients])


def _synchronized() -> str:
    """Return what torch says when SyncBatchNorm gets a tensor on the CPU; "" if it runs."""
    net = nn.SyncBatchNorm.convert_sync_batchnorm(workers.network("batch norm", 0))
    try:
        DistributedDataParallel(net)(workers.batch("batch norm", BATCH, 0).inputs)
    except (ValueError, RuntimeError) as error:
        return str(error).splitlines()[0]
    return ""


def _say(rank: int, **found: object) -> None:
    if rank == 0:
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _end_with(parent: int) -> None:
    """End this process when the one that started it has ended, however it ended."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
