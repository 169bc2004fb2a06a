"""GPUs are counted and shared out; their lists are made up, for this machine may have none."""

import io
import json
import platform
import sys
from types import SimpleNamespace

import pytest
import torch

from viz_models.records.train.experiments import RunSpec
from viz_models.runs import engine, limits, worker
from viz_models.runs.work_queue import Job
from viz_models.training import gpus
from viz_models.training.loop import placement


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many GPUs of a maker."""
    for name in gpus.AMD_VISIBLE:
        monkeypatch.delenv(name, raising=False)

    def made(nvidia=0, amd=0):
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(gpus, "_nvidia", lambda: nvidia)
        monkeypatch.setattr(gpus, "_amd", lambda _: amd)
        monkeypatch.setattr(limits, "cores", lambda: 16)

    return made


@pytest.mark.parametrize(
    ("visible", "count"),
    [
        (None, 4),
        ("0,2", 2),
        ("3", 1),
        ("", 0),
        ("-1", 0),
        ("0,9,1", 1),  # the driver's list ends at what is no GPU
        ("GPU-8c4f,GPU-11aa", 2),
    ],
)
def test_cuda_visible_devices_counts(machine, monkeypatch, visible, count):
    machine(nvidia=4)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus.devices() == tuple(f"cuda:{i}" for i in range(count))
    assert limits.slots() == (2 * count or 16)


def test_rocm_counts(machine, monkeypatch, tmp_path):
    machine(amd=3)
    assert gpus.devices() == ("cuda:0", "cuda:1", "cuda:2")
    monkeypatch.setenv("HIP_VISIBLE_DEVICES", "1")
    assert gpus.devices() == ("cuda:0",)
    monkeypatch.undo()
    for node, number in enumerate(("0", "51234", "8")):  # the first one is a processor
        (tmp_path / str(node)).mkdir()
        (tmp_path / str(node) / "gpu_id").write_text(f"{number}\n")
    assert gpus._amd(tmp_path) == 2


@pytest.mark.parametrize(("kind", "there"), [("arm64", ("mps",)), ("x86_64", ())])
def test_the_gpu_of_a_mac_counts(monkeypatch, kind, there):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: kind)
    assert gpus.devices() == there


@pytest.fixture
def local(monkeypatch):
    """An engine whose workers are none; (engine, what each was told)."""
    told = []

    class Pipe(io.StringIO):
        def write(self, text):
            told.append(json.loads(text))
            return len(text)

    def spawn(self):
        process = SimpleNamespace(poll=lambda: None, stdin=Pipe())
        made = engine._Worker(process, f"w{len(self._workers)}", warm=True)
        self._workers[made.name] = made
        return made

    monkeypatch.setattr(engine.LocalEngine, "_spawn", spawn)
    monkeypatch.setattr(gpus, "devices", lambda: ("cuda:0", "cuda:1"))
    return engine.LocalEngine(4), told


def job(device="auto", run="a"):
    return Job(run=run, attempt=1, spec=RunSpec(device=device), step=0)


def test_runs_are_shared_out_over_the_gpus(local):
    made, told = local
    for device in ("auto", "auto", "cuda:1", "cuda", "cpu"):
        made.start(job(device))
    assert [device for _, _, device in told] == ["cuda:0", "cuda:1", "cuda:1", "cuda:0", ""]


def test_a_gpu_is_free_again_when_its_run_has_ended(local):
    made, told = local
    first, second = made.start(job()), made.start(job())
    made._workers[second].said.append(engine.Outcome("finished"))
    made.start(job())
    assert [device for _, _, device in told] == ["cuda:0", "cuda:1", "cuda:1"]
    assert made.poll(first) is None


def test_a_worker_that_leaves_is_given_nothing_more(local):
    made, _ = local
    name = made.start(job())
    made._workers[name].said.append(engine.Outcome("finished"))
    assert not made._workers[name].worn
    made._workers[name].leaves = True  # it holds a GPU's context, which goes with its process
    assert made.start(job()) != name


def test_a_run_takes_its_share_of_the_gpu(monkeypatch):
    shares = []
    monkeypatch.setattr(placement, "available", lambda: ("cuda:0", "cuda:1", "cpu"))
    monkeypatch.setattr(
        torch.cuda,
        "set_per_process_memory_fraction",
        lambda share, device: shares.append((share, device)),
    )
    assert worker._placed(job(), "cuda:1").spec.device == "cuda:1"
    assert worker._placed(job(), "").spec.device == "auto"
    assert worker._placed(job(), "cuda:7").spec.device == "auto"  # torch was built without it
    monkeypatch.setenv("FORWARD_PASS_GPU_SHARE", "0.25")
    worker._placed(job(), "cuda:0")
    assert shares == [(0.5, torch.device("cuda:1")), (0.25, torch.device("cuda:0"))]
