"""Which files of a folder are pictures of which class, and which are left out and why."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.training.data.dataset import SPLIT_SEED

ENDINGS = (".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".webp", ".gif", ".bmp")
TRAIN_NAMES = ("train", "training", "train_set", "training_set")
TEST_NAMES = (
    *("test", "testing", "test_set", "testing_set"),
    *("val", "valid", "validation", "val_set", "valid_set", "validation_set", "eval"),
)  # the first that there is; the others are left out
MAX_CLASSES = 1000
MAX_PICTURES = 200_000
TEST_SHARE = 0.2  # of each class, where the folder has no test set of its own
SHOWN = 3  # examples of what is left out
BESIDE = N_("beside the folders of the classes")

Pictures = tuple[tuple[str, int], ...]  # path, class
LeftOut = dict[str, list[str]]  # why, in English -> paths below the folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A folder of pictures, not read yet."""

    root: Path
    classes: tuple[str, ...]
    train: Pictures
    test: Pictures
    left_out: tuple[str, ...]  # a sentence for each reason, with the number of files


def listed(folder: str) -> Listing:
    """List a folder of pictures, one subfolder a class, in an order of its own.

    It may hold training and test pictures in folders of their own, such as `train` and `val`;
    otherwise a fifth of each class is kept for tests. Folders inside the folder of a class count,
    as in torchvision's ImageFolder, and so does a folder around all of it.

    Raises:
        ValueError: If there are not two classes or more with pictures to train on and to test;
            the line names what is missing.
    """
    check_is_here(folder)
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise ValueError(
            _("there is no folder {folder!r}; give one with a subfolder for a class").format(
                folder=str(root)
            )
        )
    left_out: LeftOut = {}
    inner = _inside(root)
    parts = _parts(inner)
    if parts:
        train, test = (_by_class(root, _inside(part), left_out) for part in parts)
        _check_same(parts, train, test)
        _leave_out(left_out, BESIDE, root, _own_files(inner))
        for other in _folders(inner):
            if other not in parts:
                _leave_out(
                    left_out, N_("in a folder beside training and test"), root, _files(other)
                )
    else:
        train, test = _split(_by_class(root, inner, left_out))
    classes = tuple(train)
    _check_count(root, classes, sum(map(len, (*train.values(), *test.values()))))
    numbered = [
        tuple((str(path), i) for i, name in enumerate(classes) for path in part[name])
        for part in (train, test)
    ]
    said = tuple(_sentence(why, paths) for why, paths in left_out.items())
    return Listing(root=root, classes=classes, train=numbered[0], test=numbered[1], left_out=said)


def check_is_here(folder: str) -> None:
    """Raise a ValueError for a folder of another machine.

    Windows would ask that machine, and say who asks.
    """
    if folder.startswith(("\\\\", "//")):
        raise ValueError(_("folders of other machines are not read; copy it to this one"))


def by_class(folder: str) -> dict[str, list[Path]]:
    """Return the pictures in each subfolder of a folder, by its name.

    Raises:
        ValueError: If there is no such folder, or nothing in it.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise ValueError(
            _("there is no folder {folder!r}; give one with a subfolder for a class").format(
                folder=str(root)
            )
        )
    found = _by_class(root, _inside(root), {})
    if not found:
        raise ValueError(
            _("{folder!r} has no subfolders with pictures; one a class is needed").format(
                folder=str(root)
            )
        )
    return found


def _folders(root: Path) -> list[Path]:
    """Subfolders that somebody made; a Mac's archive adds one of its own."""
    found = (p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    return sorted(p for p in found if p.name != "__MACOSX")


def _inside(root: Path) -> Path:
    """Return the folder that has the classes: archives often put one folder around everything."""
    while True:
        inner = _folders(root)
        if len(inner) != 1 or not _folders(inner[0]):
            return root
        root = inner[0]


def _parts(root: Path) -> tuple[Path, Path] | None:
    """Where the training and the test pictures are, each with a subfolder a class."""
    known = {p.name.lower().replace("-", "_").replace(" ", "_"): p for p in _folders(root)}
    train = next((known[name] for name in TRAIN_NAMES if name in known), None)
    with_classes = (known[name] for name in TEST_NAMES if name in known and _folders(known[name]))
    test = next(with_classes, None)
    return (train, test) if train and test and _folders(train) else None


def _by_class(root: Path, part: Path, left_out: LeftOut) -> dict[str, list[Path]]:
    """Return the pictures of each class that has some; the rest is noted."""
    _leave_out(left_out, BESIDE, root, _own_files(part))
    found: dict[str, list[Path]] = {}
    for folder in _folders(part):
        pictures = [p for p in _files(folder) if _is_picture(p, folder, root, left_out)]
        if pictures:
            found[folder.name] = pictures
        else:
            _leave_out(left_out, N_("a folder without a picture"), root, [folder])
    return found


def _own_files(folder: Path) -> list[Path]:
    """Pictures directly in a folder; what else lies there, such as a table, is not missed."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and p.is_file())


def _files(folder: Path) -> Iterator[Path]:
    """Everything below a folder that could be a picture, links followed, no folder twice."""
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()  # a link that leads back
            continue
        seen.add(real)
        folders.sort()
        named_like_files = [name for name in folders if Path(name).suffix.lower() in ENDINGS]
        yield from (Path(here, name) for name in sorted([*files, *named_like_files]))


def _is_picture(path: Path, folder: Path, root: Path, left_out: LeftOut) -> bool:
    """Whether a file in the folder of a class is a picture; noted where it is not."""
    if any(name.startswith(".") for name in path.relative_to(folder).parts):
        why = N_("hidden, for the name begins with a dot")
    elif path.suffix.lower() not in ENDINGS:
        why = N_("not named like a picture ({endings})")
    elif not path.is_file():
        why = N_("no file, but a folder or a link that leads nowhere")
    else:
        return True
    _leave_out(left_out, why, root, [path])
    return False


def _leave_out(left_out: LeftOut, why: str, root: Path, paths: Iterable[Path]) -> None:
    below = [path.relative_to(root).as_posix() for path in paths]
    if below:
        left_out.setdefault(why, []).extend(below)


def _sentence(why: str, paths: list[str]) -> str:
    shown = ", ".join(paths[:SHOWN]) + (", …" if len(paths) > SHOWN else "")
    said = _(why).format(endings=", ".join(ENDINGS))
    return _("{count} left out, {why}: {shown}").format(count=len(paths), why=said, shown=shown)


def _split(found: dict[str, list[Path]]) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Of each class a fifth for tests, at least one; the same pictures every time."""
    small = [name for name, paths in found.items() if len(paths) < 2]
    if small:
        raise ValueError(
            _(
                "{names} has one picture alone; give each class two or more, so that one can "
                "be kept for tests"
            ).format(names=_names(small))
        )
    train: dict[str, list[Path]] = {}
    test: dict[str, list[Path]] = {}
    for name, paths in found.items():
        order = np.random.default_rng(SPLIT_SEED).permutation(len(paths))
        cut = max(1, round(TEST_SHARE * len(paths)))
        train[name] = [paths[i] for i in np.sort(order[cut:])]
        test[name] = [paths[i] for i in np.sort(order[:cut])]
    return train, test


def _check_same(
    parts: tuple[Path, Path], train: dict[str, list[Path]], test: dict[str, list[Path]]
) -> None:
    for part, found, other in ((parts[0], train, test), (parts[1], test, train)):
        missing = [name for name in other if name not in found]
        if missing:
            raise ValueError(
                _(
                    "{part!r} has no pictures of {names}; training and test pictures need the "
                    "same classes"
                ).format(part=part.name, names=_names(missing))
            )


def _check_count(root: Path, classes: tuple[str, ...], pictures: int) -> None:
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise ValueError(
            _("{folder!r} has {count} subfolders with pictures; one a class, 2 to {most}").format(
                folder=str(root), count=len(classes), most=MAX_CLASSES
            )
        )
    if pictures > MAX_PICTURES:
        raise ValueError(
            _("{pictures} pictures; {most} at most").format(pictures=pictures, most=MAX_PICTURES)
        )


def _names(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:10])
    if len(names) <= 10:
        return shown
    return _("{shown} and {count} more").format(shown=shown, count=len(names) - 10)
