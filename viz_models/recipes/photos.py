"""How well a network does on photos as people take them: a folder, one subfolder a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from viz_models.analysis.flow.preprocess import prepare
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
    right: int = 0
    sure: int = 0  # with a probability that is not below the threshold
    unreadable: int = 0


def measured(net: nn.Module, folder: str, below: float) -> tuple[Count, ...]:
    """Ask a network about every photo, prepared as on the flow page.

    Args:
        net: Of the ten classes, in eval mode.
        folder: Its subfolders are called as the classes ("dog", "Dogs", "car"); one with another
            name holds other things.
        below: The threshold under which an answer counts as not sure.

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


def accuracy(counts: Sequence[Count]) -> tuple[int, int]:
    """Return how many photos of known classes are right, and of how many."""
    known = [count for count in counts if count.label]
    return sum(c.right for c in known), sum(c.photos for c in known)


def _counted(net: nn.Module, name: str, paths: Sequence[Path], below: float) -> Count:
    label, photos, right, sure, unreadable = label_of(name), 0, 0, 0, 0
    for path in paths:
        try:
            photo = decode(path.read_bytes(), path.name)
        except (BadImage, OSError):
            unreadable += 1
            continue
        with torch.no_grad():
            chances = net(torch.from_numpy(prepare(photo).tensor)[None])[0].softmax(0)
        photos += 1
        right += CIFAR10_CLASSES[int(chances.argmax())] == label
        sure += bool(chances.max() >= below)
    return Count(
        folder=name, label=label, photos=photos, right=right, sure=sure, unreadable=unreadable
    )
