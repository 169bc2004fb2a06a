"""The surfaces against losses that are evaluated without them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from viz_models.models import builder
from viz_models.recordings import build as recordings_build
from viz_models.records.build.surface import GUESSING, SurfaceSpec
from viz_models.training import surface
from viz_models.training.data import sets as data

TINY = SurfaceSpec(blocks=2, width=4, steps=6, batch_size=32, examples=64, points=5)


@pytest.fixture(scope="module")
def tiny():
    return surface.measure(TINY)


def trained(spec, skips):
    """The same training, written out, in one thread."""
    examples = data.digits()
    net = builder.build(spec.network(skips=skips), spec.seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=spec.lr, momentum=spec.momentum)
    for batch in data.batches(1437, spec.batch_size, spec.steps, spec.seed):
        F.cross_entropy(net(examples.train_inputs[batch]), examples.train_targets[batch]).backward()
        optimizer.step()
        optimizer.zero_grad()
    return net


def evaluated(net, spec):
    """Loss of the first digits, with BatchNorm's statistics of these very digits."""
    examples = data.digits()
    net.train()
    with torch.no_grad():
        logits = net(examples.train_inputs[: spec.examples])
    return F.cross_entropy(logits, examples.train_targets[: spec.examples]).item()


@pytest.mark.parametrize("skips", [False, True])
def test_the_middle_is_the_evaluated_loss(tiny, skips):
    found = tiny.skips if skips else tiny.plain
    fresh = builder.build(TINY.network(skips=skips), TINY.seed)
    assert found.here("before") == evaluated(fresh, TINY)
    assert found.here("after") == evaluated(trained(TINY, skips), TINY)


def test_it_says_how_training_went(tiny):
    assert tiny.plain.training.shape == (6,)
    net = trained(TINY, True)
    examples = data.digits()
    with torch.no_grad():
        right = net(examples.train_inputs[:64]).argmax(1) == examples.train_targets[:64]
    assert tiny.skips.accuracy == right.float().mean().item()


def test_the_two_differ_in_their_skips_alone():
    plain, skips = (builder.build(TINY.network(skips=s), 0) for s in (False, True))
    assert plain.state_dict().keys() == skips.state_dict().keys()
    for name, value in plain.state_dict().items():
        assert torch.equal(value, skips.state_dict()[name])
    assert sum(isinstance(m, nn.Conv2d) for m in skips.modules()) == 2 * TINY.blocks + 1


def test_better_than_guessing_is_counted(tiny):
    values = tiny.skips.after
    count = sum(v < GUESSING for row in values for v in row)
    assert tiny.skips.better_than_guessing("after") == count / 25
    assert pytest.approx(F.cross_entropy(torch.zeros(1, 10), torch.tensor([3]))) == GUESSING


def test_progress_counts_every_step_and_point_and_may_stop_it():
    seen = []

    class Stopped(BaseException):
        pass

    def progress(done, total):
        seen.append((done, total))
        if done == 30:
            raise Stopped

    with pytest.raises(Stopped):
        surface.measure(TINY, progress)
    total = 2 * (2 * 25 + 6)
    assert seen == [(i, total) for i in range(1, 31)]
    seen.clear()
    surface.measure(replace(TINY, points=3, steps=1), lambda *now: seen.append(now))
    assert seen[-1] == (38, 38)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"points": 4}, "4 points: choose an odd number"),
    ({"points": 99}, "99 points"),
    ({"blocks": 0}, "0 blocks"),
    ({"span": float("nan")}, "span nan"),
    ({"examples": 2000}, "examples 2000"),
    ({"batch_size": 1}, "batch_size 1"),
    ({"steps": -1}, "-1 steps"),
])  # fmt: skip
def test_what_cannot_be_measured_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        surface.measure(replace(TINY, **wrong))


def test_surfaces_survive_their_file(tiny, tmp_path):
    lost = replace(tiny.plain, before=np.where(tiny.plain.before > 2.4, np.nan, 1.5))
    path = recordings_build.save(replace(tiny, plain=lost), tmp_path / "surface.json")
    again = recordings_build.load(path)
    assert (again.spec, again.provenance) == (tiny.spec, tiny.provenance)
    np.testing.assert_array_equal(np.isnan(again.plain.before), np.isnan(lost.before))
    np.testing.assert_allclose(again.skips.after, tiny.skips.after, rtol=1e-5)
    np.testing.assert_allclose(again.skips.training, tiny.skips.training, rtol=1e-5)


# ---------------------------------------------------------------- the recording


def test_recording_is_of_the_default_spec():
    recorded = recordings_build.load()
    assert recorded.spec == SurfaceSpec(), "run `make record`"
    assert recorded.plain.after.shape == (recorded.spec.points,) * 2
    assert recorded.provenance.kind == "recorded run"
    assert recorded.provenance.date
    assert "torch" in recorded.provenance.versions


@pytest.mark.slow
def test_what_was_recorded_is_what_would_be_measured_now():
    """Before training to rounding; training on another CPU may add in another order."""
    recorded = recordings_build.load()
    for skips in (False, True):
        net = builder.build(recorded.spec.network(skips=skips), recorded.spec.seed)
        then = recorded.skips if skips else recorded.plain
        assert evaluated(net, recorded.spec) == pytest.approx(then.here("before"), rel=1e-4)
