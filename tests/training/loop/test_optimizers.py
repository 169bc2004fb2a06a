import math
import warnings

import pytest
import torch

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


def test_constant():
    assert set(rates(OptimizerSpec(lr=0.4))) == {0.4}


def test_cosine_is_torchs():
    expected = torchs(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS))
    assert rates(OptimizerSpec(lr=0.4, schedule="cosine")) == pytest.approx(expected)


def test_step_is_torchs():
    drops = [STEPS // 2, 3 * STEPS // 4]
    expected = torchs(lambda o: torch.optim.lr_scheduler.MultiStepLR(o, drops))
    assert rates(OptimizerSpec(lr=0.4, schedule="step")) == pytest.approx(expected)


def test_one_cycle_is_torchs_but_for_a_step():
    """Torch's cycle ends with its last step; ours, measured in shares, one step later."""
    n = 2000
    expected = torchs(lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.4, total_steps=n), n)
    found = rates(OptimizerSpec(lr=0.4, schedule="one cycle"), n)
    assert found == pytest.approx(expected, abs=0.4 * 5e-3)
    assert max(found) == pytest.approx(0.4)


def test_warm_up_is_torchs_line():
    warm = 10
    expected = torchs(
        lambda o: torch.optim.lr_scheduler.LinearLR(o, 1 / warm, 1, total_iters=warm - 1)
    )
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
