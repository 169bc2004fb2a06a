"""How well a network does on photos as people take them: a folder, one subfolder a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from viz_models.analysis.flow import ten_parts
from viz_models.images.decode import BadImage, decode
from viz_models.records import CIFAR10_CLASSES
from viz_models.training.data.folder_listing import by_class

_OTHER_NAMES = {
    "plane": "airplane", "aeroplane": "airplane", "car": "automobile", "auto": "automobile",
    "lorry": "truck", "boat": "ship", "puppy": "dog", "kitten": "cat",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a network says of the photos of one subfolder."""

    folder: str
    label: str  # the class that it is; empty where it is none that the network knows
    photos: int = 0
    right: int = 0  # by the mean over ten parts of the photo, as the flow page says
    sure: int = 0  # with a probability that is not below the threshold
    right_middle: int = 0  # the same by the middle of the photo alone
    sure_middle: int = 0
    changed: int = 0  # photos of which the two say different classes
    unreadable: int = 0


def measured(net: nn.Module, folder: str, below: tuple[float, float]) -> tuple[Count, ...]:
    """Ask a network about every photo, prepared and averaged as on the flow page.

    Args:
        net: Of the ten classes, in eval mode.
        folder: Its subfolders are called as the classes ("dog", "Dogs", "car"); one with another
            name holds other things.
        below: The thresholds under which an answer counts as not sure: of the mean over ten parts,
            and of the middle alone.

    Raises:
        ValueError: If there is no such folder, or it has no photo of the ten classes or others.
    """
    return tuple(_counted(net, name, paths, below) for name, paths in by_class(folder).items())


def label_of(name: str) -> str:
    """Return the class that a folder's name means; empty where it is none of the ten."""
    plain = name.lower().strip()
    for word in (plain, plain.removesuffix("s")):
        if word in CIFAR10_CLASSES:
            return word
        if word in _OTHER_NAMES:
            return _OTHER_NAMES[word]
    return ""


def accuracy(counts: Sequence[Count]) -> tuple[int, int, int]:
    """Return how many photos of known classes are right, by the middle alone, and of how many."""
    known = [count for count in counts if count.label]
    by_all, by_middle = (sum(getattr(c, name) for c in known) for name in ("right", "right_middle"))
    return by_all, by_middle, sum(c.photos for c in known)


def _counted(net: nn.Module, name: str, paths: Sequence[Path], below: tuple[float, float]) -> Count:
    label, unreadable = label_of(name), 0
    named: list[tuple[str, str]] = []  # by the mean, and by the middle
    largest: list[tuple[float, float]] = []
    for path in paths:
        try:
            photo = decode(path.read_bytes(), path.name)
        except (BadImage, OSError):
            unreadable += 1
            continue
        chances = ten_parts.chances(net, ten_parts.cut(photo))
        both = chances.mean(0), chances[ten_parts.MIDDLE]
        all_say, middle_says = (CIFAR10_CLASSES[int(c.argmax())] for c in both)
        named.append((all_say, middle_says))
        largest.append((float(both[0].max()), float(both[1].max())))
    return Count(
        folder=name,
        label=label,
        photos=len(named),
        right=sum(said == label for said, _ in named),
        sure=sum(most >= below[0] for most, _ in largest),
        right_middle=sum(said == label for _, said in named),
        sure_middle=sum(most >= below[1] for _, most in largest),
        changed=sum(a != b for a, b in named),
        unreadable=unreadable,
    )
