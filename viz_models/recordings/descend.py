"""The recorded part of the lesson on optimizers: a small trained network, and sweeps of starts.

`make record` writes pretrained/recorded/descend_net.json and descend_sweeps.json.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.optimizers import MoonsNet, Sweeps

NET = FOLDER / "descend_net.json"
SWEEPS = FOLDER / "descend_sweeps.json"


def save(recording: MoonsNet | Sweeps, path: Path) -> Path:
    """Write either of them; returns where."""
    return files.save(recording, path)


@cache
def load_net(path: Path = NET) -> MoonsNet:
    """Read the network.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(MoonsNet, path)


@cache
def load_sweeps(path: Path = SWEEPS) -> Sweeps:
    """Read the sweeps.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(Sweeps, path)
