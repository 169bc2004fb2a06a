"""Trainings of lessons as runs: what the engine computes is what the lesson's own loop computes."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.recordings import files as recorded
from viz_models.records import Budget, RunSpec
from viz_models.records.train.freezing import FreezeSpec
from viz_models.records.train.gan import GanSpec
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.records.train.lesson_runs import steps as lesson_steps
from viz_models.records.train.lessons import RESULTS
from viz_models.records.train.regularization import RegularizeSpec
from viz_models.training import script, specs
from viz_models.training.gan import plane
from viz_models.training.lessons import lessons
from viz_models.training.lessons.session import LessonSession
from viz_models.training.loop import checkpoints
from viz_models.training.loop.checks import check
from viz_models.training.loop.price import price
from viz_models.training.small import freezing, regularization

GAN = GanSpec(steps=40, batch_size=32, discriminator_steps=2, seed=3)
REGULARIZED = RegularizeSpec(method="dropout", strength=0.5, epochs=8, width=16, seed=9)
EARLY = replace(REGULARIZED, method="early", strength=2.0, epochs=60, lr=0.05)
FROZEN = FreezeSpec(way="last", base_steps=25, steps=20, seed=6)
SMALL = (GAN, replace(GAN, optimizer="sgd", loss="saturating"), REGULARIZED, EARLY, FROZEN)
OWN = {GanSpec: plane.run, RegularizeSpec: regularization.run, FreezeSpec: freezing.run}


def same(a, b):
    """Whether two records say the same, but for the time that they took."""
    return recorded.text(replace(a, cpu_seconds=0.0) if hasattr(a, "cpu_seconds") else a) == (
        recorded.text(replace(b, cpu_seconds=0.0) if hasattr(b, "cpu_seconds") else b)
    )


def timeless(records):
    return [replace(r, seconds=0.0, memory=0, result=None) for r in records]


@pytest.mark.parametrize("lesson", SMALL, ids=lambda lesson: type(lesson).__name__)
def test_the_engine_s_run_is_the_lesson_s_own(lesson):
    records = list(LessonSession(lesson_run(lesson)).records())
    assert records[-1].state == "finished"
    assert records[-1].step == len(records) <= lesson_steps(lesson)
    assert same(records[-1].result, OWN[type(lesson)](lesson))


@pytest.mark.parametrize("lesson", SMALL, ids=lambda lesson: type(lesson).__name__)
def test_a_run_that_was_interrupted_is_the_run_that_was_not(lesson):
    spec = lesson_run(lesson)
    whole = list(LessonSession(spec).records())
    for at in (1, 25, len(whole) - 1):
        first = LessonSession(spec)
        before = list(islice(first.records(), at))
        files = first.checkpoint().files()
        second = LessonSession(spec, checkpoints.from_files(files))
        after = list(second.records())
        assert timeless(before + after) == timeless(whole)
        assert same(after[-1].result, whole[-1].result)
        assert second.done.seconds > first.done.seconds


def test_a_step_tells_what_its_page_draws_when_it_is_time():
    records = list(LessonSession(lesson_run(REGULARIZED)).records())
    told = [r for r in records if r.result]
    assert [r.step for r in told] == [16, 32]  # every fourth epoch of four steps
    assert [r.evaluation.accuracy for r in told] == told[-1].result.test_accuracies.tolist()
    halves = list(LessonSession(lesson_run(FROZEN)).records())
    assert halves[24].evaluation.accuracy == halves[-1].result.base_accuracy
    assert halves[-1].evaluation.accuracy == halves[-1].result.new_accuracy
    assert [r.step for r in halves if r.result] == [45]


def test_the_discriminator_s_accuracy_is_the_share_that_it_judges_rightly():
    trainer = plane.Trainer(GAN)
    real, fakes = trainer.batch()
    judged = [trainer.discriminator(points).sigmoid() for points in (real, fakes)]
    right = ((judged[0] > 0.5).float().mean() + (judged[1] < 0.5).float().mean()) / 2
    assert trainer.discriminator_step(real, fakes)[3] == pytest.approx(float(right))


@pytest.mark.parametrize("lesson", SMALL, ids=lambda lesson: type(lesson).__name__)
def test_a_run_is_written_priced_and_kept(lesson, tmp_path):
    spec = lesson_run(lesson)
    assert specs.run_from_json(specs.to_json(spec)) == spec
    check(spec)
    assert price(spec, hosted=True).steps == lesson_steps(lesson)
    kept = recorded.save(OWN[type(lesson)](lesson), tmp_path / "result.json")
    assert recorded.load(RESULTS[type(lesson)], kept).spec == lesson


def test_the_seed_of_the_experiment_is_the_lesson_s():
    spec = replace(lesson_run(REGULARIZED), seed=12)
    check(spec)
    last = list(LessonSession(spec).records())[-1]
    assert last.result.spec.seed == 12
    found = regularization.run(replace(REGULARIZED, seed=12))
    np.testing.assert_array_equal(last.result.probabilities, found.probabilities)


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (lesson_run(replace(GAN, steps=0)), "0 steps"),
        (lesson_run(replace(REGULARIZED, member=2)), "member 2"),
        (lesson_run(replace(REGULARIZED, width=10**7)), "width 10000000: choose 1 to 1024"),
        (lesson_run(replace(REGULARIZED, look=0)), "0 epochs from one look to the next"),
        (lesson_run(replace(REGULARIZED, examples=1797)), "1797 examples"),  # none left to test
        (lesson_run(replace(FROZEN, base_steps=0)), "takes no step"),
        (lesson_run(replace(FROZEN, steps=30_000)), "30025 steps"),
        (lesson_run(replace(FROZEN, way="tail")), "unknown way"),
        (replace(lesson_run(GAN), batch_size=64), "leave all but the seed alone"),
        (replace(lesson_run(GAN), budget=Budget(amount=3)), "leave all but the seed alone"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_line(spec, line):
    with pytest.raises(ValueError, match=line):
        check(spec)


def test_a_page_that_there_is_not_is_refused_in_a_line():
    with pytest.raises(ValueError, match="unknown page 'chess' of a lesson; choose gan"):
        specs.run_from_json({"lesson": {"page": "chess"}})
    with pytest.raises(ValueError, match="unknown field 'eyes' of a lesson on gan"):
        specs.run_from_json({"lesson": {"page": "gan", "eyes": 2}})
    with pytest.raises(ValueError, match="this run trains no lesson"):
        lessons.of(RunSpec())


@pytest.mark.slow
@pytest.mark.parametrize("lesson", SMALL[:1] + SMALL[2:], ids=lambda lesson: type(lesson).__name__)
def test_the_script_alone_prints_what_the_run_ends_with(lesson, tmp_path):
    file = tmp_path / "run.py"
    file.write_text(script.source(lesson_run(lesson)), encoding="utf-8")
    said = printed_alone(file)
    found = OWN[type(lesson)](lesson)
    if isinstance(lesson, GanSpec):
        assert f"-log D: {found.parts[-1]} of 8 parts found, {found.near[-1]:.1%}" in said
    elif isinstance(lesson, FreezeSpec):
        assert f"new classes: accuracy {found.new_accuracy:.6g}" in said
        assert f"old classes after: accuracy {found.old_accuracy:.6g}" in said
    else:
        assert f"test loss {found.test_loss:.6g}, accuracy {found.test_accuracy:.6g}" in said
        assert f"weights of epoch {found.kept}" in said
