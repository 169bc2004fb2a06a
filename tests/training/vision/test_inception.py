"""What the recording claims about trainings, and the same trainings in short."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from viz_models.models.vision.inception import Logits, Single, build
from viz_models.recordings.vision import inception as recordings
from viz_models.records.vision.inception import WEIGHT, InceptionTraining, eighth
from viz_models.training.vision import inception, inception_grid

SHORT = InceptionTraining(steps=2, batch_size=8, look=2, side=16)


def test_auxiliary_classifiers_leave_the_other_weights_as_they_are():
    plain, helped = build(3, norm=False), build(3, norm=False, auxiliary=True)
    theirs = helped.state_dict()
    for name, value in plain.state_dict().items():
        assert torch.equal(value, theirs[name])
    x = torch.randn(2, 1, 32, 32)
    assert helped.eval()(x).aux1 is None
    assert torch.equal(helped(x).main, plain.eval()(x).main)
    assert helped.train()(x).aux2.shape == (2, 10)


def test_the_loss_is_the_papers():
    targets = torch.tensor([1, 2])
    logits = Logits(*(torch.randn(2, 10) for _ in range(3)))
    main, extra = inception.losses(logits, targets, 0.3)
    one, two, three = (functional.cross_entropy(x, targets) for x in logits)
    assert float(main + extra) == pytest.approx(float(one + 0.3 * (two + three)))


def test_early_norms_are_those_of_a_backward_pass_and_change_nothing():
    spec = replace(SHORT, auxiliary=0.3, norm=True)
    net = build(0, norm=True, auxiliary=True)
    before = {name: t.clone() for name, t in net.state_dict().items()}
    main, extra, both = inception.early_norms(net, spec)
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])
    inputs, targets, _, _ = inception.enlarged(spec.side)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        a, b = inception.losses(net.train()(inputs[:64]), targets[:64], 0.3)
        (a + b).backward()
    parts = (net.stem, net.inception["3a"], net.inception["3b"])
    theirs = torch.cat([p.grad.flatten() for m in parts for p in m.parameters()]).norm()
    assert both == pytest.approx(float(theirs), rel=1e-4)
    assert abs(main - extra) <= both * 1.0001 <= (main + extra) * 1.0002


@pytest.mark.parametrize("norm", [False, True])
def test_a_branch_that_is_switched_off_is_as_if_its_weights_in_the_next_layer_were_zero(norm):
    net = build(0, norm=norm).eval()
    x = torch.randn(2, 1, 32, 32)
    with torch.no_grad(), inception.silenced(net, "5x5"):
        silent = net(x).main
    assert not any(m._forward_hooks for m in net.modules())
    with torch.no_grad():
        for module in net.inception.values():
            last = module.branch3[1]
            last.conv.weight.zero_()
            part = last.bn if norm else last.conv
            part.bias.zero_()
            if norm:
                part.weight.zero_()
        assert torch.equal(silent, net(x).main)


def test_one_branch_has_about_as_many_multiply_adds():
    record = recordings.load()
    assert record.single_macs == pytest.approx(record.macs, rel=0.05)
    w = eighth("4c")
    assert Single(w, norm=True)(torch.zeros(2, w.inputs, 4, 4)).shape[1] == w.outputs


@pytest.mark.slow
def test_every_training_is_made_again_alike():
    found = inception_grid.measure(seeds=(0,), base=SHORT)
    again = inception.run(found.runs[-1].spec)
    assert replace(again, cpu_seconds=0) == replace(found.runs[-1], cpu_seconds=0)
    assert found.of(norm=True, single=True)[0].without == {}


def test_the_recording_holds_every_training_of_five_seeds():
    record = recordings.load()
    assert len(record.seeds) >= 5
    asked = {replace(s, seed=k) for s in inception_grid.specs() for k in record.seeds}
    assert {r.spec for r in record.runs} == asked
    plain, helped = record.of(), record.of(auxiliary=WEIGHT)
    np.testing.assert_allclose([r.main[0] for r in helped], [r.main[0] for r in plain], rtol=1e-5)
    for run in helped:
        assert run.main[0] - run.extra[0] <= run.both[0] * 1.0001
        assert run.both[0] <= (run.main[0] + run.extra[0]) * 1.0001


def test_nothing_is_trained_in_no_steps():
    with pytest.raises(ValueError, match="1 or more"):
        inception.run(replace(SHORT, steps=0))
