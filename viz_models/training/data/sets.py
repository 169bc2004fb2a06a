"""Data sets as tensors that stay in memory; a batch is one indexing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.images import digits as handwritten
from viz_models.language import gettext as _
from viz_models.records import DataSpec
from viz_models.training.data.dataset import MAX_SIZE, Dataset, Facts, Progress

FOLDERS = ("folder", "mnist", "fashion_mnist")  # may be read from a folder that is named
FLOATS = ("digits", "moons", "circles", "spirals")  # the others are kept as bytes


@cache
def digits() -> Dataset:
    """scikit-learn's 1797 handwritten digits, 1437 to train on and 360 to test."""
    pixels, labels = handwritten.read()
    train, test = handwritten.split()
    mean, std = pixels[train].mean(), pixels[train].std()
    images = torch.from_numpy((pixels - mean) / std).float()[:, None]
    targets = torch.from_numpy(labels).long()
    return Dataset(
        train_inputs=images[train],
        train_targets=targets[train],
        test_inputs=images[test],
        test_targets=targets[test],
    )


def load(spec: DataSpec, progress: Progress = lambda done, total: None) -> Dataset:
    """Load the examples that a run trains on, and change them as asked.

    Args:
        spec: Which, and what is done to them.
        progress: Told while a data set is fetched (bytes) or decoded (images); may raise to stop.

    Raises:
        ValueError: If the spec asks for what there is not.
        ConnectionError: If the data set is not on this machine and cannot be fetched.
    """
    check(spec)
    return changed(_source(spec, progress), spec)


def _source(spec: DataSpec, progress: Progress) -> Dataset:
    if spec.name == "digits":
        return digits()
    if spec.name in ("moons", "circles", "spirals"):
        from viz_models.training.data import toys

        return toys.points(spec.name)
    if spec.name == "folder":
        from viz_models.training.data import folders

        return folders.read(spec.folder, spec.size, progress)
    from viz_models.training.data import torchvision_sets

    return torchvision_sets.read(spec.name, spec.folder, progress)


def kept(spec: DataSpec) -> Dataset:
    """All examples as they are before the spec's changes; raises as `load` does."""
    check(spec)
    return _source(spec, lambda done, total: None)


def tests(spec: DataSpec, indices: Sequence[int]) -> Dataset:
    """As `load`, but of the test set these examples alone: the others need not be changed.

    Args:
        spec: Which examples.
        indices: Places in the test set.

    Raises:
        ValueError: If the spec asks for what there is not, or an index is not in the test set.
        ConnectionError: If the data set is not on this machine and cannot be fetched.
    """
    found = kept(spec)
    count = len(found.test_targets)
    if any(not 0 <= i < count for i in indices):
        raise ValueError(_("the test set has {count} examples, counted from 0").format(count=count))
    some = replace(
        found,
        train_inputs=found.train_inputs[:1],
        train_targets=found.train_targets[:1],
        test_inputs=found.test_inputs[list(indices)],
        test_targets=found.test_targets[list(indices)],
    )
    return changed(some, spec)


def ends(spec: DataSpec) -> tuple[float, float]:
    """Lowest and highest value of a test set, for what is black and what is white."""
    inputs = kept(spec).test_inputs
    if not inputs.is_floating_point():
        return 0.0, 255.0
    low, high = (float(end) for end in inputs.aminmax())
    return low, high if high > low else low + 1


def facts(spec: DataSpec) -> Facts:
    """Return what a network must fit, without loading the examples.

    Raises:
        ValueError: If the spec asks for what there is not.
    """
    check(spec)
    if spec.name == "folder":
        from viz_models.training.data import folders

        found = folders.facts(spec.folder, spec.size)
    elif spec.name in ("mnist", "fashion_mnist", "cifar10"):
        from viz_models.training.data import torchvision_sets

        found = torchvision_sets.facts(spec.name, spec.folder)
    else:
        found = _source(spec, lambda done, total: None).facts()
    size = spec.size if spec.size and found.size > 1 else found.size
    return replace(found, size=size, train=min(found.train, spec.limit or found.train))


def class_names(spec: DataSpec, count: int) -> tuple[str, ...]:
    """Return the names of the classes; numbers where the data is not here any more, or another.

    Args:
        spec: What a run trained on.
        count: Classes that it had.
    """
    try:
        names = facts(spec).classes
    except (ValueError, OSError):
        names = ()
    return names if len(names) == count else tuple(map(str, range(count)))


def left_out(spec: DataSpec) -> tuple[str, ...]:
    """Return a sentence for each reason why files of a folder are not used; of a folder alone.

    Raises:
        ValueError: If the spec asks for what there is not.
    """
    check(spec)
    if spec.name != "folder":
        return ()
    from viz_models.training.data import folders

    return folders.left_out(spec.folder)


def check(spec: DataSpec) -> None:
    """Raise a ValueError with one clear line unless there is such data."""
    names = ("digits", "mnist", "fashion_mnist", "cifar10", "folder", "moons", "circles", "spirals")
    if spec.name not in names:
        raise ValueError(
            _("unknown data {name!r}; choose {names}").format(
                name=spec.name, names=", ".join(names)
            )
        )
    if spec.name == "folder" and not spec.folder:
        raise ValueError(_("data from a folder needs the folder's path"))
    if spec.name not in FOLDERS and spec.folder:
        raise ValueError(
            _("a folder goes with data {names}, not {name!r}").format(
                names=", ".join(FOLDERS), name=spec.name
            )
        )
    if not 0 <= spec.label_noise <= 1:
        raise ValueError(
            _("label noise {noise} must be a share from 0 to 1").format(noise=spec.label_noise)
        )
    if spec.limit < 0:
        raise ValueError(
            _("limit {limit}: choose 0 (all) or more examples").format(limit=spec.limit)
        )
    if spec.size and not 4 <= spec.size <= MAX_SIZE:
        raise ValueError(
            _("size {size}: choose 0 (as they are) or 4 to {most} pixels").format(
                size=spec.size, most=MAX_SIZE
            )
        )
    if not 0 <= spec.seed < 2**32:
        raise ValueError(
            _("seed {seed} is out of range; choose 0 to {max_seed}").format(
                seed=spec.seed, max_seed=2**32 - 1
            )
        )


def changed(found: Dataset, spec: DataSpec) -> Dataset:
    """Fewer, resized, permuted, with noisy labels: as the spec says, by its seed alone."""
    if spec.size and found.train_inputs.shape[2] not in (1, spec.size):
        train, test = (_resized(x, spec.size) for x in (found.train_inputs, found.test_inputs))
        found = replace(found, train_inputs=train, test_inputs=test)
    if spec.limit and spec.limit < len(found.train_targets):
        kept = torch.randperm(len(found.train_targets), generator=_generator(spec))[: spec.limit]
        found = replace(
            found, train_inputs=found.train_inputs[kept], train_targets=found.train_targets[kept]
        )
    if spec.label_noise:
        targets = noisy(found.train_targets, spec.label_noise, len(found.classes), spec.seed)
        found = replace(found, train_targets=targets)
    if spec.permute:
        train, test = (permuted(x, spec.seed) for x in (found.train_inputs, found.test_inputs))
        found = replace(found, train_inputs=train, test_inputs=test)
    return found


def noisy(targets: Tensor, share: float, classes: int, seed: int) -> Tensor:
    """(N,) int64 with that share of the labels, rounded, replaced by classes drawn at random."""
    generator = torch.Generator().manual_seed(seed + 1)
    chosen = torch.randperm(len(targets), generator=generator)[: round(share * len(targets))]
    drawn = torch.randint(classes, (len(chosen),), generator=generator)
    return targets.index_copy(0, chosen, drawn)


def permuted(inputs: Tensor, seed: int) -> Tensor:
    """(N, C, H, W) with all pixel positions exchanged, the same way in every image and channel."""
    places = inputs.shape[2] * inputs.shape[3]
    order = torch.randperm(places, generator=torch.Generator().manual_seed(seed))
    return inputs.flatten(2)[:, :, order].reshape(inputs.shape)


def _resized(inputs: Tensor, size: int, together: int = 500) -> Tensor:
    """(N, C, size, size) of the same dtype; some at a time, for they are floats meanwhile."""
    found = torch.empty(*inputs.shape[:2], size, size, dtype=inputs.dtype)
    for old, new in zip(inputs.split(together), found.split(together), strict=True):
        changed = F.interpolate(old.float(), (size, size), mode="bilinear", antialias=True)
        new.copy_(changed.round() if inputs.dtype == torch.uint8 else changed)
    return found


def _generator(spec: DataSpec) -> torch.Generator:
    return torch.Generator().manual_seed(spec.seed)


def order(n: int, batch_size: int, seed: int, taken: int = 0) -> Iterator[Tensor]:
    """Which examples each step sees: all once in random order, then all in another order, ...

    A batch may end one pass and begin the next, so every batch is full. The order depends on
    the seed alone: with half the batch size, two batches hold what one held before.

    Args:
        n: Number of examples.
        batch_size: Examples a step.
        seed: Of the shuffling.
        taken: Steps that were taken before; the order goes on after them.

    Yields:
        (batch_size,) int64 indices below n, without end.
    """
    generator = torch.Generator().manual_seed(seed)
    begin = taken * batch_size
    for _epoch in range(begin // n):
        torch.randperm(n, generator=generator)
    left = torch.randperm(n, generator=generator)[begin % n :]
    while True:
        while len(left) < batch_size:
            left = torch.cat([left, torch.randperm(n, generator=generator)])
        yield left[:batch_size]
        left = left[batch_size:]


def batches(n: int, batch_size: int, steps: int, seed: int) -> Tensor:
    """Return the first `steps` batches of `order`: (steps, batch_size) int64 indices below n."""
    return torch.stack(list(islice(order(n, batch_size, seed), steps)))
