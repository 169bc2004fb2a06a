"""The script that people take away, run in a process without our package."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from tests.training.data import idx_files
from viz_models.records import (
    Budget,
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    Growth,
    MlpSpec,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.records.train.experiments import RunFault
from viz_models.training.cards.cards import CARDS
from viz_models.training.data import folders, torchvision_sets
from viz_models.training.data.torchvision_sets import TORCHVISION_SETS
from viz_models.training.loop import loop
from viz_models.training.presets import PRESETS
from viz_models.training.script import source

THREADS = torch.get_num_threads()
SHORT = Budget(amount=12, unit="steps")
POINTS = MlpSpec(depth=1, width=8, in_channels=2, size=1, classes=2)


RUNNER = """
import io, contextlib, json, runpy, sys
for file in sys.stdin.read().split():
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(file, run_name="__main__")
    print(json.dumps(said.getvalue()), flush=True)
assert not [name for name in sys.modules if name.startswith("viz_models")]
"""


def printed(specs, folder, before=""):
    """What the scripts say, one after the other in a process that cannot see our package."""
    files = []
    for i, spec in enumerate(specs):
        files.append(folder / f"run{i}.py")
        files[-1].write_text(before + source(spec, THREADS), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER],
        **{"cwd": folder, "capture_output": True, "text": True, "timeout": 110},
        input="\n".join(map(str, files)),
    )
    assert done.returncode == 0, done.stderr
    keys = ("last training loss", "test loss", "test accuracy")
    return [
        {k: float(re.search(rf"^{k} (\S+)$", text, re.MULTILINE)[1]) for k in keys}
        for text in map(json.loads, done.stdout.splitlines())
    ]


def same(specs, folder, before=""):
    for spec, found in zip(specs, printed(specs, folder, before), strict=True):
        *_, last = loop.train(spec)
        assert found["last training loss"] == pytest.approx(last.loss, rel=1e-8), spec
        assert found["test loss"] == pytest.approx(last.evaluation.loss, rel=1e-8), spec
        assert found["test accuracy"] == pytest.approx(last.evaluation.accuracy, abs=1e-4), spec


RUNS = {
    **{name: replace(run, budget=SHORT) for name, run in PRESETS.items()},
    "no norm": RunSpec(model=DigitsNetSpec(norm="none"), budget=SHORT, seed=5),
    "layer norm, momentum, clip": RunSpec(
        model=DigitsNetSpec(norm="layer", widths=(8, 16)),
        optimizer=OptimizerSpec(name="nesterov", clip=0.1, schedule="cosine", warm_up=0.3),
        budget=SHORT,
    ),
    "dropout, noise, permutation, limit": RunSpec(
        model=MlpSpec(depth=2, width=16, in_channels=1, dropout=0.3),
        data=DataSpec(label_noise=0.4, permute=True, limit=500, seed=3),
        optimizer=OptimizerSpec(name="rmsprop", lr=0.01, schedule="step", weight_decay=0.01),
        augment=("flip", "shift", "crop"),
        budget=SHORT,
        batch_size=100,
    ),
    "larger digits, channels last": RunSpec(
        model=ZooSpec(name="squeezenet1_1"),
        data=DataSpec(size=32),
        optimizer=OptimizerSpec(name="adagrad", lr=0.001),
        augment=("crop",),
        budget=Budget(amount=3, unit="steps"),
    ),
    "float16": replace(PRESETS["small-cnn"], precision="fp16", budget=SHORT),
    "lstm": RunSpec(model=RnnSpec(cell="lstm", layers=2, hidden=16), budget=SHORT),
    **{
        name: RunSpec(model=POINTS, data=DataSpec(name=name), budget=SHORT)
        for name in ("moons", "circles", "spirals")
    },
    **{
        f"fault {fault}": RunSpec(
            model=MlpSpec(depth=1, width=16, in_channels=1, norm="batch", dropout=0.3),
            fault=fault,
            budget=SHORT,
            evaluations=3,
        )
        for fault in get_args(RunFault)
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_the_script_is_the_run(half, tmp_path):
    same(list(RUNS.values())[half::2], tmp_path)


@pytest.mark.slow
def test_of_folders(tmp_path):
    drawn = np.random.default_rng(0)
    for part in ("own/train", "own/test", "none"):
        for name in ("a", "b"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(10):
                pixels = drawn.integers(0, 255, (12, 16, 3), np.uint8)
                Image.fromarray(pixels).save(folder / f"{i}.png")
    spec = RunSpec(model=MlpSpec(depth=1, width=8, classes=2, size=9), batch_size=4, budget=SHORT)
    folders = [DataSpec(name="folder", folder=str(tmp_path / f), size=9) for f in ("own", "none")]
    same([replace(spec, data=folder) for folder in folders], tmp_path)


@pytest.mark.slow
def test_of_idx_files(tmp_path):
    packed = idx_files.write(tmp_path / "packed", size=12)
    plain = idx_files.write(tmp_path / "plain" / "MNIST" / "raw", size=12, zipped=False).parents[1]
    run = RunSpec(model=MlpSpec(depth=1, width=8, in_channels=1, size=12), budget=SHORT)
    asked = [
        DataSpec(name="mnist", folder=str(plain)),
        DataSpec(name="fashion_mnist", folder=str(packed), limit=20, seed=2),
    ]
    raw = replace(run, data=asked[0], fault="not_normalized")
    same([*(replace(run, data=data) for data in asked), raw], tmp_path)


def as_rgba(pixels):
    shade = np.linspace(0, 255, pixels.shape[1]).astype(np.uint8)
    return np.dstack([pixels, np.broadcast_to(shade, pixels.shape[:2])])


def saved_in_every_format(folder, pixels, i):
    """One photo as what people have; sizes are odd, so that a crop has to round."""
    gray = pixels[..., 0]
    image = Image.fromarray(pixels)
    image.save(folder / f"{i}-a.png")
    image.save(folder / f"{i}-b.jpg", quality=90)
    image.save(folder / f"{i}-c.bmp")
    image.save(folder / f"{i}-d.gif")
    image.save(folder / f"{i}-e.webp", quality=90)
    Image.fromarray(as_rgba(pixels)).save(folder / f"{i}-f.png")
    Image.fromarray(gray.astype(np.uint16) * 257).save(folder / f"{i}-g.png")
    Image.fromarray(gray).save(folder / f"{i}-h.jpeg")
    turned = Image.Exif()
    turned[0x0112] = 6
    image.save(folder / f"{i}-i.jpg", exif=turned)
    image.convert("CMYK").save(folder / f"{i}-j.jpg")


@pytest.mark.slow
def test_of_real_photos_in_every_format(tmp_path):
    for name, photo in (("cat", skimage.data.chelsea()), ("cup", skimage.data.coffee())):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for i, (height, width) in enumerate(((61, 80), (80, 61), (47, 100), (33, 34))):
            part = photo[20 + i : 20 + i + height, 30 : 30 + width]
            saved_in_every_format(folder, np.ascontiguousarray(part), i)
    asked = DataSpec(name="folder", folder=str(tmp_path / "photos"), size=32)
    run = RunSpec(model=MlpSpec(depth=1, width=8, classes=2, size=32), batch_size=8, budget=SHORT)
    same([replace(run, data=asked), replace(run, data=replace(asked, limit=20))], tmp_path)


def test_the_middle_of_a_folder_picture_is_torchvisions(tmp_path):
    from torchvision.transforms.functional import center_crop

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i, (h, w) in enumerate(((8, 9), (9, 8), (8, 11), (8, 13), (15, 8), (8, 8))):
            pixels = np.random.default_rng(i).integers(0, 255, (h, w, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    found = folders.read(str(tmp_path), 8)
    read = {tuple(x.flatten().tolist()) for x in torch.cat([found.train_inputs, found.test_inputs])}
    for path in tmp_path.rglob("*.png"):
        pixels = torch.from_numpy(np.array(Image.open(path))).permute(2, 0, 1)
        assert tuple(center_crop(pixels, [8, 8]).flatten().tolist()) in read, path


@pytest.mark.slow
def test_a_limit_on_bytes_is_scaled_as_in_the_run(tmp_path, monkeypatch):
    """The numbers of the whole training set, and of the size in which it was fetched."""
    cifar = TORCHVISION_SETS["cifar10"]
    drawn = np.random.default_rng(1)
    pixels = (drawn.random((200, 32, 32, 3)) ** 2 * 255).astype(np.uint8)

    class Few:
        def __init__(self, root, train=True, download=False):
            self.data = pixels[:150] if train else pixels[150:]
            self.targets = list(range(10)) * (15 if train else 5)

    facts = replace(cifar.facts, train=150, test=50)
    monkeypatch.setitem(TORCHVISION_SETS, "cifar10", replace(cifar, source=Few, facts=facts))
    torchvision_sets._read.cache_clear()
    np.save(tmp_path / "pixels.npy", pixels)
    stand_in = (
        "import numpy as np, torchvision\npixels = np.load('pixels.npy')\n"
        "class Few:\n    def __init__(self, root, train=True, download=False):\n"
        "        self.data = pixels[:150] if train else pixels[150:]\n"
        "        self.targets = list(range(10)) * (15 if train else 5)\n"
        "torchvision.datasets.Few = Few\n"
    )
    run = RunSpec(model=MlpSpec(depth=1, width=8, size=32), batch_size=8, budget=SHORT)
    small = replace(run.model, size=16)
    asked = [
        replace(run, data=DataSpec(name="cifar10", limit=40, seed=2)),
        replace(run, data=DataSpec(name="cifar10", limit=4000, size=16), model=small),
    ]
    same(asked, tmp_path, before=stand_in)
    torchvision_sets._read.cache_clear()


@pytest.mark.parametrize(
    ("words", "threads", "device", "products"),
    [
        ("cpu, 3 threads, fp32", 3, "cpu", "bfloat16, enabled=False"),
        ("cpu, 1 thread, bf16", 1, "cpu", "bfloat16, enabled=True"),
        ("mps, 2 threads, fp32", 2, "mps", "bfloat16, enabled=False"),
        ("NVIDIA H100 80GB HBM3, bf16", 1, "cuda", "bfloat16, enabled=True"),
        ("Tesla T4, fp16", 1, "cuda", "float16, enabled=True"),
    ],
)
def test_the_script_says_where_the_run_computed(words, threads, device, products):
    text = source(RunSpec(budget=SHORT), 7, words)
    assert f"torch.set_num_threads({threads})" in text
    assert f'torch.device("{device}")' in text
    assert f"torch.{products}" in text
    assert "torch.set_num_threads(7)" in source(RunSpec(budget=SHORT), 7)


@pytest.mark.slow
def test_a_budget_of_seconds_ends(tmp_path):
    spec = RunSpec(budget=Budget(amount=0.5, unit="seconds"))
    assert printed([spec], tmp_path)[0]["test accuracy"] > 0.2


def short(run, folder):
    """A run of a card with few steps; MNIST is a tiny pair of idx files."""
    data = run.data
    if data.name in ("mnist", "fashion_mnist"):
        data = replace(data, folder=str(folder))
    return replace(run, data=data, budget=SHORT, seed=1, moments=0)


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_of_every_arm_of_every_card(card, tmp_path):
    images = idx_files.write(tmp_path / "images", size=28)
    same([short(arm.run, images) for arm in card.experiment.arms], tmp_path)


@pytest.mark.slow
def test_of_a_whole_run_of_a_card(tmp_path):
    """To its end; what was recorded on another processor may differ in the last digits."""
    same([CARDS["depth"].experiment.arms[-1].run], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_of_a_network_that_grows(name, tmp_path):
    model = ConvSpec(
        depths=(1, 2),
        widths=(8, 8),
        stem_width=8,
        in_channels=1,
        size=8,
        block="basic",
        activate="sum",
        branch_scale="depth",  # so that a block of the deeper network is another one
    )
    run = RunSpec(model=model, optimizer=OptimizerSpec(name=name, lr=0.01), budget=SHORT)
    grown = [Growth(at=0.25, blocks=1), Growth(blocks=2, freeze=True)]
    same([replace(run, growth=growth) for growth in grown], tmp_path)
