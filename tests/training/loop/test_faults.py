"""Mistakes made on purpose: each does what its name says, and nothing else."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.training.data import idx_files
from tests.training.loop.test_resume import same
from viz_models.records import Budget, DataSpec, MlpSpec, OptimizerSpec, RunSpec
from viz_models.records.train.experiments import RunFault
from viz_models.training import specs
from viz_models.training.data import sets as data
from viz_models.training.loop import checks, faults, loop

FAULTS = [fault for fault in get_args(RunFault) if fault != "none"]
NET = MlpSpec(in_channels=1, size=8, depth=1, width=16, norm="batch", dropout=0.5)
RUN = RunSpec(
    model=NET,
    optimizer=OptimizerSpec(name="momentum", lr=0.02),
    budget=Budget(amount=12, unit="steps"),
    evaluations=3,
    device="cpu",
)
PLAIN = replace(RUN, model=replace(NET, norm="none", dropout=0.0))


def records(**changes):
    return list(loop.train(replace(RUN, **changes)))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_with_a_fault_goes_on_where_it_was(fault):
    same(replace(RUN, fault=fault), (1, 7))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_with_a_fault_is_written_and_read(fault):
    spec = replace(RUN, fault=fault)
    assert specs.from_json(specs.to_json(spec)) == spec


def test_gradients_that_are_not_cleared_add_up():
    found = [r.gradient_norm for r in loop.train(replace(PLAIN, fault="zero_grad"))]
    session = loop.Session(PLAIN)  # the same weights and batches, by hand
    batches = data.order(1437, PLAIN.batch_size, PLAIN.seed)
    optimizer = torch.optim.SGD(session.net.parameters(), 0.02, 0.9)
    for norm in found[:4]:
        inputs, targets = session.examples.batch(next(batches))
        functional.cross_entropy(session.net(inputs), targets).backward()
        whole = torch.cat([p.grad.flatten() for p in session.net.parameters()])
        assert norm == pytest.approx(whole.norm().item(), rel=1e-5)
        optimizer.step()


def test_labels_and_pixels_are_changed_in_training_alone():
    digits = data.digits()
    shifted = faults.examples(digits, "shifted")
    assert (shifted.train_targets[1:] == digits.train_targets[:-1]).all()
    assert shifted.test_targets is digits.test_targets
    classes = faults.examples(digits, "classes")
    assert (classes.train_targets == (digits.train_targets + 1) % 10).all()
    raw = faults.examples(digits, "not_normalized")
    assert (raw.train_inputs.min(), raw.train_inputs.max()) == (0, 255)
    corr = np.corrcoef(raw.train_inputs.flatten(), digits.train_inputs.flatten())[0, 1]
    assert corr == pytest.approx(1)
    assert faults.examples(digits, "zero_grad") is digits


def test_bytes_stay_bytes(tmp_path):
    folder = idx_files.write(tmp_path, size=12)
    asked = DataSpec(name="mnist", folder=str(folder))
    spec = replace(PLAIN, model=replace(PLAIN.model, size=12), data=asked, fault="not_normalized")
    inputs, _ = loop.Session(spec).examples.batch(torch.arange(8))
    pixels = data.load(asked).train_inputs[:8]
    assert torch.equal(inputs, pixels.float())


def test_all_first_weights_are_zero():
    net = loop.Session(replace(RUN, fault="zero_init")).net
    assert not any(p.any() for p in net.parameters())


def test_classes_come_one_after_the_other_and_go_on_where_they_were():
    targets = torch.tensor([2, 0, 1, 0, 2])
    order = faults.by_class(targets, 2)
    first = [next(order) for _ in range(5)]
    assert torch.cat(first).tolist() == [1, 3, 2, 0, 4] * 2
    later = faults.by_class(targets, 2, taken=3)
    assert torch.equal(next(later), first[3])


def test_softmax_twice_is_never_below_its_floor():
    fitted = torch.eye(10) * 1000
    floor = functional.cross_entropy(faults.scores(fitted, "softmax_twice"), torch.arange(10))
    assert floor.item() == pytest.approx(np.log(1 + 9 / np.e), rel=1e-6)
    assert records(fault="softmax_twice")[-1].evaluation.loss > floor


def test_a_test_that_forgot_eval_is_of_the_training_mode():
    healthy, found = records(), records(fault="no_eval")
    assert [r.loss for r in healthy] == [r.loss for r in found]
    assert healthy[-1].evaluation.loss != found[-1].evaluation.loss
    assert found[-1].evaluation == records(fault="no_eval")[-1].evaluation


def test_what_cannot_be_is_one_clear_line():
    with pytest.raises(ValueError, match="unknown fault 'typo'; choose none, zero_init"):
        checks.check(replace(RUN, fault="typo"))
    with pytest.raises(ValueError, match="choose precision fp32"):
        checks.check(replace(RUN, fault="zero_grad", precision="fp16"))
    with pytest.raises(ValueError, match="a run with a fault trains in one process"):
        checks.check(replace(RUN, fault="shifted", workers=2))
