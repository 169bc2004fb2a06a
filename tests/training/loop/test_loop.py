import itertools
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from viz_models.models import digits_net
from viz_models.records import Budget, DataSpec, DigitsNetSpec, OptimizerSpec, RunSpec
from viz_models.training.data import sets as data
from viz_models.training.data.resident import Resident
from viz_models.training.loop import loop, placement
from viz_models.training.loop.evaluation import evaluate

SHORT = RunSpec(batch_size=64, budget=Budget(amount=64 * 6), seed=3)


def with_lr(lr):
    return OptimizerSpec(lr=lr)


def told(records):
    """What does not depend on the clock."""
    return [replace(r, seconds=0.0, memory=0) for r in records]


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "group"])
def test_each_step_is_w_minus_lr_times_gradient(norm):
    """The same run written with autograd.grad and nothing of torch.optim."""
    spec = replace(SHORT, model=DigitsNetSpec(norm=norm))
    records = list(loop.train(spec))
    d = data.digits()
    net = digits_net.build(spec.model, spec.seed)
    order = data.batches(1437, spec.batch_size, 6, spec.seed)
    for record, batch in zip(records, order, strict=True):
        logits = net(d.train_inputs[batch])
        loss = -logits.log_softmax(1)[range(64), d.train_targets[batch]].mean()
        assert record.loss == pytest.approx(loss.item(), rel=1e-5)
        right = (logits.argmax(1) == d.train_targets[batch]).float().mean().item()
        assert record.accuracy == pytest.approx(right, abs=1 / 64)
        with torch.no_grad():
            gradients = torch.autograd.grad(loss, list(net.parameters()))
            for w, g in zip(net.parameters(), gradients, strict=True):
                w -= spec.optimizer.lr * g
    net.eval()
    with torch.no_grad():
        logits = net(d.test_inputs)
    expected = nn.functional.cross_entropy(logits, d.test_targets).item()
    assert records[-1].evaluation.loss == pytest.approx(expected, rel=1e-4)
    assert records[-1].evaluation.accuracy == pytest.approx(
        (logits.argmax(1) == d.test_targets).float().mean().item(), abs=1 / 360
    )


def test_records_count_steps_and_samples():
    records = list(loop.train(replace(SHORT, budget=Budget(amount=64 * 6 + 63))))
    assert [r.step for r in records] == [1, 2, 3, 4, 5, 6]
    assert [r.samples for r in records] == [64, 128, 192, 256, 320, 384]
    assert [r.state for r in records] == ["running"] * 5 + ["finished"]
    assert [r.evaluation is None for r in records] == [True] * 5 + [False]


def test_one_seed_one_curve():
    a, b = (told(loop.train(SHORT)) for _ in range(2))
    assert a == b
    other = list(loop.train(replace(SHORT, seed=4)))
    assert [r.loss for r in other] != [r.loss for r in a]


def test_two_runs_in_turn_do_not_disturb_each_other():
    other = replace(SHORT, seed=4)
    pairs = list(zip(loop.train(SHORT), loop.train(other), strict=True))
    assert told(p[0] for p in pairs) == told(loop.train(SHORT))
    assert told(p[1] for p in pairs) == told(loop.train(other))


def test_it_learns():
    records = list(loop.train(RunSpec(batch_size=32, budget=Budget(amount=4096))))
    assert records[0].loss == pytest.approx(math.log(10), abs=0.5)
    assert records[-1].evaluation.accuracy > 0.93
    assert records[-1].evaluation.loss < 0.5


def test_a_run_that_explodes_says_when_and_stops():
    spec = RunSpec(
        model=DigitsNetSpec(norm="none"),
        optimizer=with_lr(1e6),
        batch_size=64,
        budget=Budget(amount=64 * 50),
    )
    records = list(loop.train(spec))
    assert records[-1].state == "diverged"
    assert not math.isfinite(records[-1].loss)
    assert 1 < records[-1].step < 50
    assert records[-1].step == len(records)
    assert all(math.isfinite(r.loss) and r.state == "running" for r in records[:-1])
    assert records[-1].evaluation is None


def test_weights_that_break_in_the_last_step_are_noticed():
    spec = RunSpec(
        model=DigitsNetSpec(norm="none"),
        optimizer=with_lr(1e30),
        batch_size=64,
        budget=Budget(amount=64),
    )
    (only,) = loop.train(spec)
    assert math.isfinite(only.loss)
    assert not math.isfinite(only.evaluation.loss)
    assert only.state == "diverged"


def test_stopping_early_leaves_nothing_behind():
    before = torch.random.get_rng_state()
    run = loop.train(SHORT)
    first = list(itertools.islice(run, 2))
    run.close()
    assert list(run) == []
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.is_grad_enabled()
    assert told(first) == told(loop.train(SHORT))[:2]


def test_data_is_not_written_to():
    d = data.digits()
    before = [d.train_inputs.clone(), d.test_inputs.clone()]
    list(loop.train(SHORT))
    assert torch.equal(d.train_inputs, before[0])
    assert torch.equal(d.test_inputs, before[1])


def test_evaluation_uses_running_statistics_and_does_not_move_them():
    net = digits_net.build(DigitsNetSpec(), 0)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    place = placement.Place(device=torch.device("cpu"))
    evaluate(net, Resident(data.digits(), place, channels=1))
    assert net.training
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


@pytest.mark.parametrize(("wrong", "says"), [
    ({"optimizer": with_lr(0.0)}, "learning rate 0.0"),
    ({"optimizer": with_lr(math.nan)}, "learning rate nan"),
    ({"optimizer": with_lr(math.inf)}, "learning rate inf"),
    ({"batch_size": 0}, "batch size 0"),
    ({"budget": Budget(amount=63)}, "63 samples"),
    ({"budget": Budget(amount=10**9)}, "samples"),
    ({"seed": -1}, "seed -1"),
    ({"model": DigitsNetSpec(norm="power")}, "unknown norm"),
    ({"data": DataSpec(name="faces")}, "unknown data"),
    ({"batch_size": 1, "model": DigitsNetSpec(widths=(4, 4, 4, 4))}, "batch size 1"),
])  # fmt: skip
def test_what_cannot_run_is_said_before_the_first_step(wrong, says):
    with pytest.raises(ValueError, match=says):
        loop.train(replace(SHORT, **wrong))
