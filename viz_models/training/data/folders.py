"""A folder of pictures, one subfolder a class, decoded once."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.images.decode import decode
from viz_models.training.data.sets import MAX_SIZE, SPLIT_SEED, Dataset, Facts, Progress
from viz_models.training.data.torchvision_sets import scale

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
MAX_CLASSES = 1000
MAX_PICTURES = 200_000
MAX_BYTES = 2 * 2**30  # of all pixels together, as they are kept
MAX_FILE = 64 * 2**20
TEST_SHARE = 0.2  # where the folder has no test set of its own

Listing = tuple[tuple[str, int], ...]  # path, class


def facts(folder: str, size: int) -> Facts:
    """What a network must fit: the folder is listed, and one picture is opened.

    Args:
        folder: Subfolders are classes, or it has `train` and `test` with such subfolders.
        size: Height and width that pictures are brought to; 0: the first one's shorter side.

    Raises:
        ValueError: If it is no such folder, or too much of one.
    """
    classes, train, test = listed(folder)
    size = size or _usual_size(train[0][0])
    _check_bytes(len(train) + len(test), size)
    return Facts(channels=3, size=size, classes=classes, train=len(train), test=len(test))


def read(folder: str, size: int, progress: Progress = lambda done, total: None) -> Dataset:
    """All pictures as (N, 3, size, size) uint8: the middle square, made smaller or larger.

    Args:
        folder: Subfolders are classes; without `train` and `test`, a fifth is kept for tests.
        size: Height and width; 0: the first one's shorter side.
        progress: Told how many pictures are decoded; may raise to stop.

    Raises:
        ValueError: If it is no such folder, too much of one, or a picture cannot be read.
    """
    classes, train, test = listed(folder)
    size = size or _usual_size(train[0][0])
    _check_bytes(len(train) + len(test), size)
    return _read(classes, train, test, size, _Told(progress))


class _Told:
    """A progress function that is no part of a cache's key."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Told)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=1)
def _read(
    classes: tuple[str, ...], train: Listing, test: Listing, size: int, told: _Told
) -> Dataset:
    total = len(train) + len(test)
    pixels = torch.empty(total, 3, size, size, dtype=torch.uint8)
    for i, (path, _) in enumerate(train + test):
        pixels[i] = _square(_pixels(path), size)
        told.progress(i + 1, total)
    targets = torch.tensor([place for _, place in train + test])
    cut = len(train)
    return Dataset(
        train_inputs=pixels[:cut],
        train_targets=targets[:cut],
        test_inputs=pixels[cut:],
        test_targets=targets[cut:],
        classes=classes,
        **scale(pixels[:cut]),
    )


def listed(folder: str) -> tuple[tuple[str, ...], Listing, Listing]:
    """Names of the classes, training pictures and test pictures, in an order of their own.

    Raises:
        ValueError: If it is no folder with two classes or more; the line says what is missing.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise ValueError(f"there is no folder {str(root)!r}; give one with a subfolder for a class")
    if (root / "train").is_dir() and (root / "test").is_dir():
        classes = _classes(root / "train")
        train, test = (tuple(_pictures(root / part, classes)) for part in ("train", "test"))
    else:
        classes = _classes(root)
        train, test = _split(list(_pictures(root, classes)))
    for part, found in (("training", train), ("test", test)):
        if not found:
            raise ValueError(f"{str(root)!r} has no {part} pictures ({', '.join(ENDINGS)})")
    if len(train) + len(test) > MAX_PICTURES:
        raise ValueError(f"{len(train) + len(test)} pictures; {MAX_PICTURES} at most")
    return classes, train, test


def _classes(root: Path) -> tuple[str, ...]:
    names = tuple(
        sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    )
    if not 2 <= len(names) <= MAX_CLASSES:
        raise ValueError(
            f"{str(root)!r} has {len(names)} subfolders; one a class, 2 to {MAX_CLASSES}"
        )
    return names


def _pictures(root: Path, classes: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for place, name in enumerate(classes):
        folder = root / name
        if folder.is_dir():
            files = (p for p in folder.iterdir() if p.suffix.lower() in ENDINGS)
            yield from ((str(p), place) for p in sorted(files) if not p.name.startswith("."))


def _split(found: list[tuple[str, int]]) -> tuple[Listing, Listing]:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(found))
    cut = round(TEST_SHARE * len(found))
    train, test = np.sort(order[cut:]), np.sort(order[:cut])
    return tuple(found[i] for i in train), tuple(found[i] for i in test)


def _check_bytes(pictures: int, size: int) -> None:
    if size > MAX_SIZE:
        raise ValueError(f"pictures of {size} pixels; choose a size up to {MAX_SIZE}")
    if 3 * size * size * pictures > MAX_BYTES:
        fits = int((MAX_BYTES / (3 * pictures)) ** 0.5)
        raise ValueError(
            f"{pictures} pictures of {size} pixels are more than {MAX_BYTES >> 30} GiB; "
            f"choose size {fits} or less"
        )


def _usual_size(path: str) -> int:
    return min(_pixels(path).shape[:2])


def _pixels(path: str) -> np.ndarray:
    """(H, W, 3) uint8."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE:
            raise ValueError(f"{file.name} has more than {MAX_FILE >> 20} MiB; leave it out")
        return decode(file.read_bytes(), file.name).pixels
    except OSError as trouble:
        raise ValueError(f"{file.name} cannot be read: {trouble.strerror}") from trouble


def _square(pixels: np.ndarray, size: int) -> Tensor:
    """The middle square of (H, W, 3), resized: (3, size, size) uint8."""
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = round((height - side) / 2), round((width - side) / 2)  # as torchvision crops
    middle = torch.from_numpy(pixels[top : top + side, left : left + side]).permute(2, 0, 1)
    if side == size:
        return middle
    small = F.interpolate(middle[None].float(), (size, size), mode="bilinear", antialias=True)
    return small[0].round().clamp(0, 255).to(torch.uint8)
