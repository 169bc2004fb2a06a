import math
from dataclasses import replace

import pytest
import torch
from scipy import stats

from viz_models.analysis import seed_noise
from viz_models.recipes import norm_grid
from viz_models.recordings import norm as recordings_norm
from viz_models.records import GridRun, NormGridSpec, StepRecord
from viz_models.training.loop import loop

TINY = NormGridSpec(
    norms=("none", "batch"), lrs=(0.5, 1e30), batch_sizes=(32, 64), seeds=(0, 1), samples=512
)


@pytest.fixture(scope="module")
def tiny():
    return norm_grid.measure(replace(TINY, stretch=128))


def run_with(seed, accuracy, norm="none", **fields):
    state = "diverged" if accuracy is None else "finished"
    defaults = {"lr": 0.1, "batch_size": 4, "steps": 8, "losses": ()}
    return GridRun(
        norm=norm, seed=seed, state=state, test_accuracy=accuracy, **{**defaults, **fields}
    )


def test_every_combination_runs_once(tiny):
    found = {(r.norm, r.lr, r.batch_size, r.seed) for r in tiny.runs}
    assert len(found) == len(tiny.runs) == 2 * 2 * 2 * 2
    assert len(tiny.cells) == 8
    assert len(tiny.differences) == 4


def test_runs_are_those_of_the_loop(tiny):
    for spec, kept in zip(replace(TINY, stretch=128).runs(), tiny.runs, strict=True):
        records = list(loop.train(spec))
        assert kept.steps == len(records)
        assert kept.state == records[-1].state
        size = 128 // spec.batch_size
        good = [r.loss for r in records if r.state != "diverged"]
        means = [sum(good[i : i + size]) / size for i in range(0, len(good) - size + 1, size)]
        assert kept.losses == pytest.approx(means, rel=1e-5)
        last = records[-1].evaluation
        assert kept.test_accuracy == (last.accuracy if kept.state == "finished" else None)


def test_a_rate_that_is_absurd_diverges_and_leaves_no_number(tiny):
    lost = [c for c in tiny.cells if c.lr == 1e30 and c.norm == "none"]
    assert [(c.finished, c.diverged) for c in lost] == [(0, 2)] * 2
    assert {(c.mean, c.low, c.high) for c in lost} == {(None, None, None)}
    for difference in (d for d in tiny.differences if d.lr == 1e30):
        assert (difference.n, difference.mean, difference.low) == (0, None, None)
        assert difference.verdict == "too few pairs"


def test_losses_of_a_broken_stretch_are_left_out():
    steps = [
        StepRecord(step=i, samples=2 * i, loss=x, accuracy=0.5, state=s)
        for i, (x, s) in enumerate(
            [(1.0, "running"), (2.0, "running"), (4.0, "running"), (math.nan, "diverged")], start=1
        )
    ]
    spec = replace(next(TINY.runs()), batch_size=2)
    kept = norm_grid.summarize(spec, steps, stretch=4)
    assert kept.losses == (1.5,)
    assert (kept.state, kept.steps, kept.test_accuracy) == ("diverged", 4, None)


def test_a_cell_is_mean_and_range_of_what_finished():
    (cell,) = norm_grid.cells([run_with(0, 0.5), run_with(1, None), run_with(2, 0.75)])
    assert (cell.finished, cell.diverged) == (2, 1)
    assert (cell.mean, cell.low, cell.high) == (0.625, 0.5, 0.75)


@pytest.mark.parametrize("values", [(0.1, 0.3), (0.02, -0.01, 0.05, 0.04, 0.0), (0.5,) * 5])
def test_interval_is_students(values):
    mean, low, high = seed_noise.interval(values)
    oracle = values[:2]  # without spread scipy has no interval
    if len(set(values)) > 1:
        oracle = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean == pytest.approx(sum(values) / len(values), abs=1e-15)
    assert (low, high) == pytest.approx(tuple(oracle), rel=1e-9)


def test_differences_are_paired_by_seed():
    without, seeds = [0.50, 0.60, 0.70, 0.80, 0.90], range(5)
    gains = [0.010, 0.012, 0.009, 0.011, 0.010]
    runs = [run_with(s, without[s]) for s in seeds]
    runs += [run_with(s, without[s] + gains[s], "batch") for s in reversed(seeds)]
    (found,) = norm_grid.differences(runs)
    oracle = stats.ttest_rel([a + g for a, g in zip(without, gains, strict=True)], without)
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.95)))
    assert (found.n, found.norm, found.verdict) == (5, "batch", "higher")


@pytest.mark.parametrize(("gains", "verdict"), [
    ((0.01, 0.02, 0.015, 0.01, 0.02), "higher"),
    ((-0.01, -0.02, -0.015, -0.01, -0.02), "lower"),
    ((0.3, -0.3, 0.2, -0.1, 0.0), "not larger than the seed noise"),
    ((0.01, 0.01, 0.01, 0.01), "too few pairs"),
    ((0.01, 0.01, 0.01, 0.01, None), "too few pairs"),
])  # fmt: skip
def test_verdicts(gains, verdict):
    runs = [run_with(s, 0.5) for s in range(len(gains))]
    runs += [run_with(s, g and 0.5 + g, "layer") for s, g in enumerate(gains)]
    (found,) = norm_grid.differences(runs)
    assert found.verdict == verdict
    assert found.n == sum(g is not None for g in gains)


def test_one_thread_while_measuring_and_as_before_afterwards():
    before = torch.get_num_threads()
    seen = []
    spec = replace(TINY, norms=("none",), lrs=(0.1,), batch_sizes=(256,), seeds=(0,))
    try:
        torch.set_num_threads(2)
        norm_grid.measure(spec, lambda done, total: seen.append((torch.get_num_threads(), total)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == [(1, 1)]


@pytest.mark.parametrize(("wrong", "says"), [
    ({"seeds": ()}, "empty"),
    ({"norms": ("batch",)}, "must include 'none'"),
    ({"batch_sizes": (32, 48)}, "batch size 48"),
    ({"samples": 700}, "700 samples"),
    ({"lrs": (0.0,)}, "learning rate 0.0"),
])  # fmt: skip
def test_what_cannot_be_measured_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        norm_grid.measure(replace(TINY, **wrong))


def test_a_grid_survives_its_file(tiny, tmp_path):
    path = recordings_norm.save(tiny, tmp_path / "grid.json")
    assert recordings_norm.load(path) == tiny


# ---------------------------------------------------------------- the recording


def test_recording_is_of_the_default_grid():
    recorded = recordings_norm.load()
    assert recorded.spec == NormGridSpec(), "run `make record`"
    specs = recorded.spec.runs()
    for spec, run in zip(specs, recorded.runs, strict=True):
        assert (spec.model.norm, spec.optimizer.lr, spec.batch_size, spec.seed) == (
            *(run.norm, run.lr, run.batch_size, run.seed),
        )
    assert recorded.provenance.kind == "recorded run"
    assert recorded.provenance.date
    assert "torch" in recorded.provenance.versions


def test_what_is_derived_from_the_recorded_runs_still_is():
    recorded = recordings_norm.load()
    assert norm_grid.cells(recorded.runs) == recorded.cells
    for now, then in zip(norm_grid.differences(recorded.runs), recorded.differences, strict=True):
        assert (now.norm, now.lr, now.batch_size, now.n) == (
            *(then.norm, then.lr, then.batch_size, then.n),
        )
        assert now.verdict == then.verdict
        assert (now.mean, now.low, now.high) == pytest.approx((then.mean, then.low, then.high))


@pytest.mark.slow
@pytest.mark.parametrize("norm", NormGridSpec().norms)
def test_a_run_made_again_gives_what_was_recorded(norm):
    """Bit for bit on one machine; other kernels add in another order, and rounding grows.

    With AVX-512 instead of AVX2 from the tenth loss on, to 15 % in one run of 25.
    """
    recorded = recordings_norm.load()
    place = {"norm": norm, "lr": 0.1, "batch_size": 256}
    spec = replace(recorded.spec, norms=tuple({"none": 0, norm: 0}), lrs=(0.1,), batch_sizes=(256,))
    again = [r for r in norm_grid.measure(spec).runs if r.norm == norm]
    then = [r for r in recorded.runs if all(getattr(r, k) == v for k, v in place.items())]
    assert len(again) == len(then) == 5
    for a, b in zip(again, then, strict=True):
        assert (a.seed, a.state, a.steps) == (b.seed, b.state, b.steps)
        assert a.losses[:9] == pytest.approx(b.losses[:9], rel=1e-3)
    means = [sum(run.test_accuracy for run in runs) / 5 for runs in (again, then)]
    assert means[0] == pytest.approx(means[1], abs=0.02)
