"""Start both processes of DistributedDataParallel, follow them, and end them in every case."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from viz_models.analysis.train import workers_ddp
from viz_models.language import gettext as _
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.workers import DdpCase, DdpRun

PATIENCE_S = 120.0  # after which they are ended
LOOK_S = 0.1
STEPS = len(workers_ddp.CASES) + 1  # lines that rank 0 prints
ROOT = Path(workers_ddp.__file__).parents[3]  # where the package lies
Progress = Callable[[int, int], None]


def run(
    told: Progress = lambda done, total: None,
    patience: float = PATIENCE_S,
    kept: list[DdpCase] | None = None,
) -> DdpRun:
    """Run two processes on this machine; some seconds, most of it for importing torch twice.

    Args:
        told: Called ten times a second with the lines that are there; it may raise to stop, and
            both processes then end.
        patience: Seconds after which they are ended.
        kept: Cases that were measured before, which are not measured again. Those that are done
            are added to it, also when it is stopped: the next call goes on after them.

    Raises:
        ValueError: With one line for the reader, if they fail or take too long.
    """
    begin, kept = time.monotonic(), [] if kept is None else kept
    before = len(kept)
    with tempfile.TemporaryDirectory() as folder:
        out, trouble = Path(folder) / "out", Path(folder) / "trouble"
        with out.open("wb") as lines, trouble.open("wb") as errors:
            meeting = Path(folder) / "meeting"
            try:
                failed = _followed(
                    _started(meeting, before, lines, errors),
                    out,
                    lambda done, total: told(before + done, total),
                    patience,
                )
            finally:
                kept += _cases(out)
        if failed:
            raise ValueError(
                _("torch.distributed did not work here: {said}").format(said=_last_line(trouble))
            )
        said = json.loads(out.read_text(encoding="utf-8").splitlines()[-1])
    return DdpRun(
        batch_size=workers_ddp.BATCH,
        cases=tuple(kept),
        sync_batch_norm=str(said["sync_batch_norm"]),
        seconds=round(time.monotonic() - begin, 1),
        provenance=Provenance(versions=torch_version()),
    )


def _cases(out: Path) -> list[DdpCase]:
    """Return the cases that are printed to the end."""
    whole, _, _ = out.read_text(encoding="utf-8").rpartition("\n")
    found = [json.loads(line) for line in whole.splitlines()]
    return [
        DdpCase(case=f["case"], gap=tuple(f["gap"]), by_hand=f["by_hand"])
        for f in found
        if "case" in f
    ]


Processes = list[subprocess.Popen[bytes]]


def _followed(
    started: AbstractContextManager[Processes], out: Path, told: Progress, patience: float
) -> bool:
    """Wait for both processes; return whether one of them failed."""
    begin = time.monotonic()
    with started as processes:
        while any(p.poll() is None for p in processes):
            if time.monotonic() - begin > patience:
                raise ValueError(
                    _("two processes did not end within {patience:.0f} s").format(patience=patience)
                )
            if any(p.poll() for p in processes):
                break  # the other one would wait for it
            told(out.read_bytes().count(b"\n"), STEPS)
            time.sleep(LOOK_S)
        return any(p.poll() != 0 for p in processes)


@contextmanager
def _started(meeting: Path, begin: int, lines: IO[bytes], errors: IO[bytes]) -> Iterator[Processes]:
    """Start both processes; they end with the block."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    if sys.platform == "linux":
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")  # nothing leaves this machine
    processes: Processes = []
    try:
        for rank in range(workers_ddp.WORKERS):
            told = [str(rank), str(meeting), str(os.getpid()), str(begin)]
            command = [sys.executable, "-m", workers_ddp.__name__, *told]
            processes.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=lines if rank == 0 else subprocess.DEVNULL,
                    stderr=errors,
                    env=environment,
                )
            )
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def _last_line(trouble: Path) -> str:
    said = trouble.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return said[-1] if said else "it says nothing"
