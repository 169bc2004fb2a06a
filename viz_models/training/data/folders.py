"""A folder of pictures, one subfolder a class, decoded once."""

from collections.abc import Hashable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.images.decode import BadImage, decode
from viz_models.language import gettext as _
from viz_models.language import ngettext
from viz_models.training.data.dataset import MAX_SIZE, Dataset, Facts, Progress, scale
from viz_models.training.data.folder_listing import Listing, listed

MAX_BYTES = 2 * 2**30  # of all pixels together, as they are kept
MAX_FILE = 64 * 2**20
NAMED = 20  # damaged files that a line names

_last: dict[Hashable, Dataset] = {}  # the folder that was read last, as long as it is the same


class _Unreadable(Exception):  # noqa: N818 - named for what it is
    """A file that cannot be read as a picture; its text says why."""


def facts(folder: str, size: int) -> Facts:
    """Return what a network must fit: the folder is listed, and one picture is opened.

    Args:
        folder: Subfolders are classes, or it has `train` and `test` with such subfolders.
        size: Height and width that pictures are brought to; 0: the first one's shorter side.

    Raises:
        ValueError: If it is no such folder, or too much of one.
    """
    found = listed(folder)
    return Facts(
        channels=3,
        size=_side(found, size),
        classes=found.classes,
        train=len(found.train),
        test=len(found.test),
    )


def left_out(folder: str) -> tuple[str, ...]:
    """Return a sentence for each reason why files of the folder are no part of the data set.

    Raises:
        ValueError: If it is no such folder.
    """
    return listed(folder).left_out


def read(folder: str, size: int, progress: Progress = lambda done, total: None) -> Dataset:
    """Read all pictures as (N, 3, size, size) uint8: the middle square, made smaller or larger.

    The folder that was read last is kept; files that changed since are read again.

    Args:
        folder: Subfolders are classes; without `train` and `test`, a fifth is kept for tests.
        size: Height and width; 0: the first one's shorter side.
        progress: Told how many pictures are decoded; may raise to stop.

    Raises:
        ValueError: If it is no such folder, too much of one, or pictures cannot be read; the
            line names them.
    """
    found = listed(folder)
    side = _side(found, size)
    key = (found.classes, found.train, found.test, side, _stamps(found))
    kept = _last.get(key)
    if kept is None:
        kept = _decoded(found, side, progress)
        _last.clear()
        _last[key] = kept
    return kept


def _stamps(found: Listing) -> tuple[tuple[int, int], ...]:
    """When each file was changed, and its size."""
    stats = (Path(path).stat() for path, _ in found.train + found.test)
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)


def _decoded(found: Listing, side: int, progress: Progress) -> Dataset:
    both = found.train + found.test
    pixels = torch.empty(len(both), 3, side, side, dtype=torch.uint8)
    damaged = []
    for i, (path, _class) in enumerate(both):
        try:
            pixels[i] = _square(_pixels(path), side)
        except _Unreadable as trouble:
            damaged.append(f"{Path(path).relative_to(found.root).as_posix()} {trouble}")
        progress(i + 1, len(both))
    if damaged:
        raise ValueError(_all_damaged(damaged))
    targets = torch.tensor([place for _, place in both])
    cut = len(found.train)
    return Dataset(
        train_inputs=pixels[:cut],
        train_targets=targets[:cut],
        test_inputs=pixels[cut:],
        test_targets=targets[cut:],
        classes=found.classes,
        **scale(pixels[:cut]),
    )


def _all_damaged(damaged: list[str]) -> str:
    named = "; ".join(damaged[:NAMED])
    if len(damaged) > NAMED:
        named = _("{named}; and {count} more").format(named=named, count=len(damaged) - NAMED)
    return ngettext(
        "one picture cannot be used; mend or remove: {named}",
        "{count} pictures cannot be used; mend or remove: {named}",
        len(damaged),
    ).format(count=len(damaged), named=named)


def _side(found: Listing, size: int) -> int:
    """Height and width that pictures are brought to."""
    side = size or _usual_side(found)
    _check_bytes(len(found.train) + len(found.test), side)
    return side


def _usual_side(found: Listing) -> int:
    """Return the shorter side of the first picture that can be read; 1 where none can."""
    for path, _class in found.train:
        try:
            return min(_pixels(path).shape[:2])
        except _Unreadable:
            continue  # reading all of them names it, together with the others
    return 1


def _check_bytes(pictures: int, size: int) -> None:
    if size > MAX_SIZE:
        raise ValueError(
            _("pictures of {size} pixels; choose a size up to {most}").format(
                size=size, most=MAX_SIZE
            )
        )
    if 3 * size * size * pictures > MAX_BYTES:
        fits = int((MAX_BYTES / (3 * pictures)) ** 0.5)
        raise ValueError(
            _(
                "{pictures} pictures of {size} pixels are more than {most} GiB; choose size "
                "{fits} or less"
            ).format(pictures=pictures, size=size, most=MAX_BYTES >> 30, fits=fits)
        )


def _pixels(path: str) -> np.ndarray:
    """(H, W, 3) uint8."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE:
            raise _Unreadable(_("has more than {most} MiB").format(most=MAX_FILE >> 20))
        return decode(file.read_bytes(), file.name).pixels
    except BadImage as trouble:
        raise _Unreadable(trouble.reason) from trouble
    except OSError as trouble:
        raise _Unreadable(_("cannot be opened ({why})").format(why=trouble.strerror)) from trouble


def _square(pixels: np.ndarray, size: int) -> Tensor:
    """Return the middle square of (H, W, 3), resized: (3, size, size) uint8."""
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = round((height - side) / 2), round((width - side) / 2)  # as torchvision crops
    middle = torch.from_numpy(pixels[top : top + side, left : left + side]).permute(2, 0, 1)
    if side == size:
        return middle
    small = F.interpolate(middle[None].float(), (size, size), mode="bilinear", antialias=True)
    return small[0].round().clamp(0, 255).to(torch.uint8)
