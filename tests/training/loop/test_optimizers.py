import math
import warnings

import pytest
import torch
from torch.optim import lr_scheduler as scheduler

from viz_models.records import Budget, OptimizerSpec, RunSpec
from viz_models.training.data import sets as data
from viz_models.training.loop import loop, networks, optimizers

STEPS = 40


def rates(spec, steps=STEPS):
    return [optimizers.rate(spec, i / steps, (i + 1) / steps) for i in range(steps)]


def torchs(make, steps=STEPS):
    """What one of torch's schedulers gives, step by step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the scheduler is asked without steps between
        schedule = make(optimizer)
        found = []
        for _ in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
    return found


def test_constant_is_torchs():
    expected = torchs(lambda o: scheduler.ConstantLR(o, factor=1))
    assert rates(OptimizerSpec(lr=0.4)) == expected


def test_cosine_is_torchs():
    expected = torchs(lambda o: scheduler.CosineAnnealingLR(o, STEPS))
    assert rates(OptimizerSpec(lr=0.4, schedule="cosine")) == pytest.approx(expected)


def test_step_is_torchs():
    drops = [STEPS // 2, 3 * STEPS // 4]
    expected = torchs(lambda o: scheduler.MultiStepLR(o, drops))
    assert rates(OptimizerSpec(lr=0.4, schedule="step")) == pytest.approx(expected)


@pytest.mark.parametrize("steps", [2, 3, 4, 10, 40, 1999])
def test_one_cycle_is_torchs(steps):
    expected = torchs(lambda o: scheduler.OneCycleLR(o, 0.4, total_steps=steps), steps)
    assert rates(OptimizerSpec(lr=0.4, schedule="one cycle"), steps) == pytest.approx(
        expected, rel=1e-9
    )


def test_one_cycle_of_ten_steps_ends_where_torchs_does():
    found = rates(OptimizerSpec(lr=0.1, schedule="one cycle"), 10)
    assert found.index(max(found)) == 2
    assert max(found) == 0.1
    assert found[-1] == pytest.approx(4e-7)


def test_one_cycle_over_seconds_is_what_torchs_becomes_with_many_steps():
    spec = OptimizerSpec(lr=0.4, schedule="one cycle")
    shares = [i / 1000 for i in range(1001)]
    many = torchs(lambda o: scheduler.OneCycleLR(o, 0.4, total_steps=100_001), 100_001)
    found = [optimizers.rate(spec, share, share) for share in shares]
    assert found == pytest.approx(many[::100], abs=0.4 * 1e-4)


def test_warm_up_is_torchs_line():
    warm = 10
    expected = torchs(lambda o: scheduler.LinearLR(o, 1 / warm, 1, total_iters=warm - 1))
    found = rates(OptimizerSpec(lr=0.4, warm_up=warm / STEPS))
    assert found[0] == pytest.approx(0.4 / warm)
    assert found == pytest.approx(expected)
    assert all(math.isfinite(r) and r > 0 for r in found)


@pytest.mark.parametrize(("name", "plain"), [
    ("sgd", lambda p: torch.optim.SGD(p, 0.02, weight_decay=0.01)),
    ("momentum", lambda p: torch.optim.SGD(p, 0.02, momentum=0.8, weight_decay=0.01)),
    ("nesterov", lambda p: torch.optim.SGD(
        p, 0.02, momentum=0.8, nesterov=True, weight_decay=0.01)),
    ("adagrad", lambda p: torch.optim.Adagrad(p, 0.02, weight_decay=0.01)),
    ("rmsprop", lambda p: torch.optim.RMSprop(p, 0.02, weight_decay=0.01)),
    ("adam", lambda p: torch.optim.Adam(p, 0.02, weight_decay=0.01)),
    ("adamw", lambda p: torch.optim.AdamW(p, 0.02, weight_decay=0.01)),
])  # fmt: skip
def test_a_run_is_the_plain_loop_with_torchs_optimizer(name, plain):
    optimizer = OptimizerSpec(name=name, lr=0.02, momentum=0.8, weight_decay=0.01, clip=0.5)
    spec = RunSpec(optimizer=optimizer, batch_size=64, budget=Budget(amount=8, unit="steps"))
    records = list(loop.train(spec))
    examples = data.digits()
    net = networks.build(spec.model, 0)
    one = plain(net.parameters())
    for record, batch in zip(records, data.batches(1437, 64, 8, 0), strict=True):
        loss = torch.nn.functional.cross_entropy(
            net(examples.train_inputs[batch]), examples.train_targets[batch]
        )
        one.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        one.step()
        assert (record.loss, record.gradient_norm) == (loss.item(), norm.item())
        assert record.lr == 0.02
