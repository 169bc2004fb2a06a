"""Broken training: what was recorded, whether it comes out the same, and its scripts."""

import re

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.recipes.train import broken
from viz_models.recordings.broken import load
from viz_models.records.train.broken import FAULTS, SEEDS, STEPS, TESTS, kind_of, usual
from viz_models.training.loop import checks
from viz_models.training.script import source


@pytest.mark.parametrize("fault", ["none", *FAULTS])
def test_every_run_can_be_made_and_differs_from_the_healthy_one_in_one_thing(fault):
    asked = usual(fault, kind_of(fault), seed=3)
    checks.check(asked)
    healthy = usual("none", kind_of(fault), seed=3)
    changed = [n for n in asked.__slots__ if getattr(asked, n) != getattr(healthy, n)]
    settings = {"none": [], "rate": ["optimizer"], "no_norm": ["model"]}
    assert changed == settings.get(fault, ["fault"])


def test_a_run_keeps_every_step_and_is_the_same_again():
    first, again = (broken.run("no_eval", "dropout", 0, steps=8) for _ in range(2))
    assert len(first.losses) == len(first.gradients) == 8
    assert first.tested.tolist() == list(range(1, 9))
    np.testing.assert_array_equal(first.losses, again.losses)
    np.testing.assert_array_equal(first.test_accuracies, again.test_accuracies)
    assert first.spec == usual("no_eval", "dropout", 0, steps=8)


def test_a_fault_that_is_none_is_one_clear_line():
    with pytest.raises(ValueError, match="choose one of"):
        kind_of("typo")


def test_the_recording_has_every_fault_with_five_seeds_and_a_healthy_partner():
    recorded = load()
    for fault in FAULTS:
        for kind in (fault, "none"):
            runs = recorded.of(kind, kind_of(fault))
            assert tuple(r.seed for r in runs) == SEEDS
            assert {len(r.losses) for r in runs} == {STEPS}
            assert {len(r.tested) for r in runs} == {TESTS}


def test_a_recorded_run_comes_out_the_same_now():
    now, then = broken.run("zero_grad", "mlp", 0), load().of("zero_grad", "mlp")[0]
    np.testing.assert_allclose(now.losses[:20], then.losses[:20], rtol=1e-4)
    healthy = broken.run("none", "mlp", 1)
    assert healthy.accuracy == pytest.approx(load().of("none", "mlp")[1].accuracy, abs=0.01)


def test_a_fault_shows_in_the_recording_as_the_page_says():
    recorded = load()
    healthy = recorded.of("none", "mlp")
    assert min(r.accuracy for r in healthy) > 0.9
    assert max(r.accuracy for r in recorded.of("classes", "mlp")) < 0.1  # worse than guessing
    assert min(r.test_losses.min() for r in recorded.of("softmax_twice", "mlp")) > 1.46
    assert min(r.accuracy for r in recorded.of("none", "deep")) > 0.7
    assert max(r.accuracy for r in recorded.of("no_norm", "deep")) < 0.15
    for run in recorded.of("zero_grad", "mlp"):
        assert run.gradients[-20:].mean() > 10 * run.gradients[:5].mean()
    unshuffled = recorded.of("not_shuffled", "mlp")
    for run, sound in zip(unshuffled, healthy, strict=True):
        assert run.losses[100:].mean() > 2
        assert run.gradients.mean() > sound.gradients.mean()
        assert np.ptp(run.test_accuracies) > 0.1
        assert np.abs(np.diff(run.test_accuracies)).mean() > 0.03  # it hops
    for run in recorded.of("zero_init", "mlp"):
        assert run.losses[0] == pytest.approx(np.log(10), abs=1e-6)
    raw, rate = (recorded.of(f, "mlp") for f in ("not_normalized", "rate"))
    for run, sound, fast in zip(raw, healthy, rate, strict=True):
        assert run.gradients[0] > 30 * sound.gradients[0]
        assert fast.gradients[0] == pytest.approx(sound.gradients[0])
    for run, sound in zip(recorded.of("no_eval", "dropout"), recorded.of("none", "dropout"),
                          strict=True):  # fmt: skip
        np.testing.assert_array_equal(run.losses, sound.losses)
        assert run.accuracy < sound.accuracy


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["none", *FAULTS])
def test_the_script_alone_prints_the_recorded_digits(fault, tmp_path):
    recorded = load().of(fault, kind_of(fault))[0]
    text = source(recorded.spec, threads=1)
    assert ("# <- the fault" in text) == (recorded.spec.fault != "none")
    (tmp_path / "run.py").write_text(text, encoding="utf-8")
    printed = printed_alone(tmp_path / "run.py")
    said = {
        key: float(re.search(rf"^{key} (\S+)$", printed, re.MULTILINE)[1])
        for key in ("last training loss", "test loss", "test accuracy")
    }
    assert said["test accuracy"] == pytest.approx(recorded.accuracy, abs=0.01)
    assert said["test loss"] == pytest.approx(recorded.test_losses[-1], rel=0.05)
