"""A process that takes its part of each batch of a run: started by `team`, told by rank 0."""

import contextlib
import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import torch

from viz_models.records import Evaluation
from viz_models.training import specs
from viz_models.training.loop import checkpoints, team
from viz_models.training.loop.checkpoints import Checkpoint
from viz_models.training.loop.loop import Session


class Member(Session):
    """A session that follows rank 0: it tests nothing, looks at nothing, and tells nobody."""

    def _evaluation(self, last: bool) -> Evaluation | None:
        return None

    def _looks_now(self) -> bool:
        return False


def main(folder: Path, rank: int) -> None:
    """Join the team that meets in a folder, and follow it to its end."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    spec = specs.run_from_json(json.loads((folder / team.RUN).read_text(encoding="utf-8")))
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    session = Member(replace(spec, moments=0), _checkpoint(folder))
    team.join(folder, rank, spec.workers)
    with contextlib.suppress(team.OverError):
        session.follow(team.Team(rank, spec.workers))


def _checkpoint(folder: Path) -> Checkpoint | None:
    """Return where the run begins; None at its beginning."""
    names = (checkpoints.WEIGHTS, checkpoints.OPTIMIZER, checkpoints.PROGRESS)
    if not (folder / checkpoints.PROGRESS).exists():
        return None
    return checkpoints.from_files({name: (folder / name).read_bytes() for name in names})


def _end_with_input() -> None:
    """End this process when the one that started it has ended, however it ended."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
