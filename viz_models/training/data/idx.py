"""MNIST's own files: images and labels in the idx format, packed with gzip or not.

The format is that of http://yann.lecun.com/exdb/mnist: two zeros, the type of the values (8:
bytes), the number of axes, each axis as a 32-bit big-endian integer, and then the values.
"""

import gzip
import math
import zlib
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.training.data.dataset import MAX_SIZE, Dataset, Facts, Progress, scale
from viz_models.training.data.folder_listing import check_is_here

KINDS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
AXES = {"images": 3, "labels": 1}
_WRONG = {  # axes that a file should have, and what it is
    (3, "labels"): N_("{file} should have images, but it has labels"),
    (3, ""): N_("{file} should have images, but it is no idx file of bytes"),
    (1, "images"): N_("{file} should have labels, but it has images"),
    (1, ""): N_("{file} should have labels, but it is no idx file of bytes"),
}
ENDS = ("-idx{axes}-ubyte", ".idx{axes}-ubyte")  # as LeCun names them, and as many archives do
PACKED = b"\x1f\x8b"  # how gzip begins
BYTES = 8  # the type of the values in the format's own numbers
MAX_IMAGES = 1_000_000
MAX_BYTES = 2 * 2**30  # of all images together

_last: dict[Hashable, Dataset] = {}  # what was read last, as long as its files are the same


def found(place: str, within: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return where the four files are: "train-images" -> path, and so on.

    Args:
        place: Their folder, one of the files, or a folder that torchvision keeps its data sets in.
        within: Folders below it that are looked into first, such as "MNIST/raw".

    Raises:
        ValueError: If there is no such place, or one of the files is missing; the line names it.
    """
    check_is_here(place)
    given = Path(place).expanduser()
    root = given.parent if given.is_file() else given
    if not root.is_dir():
        raise ValueError(
            _("there is no folder {folder!r}; give one with the four idx files").format(
                folder=str(root)
            )
        )
    files = max((_files(root / inner) for inner in (*within, "raw", "")), key=len)
    missing = [kind for kind in KINDS if kind not in files]
    if missing:
        names = ", ".join(_name(kind) for kind in missing)
        raise ValueError(
            _("{folder!r} lacks {names} (or the same with .gz)").format(
                folder=str(root), names=names
            )
        )
    return files


def facts(place: str, classes: tuple[str, ...], within: tuple[str, ...] = ()) -> Facts:
    """Return what a network must fit: the beginnings of the four files are read.

    Args:
        place: As for `found`.
        classes: Their names; a label is a place among them.
        within: As for `found`.

    Raises:
        ValueError: If a file is missing, is none of that kind, or does not match the others.
    """
    shapes = _shapes(found(place, within))
    (train, size, _), (test, *_) = shapes["train-images"], shapes["t10k-images"]
    return Facts(channels=1, size=size, classes=classes, train=train, test=test)


def read(
    place: str,
    classes: tuple[str, ...],
    within: tuple[str, ...] = (),
    progress: Progress = lambda done, total: None,
) -> Dataset:
    """Read the four files; what was read last is kept until a file changes.

    Args:
        place: As for `found`.
        classes: Their names; a label is a place among them.
        within: As for `found`.
        progress: Told how many files are read; may raise to stop.

    Returns:
        Inputs (N, 1, H, W) uint8 as they are in the files, targets (N,) int64.

    Raises:
        ValueError: If a file is missing, damaged, or does not match the others; one line says
            which and why.
    """
    files = found(place, within)
    stats = {kind: path.stat() for kind, path in files.items()}
    key = (classes, *((files[k], s.st_mtime_ns, s.st_size) for k, s in stats.items()))
    if key not in _last:
        made = _read(files, classes, progress)
        _last.clear()
        _last[key] = made
    return _last[key]


def _read(files: dict[str, Path], classes: tuple[str, ...], progress: Progress) -> Dataset:
    shapes, values = _shapes(files), {}
    for done, (kind, path) in enumerate(files.items(), 1):
        values[kind] = _values(path, shapes[kind])
        progress(done, len(files))
    for part in ("train", "t10k"):
        _check_labels(files[f"{part}-labels"], values[f"{part}-labels"], classes)
    inputs = values["train-images"][:, None]
    return Dataset(
        train_inputs=inputs,
        train_targets=values["train-labels"].long(),
        test_inputs=values["t10k-images"][:, None],
        test_targets=values["t10k-labels"].long(),
        classes=classes,
        **scale(inputs),
    )


def _name(kind: str, end: str = ENDS[0]) -> str:
    return kind + end.format(axes=AXES[kind.partition("-")[2]])


def _files(folder: Path) -> dict[str, Path]:
    """Return those of the four files that are in a folder; unpacked ones first."""
    there = {}
    for kind in KINDS:
        names = [_name(kind, end) + zipped for zipped in ("", ".gz") for end in ENDS]
        path = next((folder / name for name in names if (folder / name).is_file()), None)
        if path:
            there[kind] = path
    return there


def _shapes(files: dict[str, Path]) -> dict[str, tuple[int, ...]]:
    """Return the axes of each file, which must match each other."""
    shapes = {kind: _shape(path, AXES[kind.partition("-")[2]]) for kind, path in files.items()}
    for part in ("train", "t10k"):
        images, labels = shapes[f"{part}-images"], shapes[f"{part}-labels"]
        if images[0] != labels[0]:
            raise ValueError(
                _(
                    "{file} has {images} images and {file_2} has {labels} labels; they are no pair"
                ).format(
                    file=files[f"{part}-images"].name,
                    images=images[0],
                    file_2=files[f"{part}-labels"].name,
                    labels=labels[0],
                )
            )
    train, test = shapes["train-images"], shapes["t10k-images"]
    if train[1:] != test[1:]:
        raise ValueError(
            _(
                "training images have {height}x{width} pixels and test images "
                "{height_2}x{width_2}; all need the same size"
            ).format(height=train[1], width=train[2], height_2=test[1], width_2=test[2])
        )
    if train[1] != train[2] or not 4 <= train[1] <= MAX_SIZE:
        raise ValueError(
            _("images have {height}x{width} pixels; squares of 4 to {most} pixels are read").format(
                height=train[1], width=train[2], most=MAX_SIZE
            )
        )
    if max(train[0], test[0]) > MAX_IMAGES or (train[0] + test[0]) * train[1] ** 2 > MAX_BYTES:
        raise ValueError(
            _("{count} images of {size} pixels are too many to keep").format(
                count=train[0] + test[0], size=train[1]
            )
        )
    return shapes


def _shape(path: Path, axes: int) -> tuple[int, ...]:
    """Return the length of each axis, from the beginning of the file."""
    head = _bytes(path, 4 + 4 * axes)
    wanted = bytes((0, 0, BYTES, axes))
    if head[:4] != wanted:
        other = {bytes((0, 0, BYTES, n)): kind for kind, n in AXES.items()}.get(head[:4], "")
        raise ValueError(_(_WRONG[axes, other]).format(file=path.name))
    if len(head) < 4 + 4 * axes:
        raise ValueError(
            _("{file} is damaged: it ends within its first line of numbers").format(file=path.name)
        )
    shape = tuple(int(n) for n in np.frombuffer(head[4:], ">u4"))
    if not shape[0]:
        raise ValueError(_("{file} is empty").format(file=path.name))
    return shape


def _values(path: Path, shape: tuple[int, ...]) -> Tensor:
    """Return all values of a file as uint8, in the shape that its beginning says."""
    begin, count = 4 + 4 * len(shape), math.prod(shape)
    content = _bytes(path, begin + count + 1)
    if len(content) != begin + count:
        said = "×".join(map(str, shape))
        raise ValueError(
            _("{file} is damaged: it says {said} bytes and has more").format(
                file=path.name, said=said
            )
            if len(content) > begin + count
            else _("{file} is damaged: it says {said} bytes and has {count:,}").format(
                file=path.name, said=said, count=len(content) - begin
            )
        )
    return torch.from_numpy(np.frombuffer(content, np.uint8, offset=begin).reshape(shape).copy())


def _bytes(path: Path, most: int) -> bytes:
    """Return the first bytes of a file, unpacked; never more, whatever it would unpack to."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == PACKED  # whatever its name says
            file.seek(0)
            return (gzip.GzipFile(fileobj=file) if packed else file).read(most)
    except (EOFError, gzip.BadGzipFile, zlib.error) as trouble:
        raise ValueError(
            _("{file} is damaged: it cannot be unpacked").format(file=path.name)
        ) from trouble
    except OSError as trouble:
        raise ValueError(
            _("{file} cannot be read ({why})").format(file=path.name, why=trouble.strerror)
        ) from trouble


def _check_labels(path: Path, labels: Tensor, classes: tuple[str, ...]) -> None:
    highest = int(labels.max())
    if highest >= len(classes):
        raise ValueError(
            _("{file} has label {label}; labels are 0 to {last}").format(
                file=path.name, label=highest, last=len(classes) - 1
            )
        )
