"""`train` and `runs`, as people type them."""

import argparse
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.runs.rig import LONG, TINY, Rig, tiny
from tests.training.data import idx_files
from viz_models.__main__ import main
from viz_models.cli import train
from viz_models.runs import client
from viz_models.training import specs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made = Rig(tmp_path_factory.mktemp("machine") / "home", patch)
        made.set(LINGER_S=60)
        yield made
        made.end()


@pytest.fixture
def spec_file(tmp_path):
    def write(spec):
        path = tmp_path / "my-run.json"
        path.write_text(json.dumps(specs.to_json(spec)), encoding="utf-8")
        return str(path)

    return write


def command(*arguments):
    return [sys.executable, "-m", "viz_models", *arguments]


def test_json_lines_tell_every_step_and_how_it_ended(rig, spec_file, capsys):
    assert main(["train", "--spec", spec_file(TINY), "--seed", "3", "--json-lines"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    steps = [event["step"] for event in told if event["event"] == "step"]
    tested = [event for event in told if event["event"] == "eval"]
    assert steps == list(range(1, 61))
    assert {event["event"] for event in told} == {"step", "eval", "state"}
    last = told[-1]
    assert (last["event"], last["state"]) == ("state", "finished")
    assert last["val_accuracy"] == tested[-1]["val_accuracy"]
    (run,) = [r for e in client.store().experiments("local") for r in e.runs if r.id == last["run"]]
    assert run.spec == replace(TINY, seed=3)
    assert rig.store.experiment(run.experiment).name == "my-run"


def test_preset_data_and_seconds(rig, capsys):
    arguments = ["--preset", "small-cnn", "--data", "digits", "--device", "cpu", "--seconds", "1"]
    assert main(["train", *arguments]) == 0
    out, err = capsys.readouterr()
    assert "finished" in out
    assert "of the test set" in out
    assert re.search("queued|starting|running", err)


@pytest.fixture
def photos(tmp_path):
    """A folder of two classes, ten small pictures each."""
    drawn = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(10):
            pixels = drawn.integers(0, 255, (12, 17, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{i}.png")
    return tmp_path / "photos"


def test_a_folder_of_pictures(rig, photos, capsys):
    options = ["--data", "folder", "--folder", str(photos), "--size", "16", "--seconds", "1"]
    (photos / "cat" / "notes.txt").write_text("no picture")
    assert main(["train", "--preset", "small-cnn", *options, "--device", "cpu"]) == 0
    out, err = capsys.readouterr()
    assert "1 left out, not named like a picture" in err
    (id, *_) = out.split()
    run = client.store().run(id)
    assert (run.state, run.spec.data.folder, run.spec.data.size) == ("finished", str(photos), 16)
    assert run.spec.model.classes == 2
    assert main(["runs", "show", id, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["runs"]
    assert set(told["evaluation"]["by_class"]) == {"cat", "dog"}
    assert sum(map(sum, told["evaluation"]["confusion"])) == 4


def test_mnist_from_idx_files(rig, tmp_path, capsys):
    folder = idx_files.write(tmp_path, train=100, test=20)
    options = ["--data", "fashion_mnist", "--folder", str(folder), "--seconds", "1"]
    assert main(["train", "--preset", "small-mlp", *options, "--device", "cpu"]) == 0
    (id, *_) = capsys.readouterr().out.split()
    assert client.store().run(id).state == "finished"
    assert main(["runs", "show", id, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["runs"]
    assert {"ankle boot", "T-shirt"} < set(told["evaluation"]["by_class"])
    assert sum(map(sum, told["evaluation"]["confusion"])) == 20


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--data", "folder"], "needs --folder DIR"),
        (["--data", "digits", "--folder", "x"], "goes with --data folder or mnist"),
        (["--folder", "no-such-folder"], "no folder"),
        (["--data", "mnist", "--folder", "no-such-folder"], "no folder"),
        (["--preset", "resnet", "--data", "moons"], "choose an MLP"),
    ],
)
def test_what_the_data_options_need_is_said(options, says, capsys):
    asked = options if "--preset" in options else ["--preset", "small-cnn", *options]
    with pytest.raises(SystemExit):
        main(["train", *asked])
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1


def test_a_preset_fits_the_data_that_is_named():
    options = argparse.Namespace(
        **{"spec": None, "preset": "small-cnn", "data": "cifar10", "folder": None, "size": None},
        **{"device": None, "seed": 5, "seconds": None},
    )
    ((_, run),) = train.asked(options).runs()
    assert (run.data.name, run.model.size, run.model.in_channels, run.seed) == ("cifar10", 32, 3, 5)


def test_control_c_cancels(rig, spec_file):
    # what a shell starts in the background ignores it, and so would the child
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command("train", "--spec", spec_file(LONG), "--json-lines"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    while not any('"step", ' in line or '"event": "step"' in line for line in lines):
        lines.append(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["state"]) == ("state", "cancelled")
    assert client.store().run(last["run"]).state == "cancelled"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "--preset", "nope"], "small-cnn"),
        (["train"], "one of the arguments --spec --preset is required"),
        (["train", "--spec", "no/such/file.json"], "no/such/file.json"),
        (["train", "--preset", "small-cnn", "--device", "cuda:99"], "cpu"),
        (["train", "--preset", "small-cnn", "--data", "imagenet"], "digits"),
        (["train", "--preset", "small-cnn", "--seconds", "-1"], "seconds"),
        (["runs", "show", "ffff"], "no run with an id that begins with 'ffff'"),
    ],
)
def test_bad_input_is_told_in_one_line(rig, capsys, arguments, says):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_runs_list_show_cancel_resume_export(rig, capsys, tmp_path):
    run = rig.start(tiny(LONG, name="long one"))
    rig.wait_for_steps(run, 5)
    experiment = client.store().run(run).experiment

    def said(*arguments):
        assert main(["runs", *arguments]) == 0
        return capsys.readouterr().out

    assert experiment[:12] in said("list")
    assert "long one" in said("list")
    assert json.loads(said("show", experiment[:8], "--json"))["runs"][0]["id"] == run
    assert "running" in said("show", run)
    said("cancel", experiment)
    stopped = rig.wait(run, "cancelled").step
    for kind in ("csv", "jsonl", "checkpoint"):
        wrote = said("export", run, "--format", kind, "--into", str(tmp_path)).strip()
        assert (tmp_path / wrote.rpartition("/")[2]).stat().st_size > 100
    assert run[:12] in said("resume", experiment)
    rig.wait_for_steps(run, stopped + 5)
    said("cancel", run)
    begin = time.monotonic()
    rig.wait(run, "cancelled")
    assert time.monotonic() - begin < 5
