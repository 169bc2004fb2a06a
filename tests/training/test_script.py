"""The script that people take away, run in a process without our package."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from viz_models.records import (
    Budget,
    DataSpec,
    DigitsNetSpec,
    Growth,
    MlpSpec,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.training.loop import loop
from viz_models.training.presets import PRESETS
from viz_models.training.script import source

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


def printed(specs, folder):
    """What the scripts say, one after the other in a process that cannot see our package."""
    files = []
    for i, spec in enumerate(specs):
        files.append(folder / f"run{i}.py")
        files[-1].write_text(source(spec), encoding="utf-8")
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


def same(specs, folder):
    for spec, found in zip(specs, printed(specs, folder), strict=True):
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
    "lstm": RunSpec(model=RnnSpec(cell="lstm", layers=2, hidden=16), budget=SHORT),
    **{
        name: RunSpec(model=POINTS, data=DataSpec(name=name), budget=SHORT)
        for name in ("moons", "circles", "spirals")
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
def test_a_budget_of_seconds_ends(tmp_path):
    spec = RunSpec(budget=Budget(amount=0.5, unit="seconds"))
    assert printed([spec], tmp_path)[0]["test accuracy"] > 0.2


def test_a_run_that_grows_has_no_script():
    with pytest.raises(ValueError, match="grows"):
        source(replace(PRESETS["resnet"], growth=Growth()))
