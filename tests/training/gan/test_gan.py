"""Runs in the plane and for digits, with few steps; recordings beside what is measured now."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from viz_models.models import weights
from viz_models.recordings import gan as recordings
from viz_models.records.train.gan import GanSpec
from viz_models.training.gan import digits, plane, vanishing
from viz_models.training.gan.update import update

SHORT = GanSpec(steps=30, batch_size=32)


def state(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def same(old, net):
    return all(torch.equal(old[name], value) for name, value in net.state_dict().items())


def test_each_step_moves_one_network_alone():
    trainer = plane.Trainer(SHORT)
    g, d = state(trainer.generator), state(trainer.discriminator)
    trainer.discriminator_step(*trainer.batch())
    assert same(g, trainer.generator)
    assert not same(d, trainer.discriminator)
    d = state(trainer.discriminator)
    trainer.generator_step(trainer.noise(32))
    assert same(d, trainer.discriminator)
    assert not same(g, trainer.generator)


@pytest.mark.parametrize("loss", ["saturating", "non-saturating"])
def test_an_update_is_opened_as_torch_computes_it(loss):
    found = update(replace(SHORT, loss=loss), warm_up=3)
    assert found.off_torch < 1e-6
    assert found.generator_moved_in_d_step == found.discriminator_moved_in_g_step == 0
    assert found.d_loss[1] < found.d_loss[0]
    assert found.g_loss[1] < found.g_loss[0]
    assert -found.pulls_real.mean() == pytest.approx(1 - found.d_real[0], abs=1e-5)
    assert found.pulls_fake.mean() == pytest.approx(found.d_fake[0], abs=1e-5)


def test_the_same_seed_gives_the_same_run_and_progress_may_stop_it():
    first, again = plane.run(SHORT), plane.run(SHORT)
    np.testing.assert_array_equal(first.fakes, again.fakes)
    assert first.steps[0] == 0
    assert first.steps[-1] == SHORT.steps
    assert len(first.curves.steps) == SHORT.steps

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plane.run(SHORT, stop)


@pytest.mark.parametrize(
    ("change", "line"),
    [({"steps": 0}, "0 steps"), ({"batch_size": 1}, "batches of 1"),
     ({"discriminator_steps": 11}, "11 steps of D")],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused_in_a_line(change, line):
    with pytest.raises(ValueError, match=line):
        plane.run(replace(SHORT, **change))


def test_the_recorded_gradients_are_those_of_now():
    recorded = recordings.load().vanishing
    steps = recorded.steps[:6]
    now = np.array(vanishing.one(1, steps))
    for i, values in enumerate((recorded.d_fake, recorded.saturating, recorded.non_saturating)):
        np.testing.assert_allclose(values[1, :6], now[:, i], rtol=1e-3)
    assert recorded.saturating[:, -1].max() < 0.05 < 1 < recorded.non_saturating[:, -1].min()


def test_the_recorded_runs_are_those_that_the_page_asks_for():
    found = recordings.load()
    assert len(found.runs) == 8
    assert len(found.ends) == 40
    for run in found.runs:
        assert run.spec == GanSpec(
            data=run.spec.data, loss=run.spec.loss, optimizer=run.spec.optimizer
        )
        assert run.steps == (0, *plane.moments(run.spec.steps))
        (end,) = [e for e in found.ends if e.spec == run.spec]
        assert (end.parts, end.near) == (run.parts[-1], run.near[-1])


@pytest.mark.slow
def test_the_shipped_generator_draws_what_was_recorded():
    found = recordings.load_digits()
    again = digits.judged(digits.shipped(), found.curves, 0.0)
    assert again.read == pytest.approx(found.read, abs=5e-3)
    assert again.nearest == pytest.approx(found.nearest, rel=1e-3)
    assert again.spread == pytest.approx(found.spread, rel=1e-3)
    assert again.parameters == (28736, 26241)
    assert {t.dtype for t in weights.load("gan_digits").values()} == {torch.float16}
    assert weights.cards()["gan_digits"].accuracy == pytest.approx(found.read, abs=1e-3)


def test_digits_train_and_are_looked_at():
    seen = []
    pair = digits.train(0, 24, look=lambda step, *_: seen.append(step))
    assert seen[-1] == 24
    fakes, labels = digits.draw(pair[0], 2, 0)
    assert fakes.shape == (20, 64)
    assert fakes.abs().max() <= 1
    assert labels.tolist() == [c for c in range(10) for _ in range(2)]
