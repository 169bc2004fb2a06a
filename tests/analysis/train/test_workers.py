"""Parts of a batch beside the whole batch, and beside torch's DistributedDataParallel."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.train import workers, workers_ddp, workers_start
from viz_models.recordings import workers as recordings
from viz_models.records.train.workers import SplitSpec

SPEC = SplitSpec(workers=4, batch_size=32, seeds=3)


@pytest.fixture(scope="module")
def found():
    return workers.split(SPEC)


@pytest.mark.parametrize("case", ["equal", "weighted", "counted", "layer norm"])
def test_these_are_the_whole_batch_but_for_rounding(found, case):
    assert found.gap(case).gap.max() < 1e-6
    assert found.gap(case).cosine.min() > 0.99999


def test_double_precision_agrees_to_more_digits(found):
    assert found.gap("float64").gap.max() < 1e-15


@pytest.mark.parametrize("case", ["unequal", "masked", "batch norm", "dropout"])
def test_these_are_not(found, case):
    assert found.gap(case).gap.min() > 1e-2


def test_the_mean_of_sums_is_too_small_by_the_number_of_workers(found):
    np.testing.assert_allclose(found.gap("sum").gap, 1 - 1 / 4, rtol=1e-5)


def test_a_part_of_the_picture_is_what_autograd_says(found):
    view, net = found.view("equal"), workers.network("equal", 0)
    first = workers.batch("equal", 32, 0).part(slice(0, 8))
    F.cross_entropy(net(first.inputs), first.targets).backward()
    np.testing.assert_array_equal(view.gradients[0], net[-1].weight.grad.numpy())
    np.testing.assert_allclose(view.combined, view.gradients.mean(0), atol=1e-7)
    assert sum(view.shards) == len(view.images) == 32


def test_parts_hold_every_example_once():
    for case in workers.CASES:
        for count in (2, 4, 8):
            sizes = workers.shards(case, count, 64)
            assert (len(sizes), sum(sizes)) == (count, 64)
    assert workers.shards("unequal", 2, 64) == [48, 16]


def test_a_part_without_labels_is_no_nan():
    part = workers.batch("equal", 4, 0)
    empty = workers.Batch(part.inputs, torch.full((4,), workers.IGNORED))
    gradients = workers.gradient(workers.network("equal", 0), empty, "counted")
    assert all(bool((g == 0).all()) for g in gradients)


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (SplitSpec(workers=1), "1 workers"),
        (SplitSpec(workers=4, batch_size=30), "a multiple of 4"),
        (SplitSpec(batch_size=4096), "at most 1024"),
        (SplitSpec(seeds=0), "0 seeds"),
    ],
)
def test_what_cannot_be_split_is_refused_in_a_line(spec, line):
    with pytest.raises(ValueError, match=line):
        workers.split(spec)


def test_recorded_processes_agree_with_the_parts_by_hand():
    run = recordings.load()
    assert [c.case for c in run.cases] == list(workers_ddp.CASES)
    assert "GPU" in run.sync_batch_norm
    for case in run.cases:
        here = workers.split(SplitSpec(workers=2, batch_size=run.batch_size, seeds=5))
        np.testing.assert_allclose(case.gap, here.gap(case.case).gap, rtol=1e-2, atol=1e-7)
        assert case.by_hand < 1e-6


@pytest.mark.slow
def test_two_processes_can_be_stopped_and_leave_nothing_behind(monkeypatch):
    begun = []
    start = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *a, **k: begun.append(start(*a, **k)) or begun[-1]
    )

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workers_start.run(stop)
    assert [p.poll() is not None for p in begun] == [True, True]
    with pytest.raises(ValueError, match="did not end within 0 s"):
        workers_start.run(patience=0.0)


@pytest.mark.slow
def test_two_processes_that_were_stopped_go_on_with_the_cases_that_are_left():
    def stop(done, total):
        if done >= 2:
            raise KeyboardInterrupt

    kept = []
    with pytest.raises(KeyboardInterrupt):
        workers_start.run(stop, kept=kept)
    measured = len(kept)
    assert 2 <= measured <= len(workers_ddp.CASES)
    seen = []
    found = workers_start.run(lambda done, total: seen.append(done), kept=kept)
    assert min(seen) >= measured
    assert [c.case for c in found.cases] == list(workers_ddp.CASES)
    assert found.sync_batch_norm


@pytest.mark.slow
def test_a_process_ends_with_the_one_that_started_it(tmp_path):
    """Rank 0 waits for a partner that never comes; its parent is gone at once."""
    arguments = f"'0', {str(tmp_path / 'm')!r}, str(os.getpid())"
    child = f"[sys.executable, '-m', '{workers_ddp.__name__}', {arguments}]"
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    script = f"import os, subprocess, sys; print(subprocess.Popen({child}, {quiet}).pid)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(workers_start.ROOT)}, timeout=60,
    )  # fmt: skip
    pid = int(done.stdout)
    for _ in range(400):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("it is still there")
