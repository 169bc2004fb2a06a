"""torchvision's data sets: MNIST, Fashion-MNIST and CIFAR-10, kept where torch keeps its files."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from viz_models.language import gettext as _
from viz_models.models.download import download
from viz_models.patches.light import torchvision
from viz_models.records import CIFAR10_CLASSES
from viz_models.training.data import idx
from viz_models.training.data.dataset import Dataset, Facts, Progress, scale

DIGITS = tuple("0123456789")
CLOTHES = (
    *("T-shirt", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
IDX = ("mnist", "fashion_mnist")  # those that come as idx files


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchvisionSet:
    """One of torchvision's data sets."""

    title: str
    source: Any  # torchvision's class
    facts: Facts

    @property
    def within(self) -> tuple[str, ...]:
        """Where torchvision keeps its idx files, below the folder of all data sets."""
        return (f"{self.source.__name__}/raw",)

    def files(self, root: Path) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
        """(where, MD5, addresses) of what is to be fetched."""
        if self.title == "CIFAR-10":
            yield root / self.source.filename, self.source.tgz_md5, (self.source.url,)
            return
        folder = root / self.within[0]
        for name, md5 in self.source.resources:
            yield folder / name, md5, tuple(f"{mirror}{name}" for mirror in self.source.mirrors)


_SETS = torchvision.datasets
TORCHVISION_SETS = {
    "mnist": TorchvisionSet(
        title="MNIST",
        source=_SETS.MNIST,
        facts=Facts(channels=1, size=28, classes=DIGITS, train=60_000, test=10_000),
    ),
    "fashion_mnist": TorchvisionSet(
        title="Fashion-MNIST",
        source=_SETS.FashionMNIST,
        facts=Facts(channels=1, size=28, classes=CLOTHES, train=60_000, test=10_000),
    ),
    "cifar10": TorchvisionSet(
        title="CIFAR-10",
        source=_SETS.CIFAR10,
        facts=Facts(channels=3, size=32, classes=CIFAR10_CLASSES, train=50_000, test=10_000),
    ),
}


def facts(name: str, folder: str = "") -> Facts:
    """Sizes of a data set, whether it is here or not; of a folder with idx files, theirs.

    Raises:
        ValueError: If the folder does not have four idx files that match.
    """
    one = TORCHVISION_SETS[name]
    return idx.facts(folder, one.facts.classes, one.within) if folder else one.facts


def root() -> Path:
    """Where data sets are kept: beside the weights that torch.hub fetches."""
    return Path(torch.hub.get_dir()).parent / "datasets"


def is_here(name: str) -> bool:
    """Whether a run can begin without the network."""
    one = TORCHVISION_SETS[name]
    try:
        if name in IDX:
            idx.found(str(root() / one.within[0]))
        else:
            one.source(root(), download=False)
    except (RuntimeError, ValueError):
        return False
    return True


def read(name: str, folder: str = "", progress: Progress = lambda done, total: None) -> Dataset:
    """Return the data set; fetched first where it is not here.

    Args:
        name: "mnist", "fashion_mnist" or "cifar10".
        folder: With idx files, for "mnist" and "fashion_mnist"; empty: where torchvision has them.
        progress: Told the bytes of each file while it is fetched; may raise to stop.

    Raises:
        ConnectionError: If it is not here and the network says no.
        ValueError: If what is here is damaged; the line names the file.

    References:
        LeCun et al. 1998, doi:10.1109/5.726791. Xiao et al. 2017, arXiv:1708.07747.
        Krizhevsky 2009, Learning multiple layers of features from tiny images.
    """
    one = TORCHVISION_SETS[name]
    if folder:
        return idx.read(folder, one.facts.classes, one.within)
    if not is_here(name):
        fetch(name, progress)
    if name not in IDX:
        return _read(name, str(root()))
    kept = root() / one.within[0]
    try:
        return idx.read(str(kept), one.facts.classes)
    except ValueError as trouble:
        raise ValueError(
            _("{trouble}; delete it from {folder} to have it fetched again").format(
                trouble=trouble, folder=kept
            )
        ) from trouble


def fetch(name: str, progress: Progress) -> None:
    """Put a data set where torchvision finds it.

    Raises:
        ConnectionError: If the network says no; the line names the data set.
        ValueError: If what came is not the data set.
    """
    one = TORCHVISION_SETS[name]
    for path, md5, addresses in one.files(root()):
        if not _is_right(path, md5):
            _fetch_one(one.title, path, md5, addresses, progress)
    if name in IDX:
        return  # read as they are
    try:
        for train in (True, False):
            one.source(root(), train=train, download=True)  # unpacks; nothing is left to fetch
    except (RuntimeError, OSError, EOFError) as trouble:
        raise ValueError(
            _("{title} is damaged; delete {folder} and try again").format(
                title=one.title, folder=root()
            )
        ) from trouble


def _fetch_one(
    title: str, path: Path, md5: str, addresses: tuple[str, ...], progress: Progress
) -> None:
    why: Exception | None = None
    for address in addresses:
        try:
            for done, total in download(address, path, sha256=""):
                progress(done, total)
        except OSError as trouble:
            why = trouble
            continue
        if _is_right(path, md5):
            return
        path.unlink()
        why = OSError(_("what came is not the file that was asked for (its MD5 differs)"))
    raise ConnectionError(
        _("{title} is not on this machine: {why}. Data digits is.").format(title=title, why=why)
    ) from why


def _is_right(path: Path, md5: str) -> bool:
    right: bool = _SETS.utils.check_integrity(str(path), md5)
    return right


@lru_cache(maxsize=1)
def _read(name: str, folder: str) -> Dataset:
    one = TORCHVISION_SETS[name]
    train, test = (one.source(folder, train=part) for part in (True, False))
    inputs = _pixels(train.data)
    return Dataset(
        train_inputs=inputs,
        train_targets=torch.as_tensor(train.targets),
        test_inputs=_pixels(test.data),
        test_targets=torch.as_tensor(test.targets),
        classes=one.facts.classes,
        **scale(inputs),
    )


def _pixels(found: np.ndarray) -> Tensor:
    """(N, H, W, C) uint8 as (N, C, H, W)."""
    return torch.as_tensor(found).permute(0, 3, 1, 2)
