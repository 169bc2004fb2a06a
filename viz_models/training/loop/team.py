"""One run in several processes of one machine: torch's DistributedDataParallel with gloo.

Every process has the whole network and takes an equal part of each batch. The first one, rank 0, is
the run: it tells, tests, and keeps checkpoints. The others, each a `team_member`, follow it step by
step and end with it, however it ends.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from viz_models.language import gettext as _
from viz_models.patches import no_compiler
from viz_models.records import RunSpec
from viz_models.training import specs

PATIENCE = timedelta(seconds=300)  # for the others; a test on a large set takes long
LAST_WORD = 5.0  # s between a lost connection and the end of the process behind it
MEETING, RUN = "meeting", "run.json"  # in the folder that a team shares
ROOT = Path(__file__).parents[3]  # where the package lies
SEED_STRIDE = 7919  # between the random numbers of two ranks


class OverError(Exception):
    """Rank 0 takes no more steps."""


class Team:
    """What the processes of a run do together; a team of one does nothing."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        """Belong to a team that has met.

        Args:
            rank: Of this process; 0 is the run.
            size: Of the team.
        """
        self.rank, self.size = rank, size

    def wrapped(self, net: nn.Module) -> nn.Module:
        """Return the network with gradients that are means over the team."""
        return net if self.size == 1 else DistributedDataParallel(net)

    def agreed(self, lr: float) -> float:
        """Begin a step: return the learning rate of rank 0, whose clock counts.

        Raises:
            OverError: If there is no such step.
        """
        if self.size == 1:
            return lr
        told = torch.tensor([lr], dtype=torch.float64)
        dist.broadcast(told, src=0)
        if math.isnan(told.item()):
            raise OverError
        return told.item()

    def part(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return this process's part of a batch; its dropout draws numbers of its own."""
        if self.size == 1:
            return inputs, targets
        torch.default_generator.manual_seed(torch.initial_seed() + SEED_STRIDE * self.rank)
        each = len(inputs) // self.size
        mine = slice(self.rank * each, (self.rank + 1) * each)
        return inputs[mine], targets[mine]

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over the team."""
        if self.size > 1:
            dist.all_reduce(values)
            values = values / self.size
        return values


@contextmanager
def gathered(spec: RunSpec, checkpoint: Mapping[str, bytes]) -> Iterator[Team]:
    """Start the other processes of a run, and end them with the block.

    Args:
        spec: What they train.
        checkpoint: Name -> content of where they begin; empty for the beginning.

    Raises:
        ValueError: If one of them has ended before the run; the line says what to do.
    """
    if spec.workers == 1:
        yield Team()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in checkpoint.items():
            (folder / file).write_bytes(content)
        (folder / RUN).write_text(json.dumps(specs.to_json(spec)), encoding="utf-8")
        others = [_started(folder, rank) for rank in range(1, spec.workers)]
        try:
            join(folder, 0, spec.workers)
            yield Team(0, spec.workers)
            dist.broadcast(torch.tensor([math.nan], dtype=torch.float64), src=0)
        except RuntimeError as error:
            if _one_has_ended(others) or not dist.is_initialized():
                raise ValueError(
                    _("one of its {n} workers has ended: resume it where it was kept last").format(
                        n=spec.workers
                    )
                ) from error
            raise
        finally:
            for other in others:
                other.kill()
                other.wait()
            if dist.is_initialized():
                dist.destroy_process_group()


def _one_has_ended(others: Sequence[subprocess.Popen[bytes]]) -> bool:
    """Whether a member is gone; its connection is lost a moment before the system says so."""
    until = time.monotonic() + LAST_WORD
    while time.monotonic() < until:
        if any(other.poll() is not None for other in others):
            return True
        time.sleep(0.05)
    return False


def join(folder: Path, rank: int, size: int) -> None:
    """Wait until all processes of a team are there."""
    no_compiler.install()
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # nothing leaves this machine
    meeting = (folder / MEETING).as_uri()
    dist.init_process_group(
        "gloo", init_method=meeting, rank=rank, world_size=size, timeout=PATIENCE
    )


def _started(folder: Path, rank: int) -> subprocess.Popen[bytes]:
    """Start a member; it ends when its standard input does, and so with this process."""
    threads = str(torch.get_num_threads())
    environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "viz_models.training.loop.team_member", str(folder), str(rank)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
