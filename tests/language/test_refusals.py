"""What a reader is refused, and why a run ended, is said in the reader's language."""

import ast
import json

import numpy as np
import pytest
from torch import nn

from tests.conftest import ROOT
from tests.training.data import idx_files
from viz_models import language
from viz_models.analysis.anynet.opening import weights
from viz_models.analysis.anynet.opening.opened import opened
from viz_models.analysis.anynet.record import record
from viz_models.analysis.flow.arithmetic.question import checked_cell
from viz_models.analysis.vision import detector_roi
from viz_models.language import pseudo
from viz_models.records import (
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    Growth,
    MlpSpec,
    OpenSpec,
    OptimizerSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.records.flow.opened import VARIABLE
from viz_models.records.train.experiments import Budget
from viz_models.runs import dispatcher, engine, reading, worker
from viz_models.training import specs
from viz_models.training.data import folder_listing, folders, idx, sets
from viz_models.training.loop import checks, networks, placement
from viz_models.training.loop.price import price


def is_said(text):
    """Whether all of a text is in the pseudo-language, but for what stands in its blanks."""
    return text.startswith(pseudo.BEGIN) and text.endswith(pseudo.END)


def refused(do, *args, **kwargs):
    """What a call is refused for."""
    with pytest.raises(ValueError, match=r".") as found:
        do(*args, **kwargs)
    return str(found.value)


@pytest.fixture
def spoken():
    with language.speaking(pseudo.NAME):
        yield


# ------------------------------------------------------------------ what a run is refused for
RUNS = {
    "a batch of none": RunSpec(batch_size=0),
    "no seed": RunSpec(seed=-1),
    "no budget": RunSpec(budget=Budget(amount=-1)),
    "half a step": RunSpec(budget=Budget(amount=0.5, unit="steps")),
    "too many seconds": RunSpec(budget=Budget(amount=1e9, unit="seconds")),
    "a rate below 0": RunSpec(optimizer=OptimizerSpec(lr=-1)),
    "momentum 1": RunSpec(optimizer=OptimizerSpec(momentum=1)),
    "clip below 0": RunSpec(optimizer=OptimizerSpec(clip=-1)),
    "an unknown optimizer": RunSpec(optimizer=OptimizerSpec(name="lion")),
    "three workers": RunSpec(batch_size=64, workers=3),
    "workers and a fault": RunSpec(workers=2, batch_size=64, fault="zero_grad"),
    "points that are shifted": RunSpec(
        model=MlpSpec(in_channels=2, size=1, classes=2),
        data=DataSpec(name="moons"),
        augment=("shift",),
    ),
    "unknown data": RunSpec(data=DataSpec(name="cats")),
    "a folder without its path": RunSpec(data=DataSpec(name="folder")),
    "too much noise": RunSpec(data=DataSpec(label_noise=2)),
    "growth too late": RunSpec(
        model=ConvSpec(in_channels=1, size=8), growth=Growth(at=1.0, blocks=1)
    ),
    "a norm that is none": RunSpec(model=DigitsNetSpec(norm="odd")),
    "another size": RunSpec(model=ConvSpec(in_channels=1, size=32)),
    "a network of torchvision that is none": RunSpec(model=ZooSpec(name="resnet19")),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_run_is_refused_in_the_readers_language(run, spoken):
    said = refused(checks.check, run)
    assert is_said(said)


@pytest.mark.slow  # it measures how fast this machine is
def test_a_run_that_is_too_much_says_what_fits_in_the_readers_language(spoken):
    run = RunSpec(budget=Budget(amount=200, unit="seconds"))
    said = refused(price, run, hosted=True)
    assert is_said(said)
    assert "[!! à ƀũďĝëţ õƒ 120 ŝëčõñďŝ !!]" in said


def test_what_the_data_asks_of_a_network_is_said_in_the_readers_language(spoken):
    _fitted, moved = networks.fit_to(MlpSpec(), sets.facts(DataSpec()))
    assert moved
    assert all(is_said(repair.why) for repair in moved)


def test_a_device_that_is_not_here(spoken):
    said = refused(placement.find, "tpu")
    assert is_said(said)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"arms": 3}',
        '{"batch_size": "many"}',
        '{"optimizer": {"name": 3}}',
        '{"lesson": {"page": "cats"}}',
        '{"lesson": {"page": "gan", "steps": 0.5}}',
    ],
)
def test_a_link_is_refused_in_the_readers_language(text, spoken):
    said = refused(specs.from_json, json.loads(text))
    assert is_said(said)


# ------------------------------------------------------------------ data that cannot be read
def picture(path):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)


def test_a_folder_is_refused_in_the_readers_language(tmp_path, spoken):
    for folder in (str(tmp_path / "nowhere"), "//another/machine", str(tmp_path)):
        assert is_said(refused(folders.facts, folder, 0))
    picture(tmp_path / "one/a.png")
    assert is_said(refused(folders.facts, str(tmp_path), 0))


def test_what_of_a_folder_is_not_used_or_damaged_is_said_in_the_readers_language(tmp_path, spoken):
    for name in ("one/a", "one/b", "two/a", "two/b"):
        picture(tmp_path / f"{name}.png")
    picture(tmp_path / "beside.png")
    (tmp_path / "one/notes.txt").write_text("no picture")
    left_out = folder_listing.listed(str(tmp_path)).left_out
    assert len(left_out) == 2
    assert all(map(is_said, left_out))
    assert any(".png, .jpg" in sentence for sentence in left_out)
    (tmp_path / "one/a.png").write_bytes(b"")
    said = refused(folders.read, str(tmp_path), 8)
    assert is_said(said)
    assert "one/a.png [!! " in said


@pytest.mark.parametrize(
    "how", [lambda _: b"<html>", lambda b: b[:9], lambda b: b[:-5], lambda b: b + b"x"]
)
def test_an_idx_file_is_refused_in_the_readers_language(how, tmp_path, spoken):
    file = idx_files.write(tmp_path, zipped=False) / "train-images-idx3-ubyte"
    file.write_bytes(how(file.read_bytes()))
    said = refused(idx.read, str(tmp_path), tuple("0123456789"))
    assert is_said(said)


# ------------------------------------------------------------------ a network of one's own
OPENED = {
    "no network": OpenSpec(source="resnet18"),
    "no file": OpenSpec(source="nowhere/mine.py:MyNet"),
    "no program": OpenSpec(source="nowhere.pt2"),
    "not shipped": OpenSpec(source="shipped:cat"),
    "no shape": OpenSpec(inputs=("3,many",)),
    "no loss": OpenSpec(loss="most"),
    "no such class": OpenSpec(loss="cross_entropy:999999"),
    "no such photo": OpenSpec(photo="nobody.png"),
    "another shape": OpenSpec(inputs=("3",)),
    "no checkpoint": OpenSpec(source="build:res20", checkpoint="nowhere.pt"),
}


@pytest.mark.parametrize("spec", OPENED.values(), ids=OPENED)
def test_a_network_is_refused_in_the_readers_language(spec, spoken):
    said = refused(opened, spec)
    assert is_said(said)


def test_weights_of_another_network_are_named_in_the_readers_language(spoken):
    tensors = nn.Linear(3, 4).state_dict()
    said = refused(weights.load, nn.Linear(3, 5, bias=False), tensors, "mine.pt")
    assert is_said(said)
    assert "weight (4×3, ñõţ 5×3)" in said


def test_what_a_network_takes_is_said_in_the_readers_language(spoken):
    said = refused(record, nn.Linear(2, 3))
    assert is_said(said)
    assert "(input: " in said


def test_a_value_or_a_box_that_is_not_there(spoken):
    assert is_said(refused(checked_cell, (9, 9), (2, 3, 4, 5), "conv1"))
    assert is_said(refused(detector_roi.inside, (9, 9, 1, 1)))


# ------------------------------------------------------------------ why a run ended
REASONS = {
    worker.OUT_OF_MEMORY,
    worker.DISK_FULL,
    worker.DIVERGED.format(n=12),
    worker.STOPPED.format(n=0),
    dispatcher.STOPPED.reason,
    reading.UNREADABLE,
    engine._why(-9),
    engine._why(-11),
    engine._why(1),
    "no sign of life for 60 s: it hung",
    "longer than the limit of 0.5 s",
    "out of memory: more than the limit of 1.5 GiB",
    "disk full: more than the limit of 2 GiB",
    "one of its 4 workers has ended: resume it where it was kept last",
    "this GPU has no bfloat16; choose precision fp32",
}


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_reason_is_kept_in_english_and_drawn_in_the_readers_language(reason, spoken):
    assert is_said(language.numbered(reason))


# ------------------------------------------------------------------ on the pages
def warned(open_page, page, **params):
    at = open_page("pages/site.py")
    for name, value in {"lang": pseudo.NAME, **params}.items():
        at.query_params[name] = value
    at = at.switch_page(page).run()
    assert [e.value for e in at.exception] == []
    return [box.value.replace("\\", "") for box in (*at.warning, *at.error)]


def test_a_network_that_cannot_be_opened_on_its_page(open_page, monkeypatch):
    monkeypatch.setenv(VARIABLE, OpenSpec(source="nowhere/mine.py:MyNet").text())
    assert warned(open_page, "flow/yours.py") == ["[!! ñõ ŝũčĥ ƒïľë: nowhere/mine.py !!]"]


def test_a_link_to_a_run_that_cannot_be_made(open_page):
    text = json.dumps(specs.to_json(RunSpec(batch_size=0)))
    with language.speaking(pseudo.NAME):
        why = refused(checks.check, RunSpec(batch_size=0))
    (said,) = warned(open_page, "train/train.py", spec=text)
    assert is_said(said)
    assert is_said(why)
    assert why in said


# ------------------------------------------------------------------ no plain line comes back
VISIBLE = (
    *("training/data", "training/loop", "training/lessons", "training/small"),
    *("analysis/anynet/opening", "training/specs.py", "training/gan/plane.py"),
    *("analysis/anynet/gradients.py", "models/digits_net.py"),
)
SEEN_BY_NOBODY = {
    "no archive",  # is caught, and said in other words
    "unknown norm {…}; choose none, batch, layer or group",  # `check` says it first
}


def plain(path):
    """The texts that a file raises without the door."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for given in node.exc.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value
                elif isinstance(given, ast.JoinedStr):
                    yield "".join(
                        part.value if isinstance(part, ast.Constant) else "{…}"
                        for part in given.values
                    )


@pytest.mark.parametrize("place", VISIBLE)
def test_every_refusal_goes_through_the_door(place):
    where = ROOT / "viz_models" / place
    files = [where] if where.is_file() else sorted(where.rglob("*.py"))
    found = {text for file in files for text in plain(file)}
    assert found - SEEN_BY_NOBODY == set()
