"""Our training loop beside the textbook one: DataLoader, transforms a picture, .to(device).

Both train the same network on the same pictures, with the same optimizer and number of threads.
The textbook one is written as PyTorch's own tutorial has it, with a DataLoader in the process.
On a GPU also: share of the roofline, and seconds to 90 and 94 % on CIFAR-10.
"""

import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchvision import transforms

from benchmarks.measure import print_table
from viz_models.models.builder.presets import preset
from viz_models.records import (
    Budget,
    ConvSpec,
    DataSpec,
    OptimizerSpec,
    RunSpec,
)
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Dataset as Examples
from viz_models.training.data.resident import Resident
from viz_models.training.loop import loop, networks, placement
from viz_models.training.loop.costs import cost
from viz_models.training.loop.evaluation import evaluate
from viz_models.training.presets import PRESETS

TURNS = 3  # of each loop, one after the other
PICTURES = 2048  # of 32x32, drawn at random: the speed does not depend on what they show
GOALS = (0.90, 0.94)
SMALL = ConvSpec(depths=(1, 1, 1), widths=(16, 32, 64), connect="plain", norm="batch")
RESNET18 = ConvSpec(
    depths=(2, 2, 2, 2), widths=(64, 128, 256, 512), block="basic", norm="batch", activate="sum"
)  # He et al.'s, with a stem for 32 pixels


@dataclass(frozen=True)
class Case:
    """One network on one kind of pictures."""

    title: str
    spec: RunSpec
    steps: int  # a turn


class Pictures(Dataset):
    """Pictures as files would give them: decoded one by one, then transformed."""

    def __init__(self, examples: Examples) -> None:
        """Keep each picture as Pillow opens it."""
        rows = examples.train_inputs.permute(0, 2, 3, 1).numpy()
        self.images = [Image.fromarray(row) for row in rows]
        self.targets = examples.train_targets.tolist()
        scale = [[v / 255 for v in values] for values in (examples.mean, examples.std)]
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(*scale),
            ]
        )

    def __len__(self) -> int:
        """How many."""
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        """One, transformed anew each time."""
        return self.transform(self.images[i]), self.targets[i]


def textbook(spec: RunSpec, examples: Dataset) -> Iterator[float]:
    """Yield the loop of PyTorch's tutorial; one loss a step."""
    device = placement.find(spec.device)
    net = networks.build(spec.model, spec.seed).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), spec.optimizer.lr, momentum=0.9)
    loader = DataLoader(
        examples, spec.batch_size, shuffle=True, drop_last=True, pin_memory=device.type == "cuda"
    )
    for _ in itertools.count():
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            optimizer.step()
            yield loss.item()


def ours(spec: RunSpec) -> Iterator[float]:
    """Our loop, with all that it records a step."""
    for record in loop.train(spec):
        yield record.loss


def main() -> None:
    """Print images a second of both loops, and their ratio."""
    threads, device = torch.get_num_threads(), placement.find("auto")
    with tempfile.TemporaryDirectory() as folder:
        body = []
        for case in cases(_photos(Path(folder))):
            body.append(_row(case))
            print(*body[-1], sep="  ", file=sys.stderr, flush=True)  # the slow ones come last
    print_table(
        f"training on {device}, {threads} thread(s), images/s",
        ("network", "textbook", "ours", "ratio", "ours, of the peak"),
        body,
    )
    print("textbook: DataLoader in the process, contiguous float32; ratio: median of the turns'")
    if device.type == "cuda":
        to_goals()


def cases(photos: DataSpec) -> list[Case]:
    """Return what is trained, the cheapest first."""
    run = RunSpec(
        optimizer=OptimizerSpec(name="momentum", lr=0.01),
        batch_size=64,
        budget=Budget(amount=100_000, unit="steps"),
    )
    cnn, mlp = (PRESETS[name].model for name in ("small-cnn", "small-mlp"))
    wide, _ = networks.fit_to(mlp, data.facts(photos))
    shown = replace(run, data=photos, augment=("shift", "flip"))
    return [
        Case("small-mlp, digits", replace(run, model=mlp), 60),
        Case("small-cnn, digits", replace(run, model=cnn), 20),
        Case("small-mlp, 32x32 photos", replace(shown, model=wide), 8),
        Case("small CNN, 32x32 photos", replace(shown, model=SMALL), 4),
        Case("res-20, 32x32 photos", replace(shown, model=preset("res20")), 1),
        Case("ResNet-18, 32x32 photos", replace(shown, model=RESNET18), 1),
    ]


def _photos(folder: Path) -> DataSpec:
    """Return a folder of random pictures."""
    drawn = np.random.default_rng(0)
    for part, count in (("train", PICTURES), ("test", 20)):
        for name in range(10):
            place = folder / part / str(name)
            place.mkdir(parents=True)
            for i in range(count // 10):
                pixels = drawn.integers(0, 256, (32, 32, 3), np.uint8)
                Image.fromarray(pixels).save(place / f"{i}.png")
    return DataSpec(name="folder", folder=str(folder))


def _row(case: Case) -> tuple[str, ...]:
    spec = case.spec
    examples = data.load(spec.data)
    peer = (
        Pictures(examples)
        if examples.mean
        else TensorDataset(examples.train_inputs, examples.train_targets)
    )
    rates = _rates({"textbook": textbook(spec, peer), "ours": ours(spec)}, case)
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["textbook"], strict=True))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    flops = 2 * 3 * cost(spec.model, spec.data).macs * medians["ours"]
    return (
        case.title,
        *(f"{medians[name]:,.0f}" for name in ("textbook", "ours")),
        f"{ratio:.2f}x",
        f"{100 * flops / peak():.0f} %",
    )


def _rates(loops: dict[str, Iterator[float]], case: Case) -> dict[str, list[float]]:
    """Images a second of each loop, in turns."""
    found: dict[str, list[float]] = {name: [] for name in loops}
    for turn in range(-1, TURNS):
        for name, steps in loops.items():
            begin = time.perf_counter()
            for _ in islice(steps, case.steps):
                pass
            if turn >= 0:
                taken = time.perf_counter() - begin
                found[name].append(case.steps * case.spec.batch_size / taken)
    return found


@cache
def peak() -> float:
    """Floating point operations a second that a large matrix product reaches here."""
    device = placement.find("auto")
    low = placement.bf16_is_faster(device)
    size, rounds = (8192, 20) if device.type == "cuda" else (1024, 5)
    x = torch.randn(size, size, device=device, dtype=torch.bfloat16 if low else torch.float32)
    best = 0.0
    for _ in range(rounds):
        begin = time.perf_counter()
        (x @ x)[0, 0].item()
        best = max(best, 2 * size**3 / (time.perf_counter() - begin))
    return best


def to_goals() -> None:
    """Seconds of training to 90 and 94 % on CIFAR-10, of both loops."""
    folder = os.environ.get("CIFAR10_FOLDER", "")
    spec = RunSpec(
        model=RESNET18,
        data=DataSpec(name="folder", folder=folder) if folder else DataSpec(name="cifar10"),
        optimizer=OptimizerSpec(name="nesterov", lr=0.4, weight_decay=5e-4, schedule="one cycle"),
        batch_size=512,
        budget=Budget(amount=30, unit="epochs"),
        augment=("shift", "flip"),
        evaluations=30,
    )
    found = {"textbook": _textbook_reaches(spec), "ours": _reaches(spec)}
    body = [
        (f"{goal:.0%}", *(times.get(goal, "not reached") for times in found.values()))
        for goal in GOALS
    ]
    print_table("CIFAR-10, ResNet-18 for 32 pixels, training until", ("to", *found), body)


def _reaches(spec: RunSpec) -> dict[float, str]:
    found: dict[float, str] = {}
    for record in loop.train(spec):
        for goal in GOALS:
            if record.evaluation and record.evaluation.accuracy >= goal:
                found.setdefault(goal, f"{record.seconds:.0f} s")
    return found


def _textbook_reaches(spec: RunSpec) -> dict[float, str]:
    """Return the same epochs, rates and weight decay; only training is timed."""
    examples, device = data.load(spec.data), placement.find(spec.device)
    net = networks.build(spec.model, spec.seed).to(device)
    resident = Resident(examples, placement.Place(device=device), channels=3)
    loader = DataLoader(
        Pictures(examples),
        spec.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=os.cpu_count() or 0,
        pin_memory=True,
        persistent_workers=True,
    )
    asked, epochs = spec.optimizer, int(spec.budget.amount)
    optimizer = torch.optim.SGD(
        net.parameters(), asked.lr, 0.9, nesterov=True, weight_decay=asked.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, asked.lr, epochs * len(loader))
    seconds, found = 0.0, {}
    for _ in range(epochs):
        begin = time.perf_counter()
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(inputs.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            schedule.step()
        loss.item()
        seconds += time.perf_counter() - begin
        for goal in GOALS:
            if evaluate(net, resident).accuracy >= goal:
                found.setdefault(goal, f"{seconds:.0f} s")
    return found
