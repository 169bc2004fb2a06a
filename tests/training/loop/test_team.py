"""A run of several workers is the run of one: torch's DistributedDataParallel, for real."""

from dataclasses import replace
from itertools import islice

import psutil
import pytest
import torch

from viz_models.records import Budget, DigitsNetSpec, Growth, MlpSpec, OptimizerSpec, RunSpec
from viz_models.training.loop import checkpoints, loop
from viz_models.training.loop.checks import check
from viz_models.training.loop.price import price

RUN = RunSpec(
    model=DigitsNetSpec(norm="group", widths=(8, 16)),
    optimizer=OptimizerSpec(name="momentum", lr=0.05, schedule="one cycle", clip=1.0),
    batch_size=32,
    budget=Budget(amount=12, unit="steps"),
    augment=("shift",),
    evaluations=2,
    moments=2,
)
TWO = replace(RUN, workers=2)


def members():
    """The processes of a team that are alive; other tests may have left children of their own."""
    alive = psutil.Process().children(recursive=True)
    return [p for p in alive if p.status() != psutil.STATUS_ZOMBIE and is_member(p)]


def is_member(process):
    return any("team_member" in word for word in process.cmdline())


@pytest.mark.slow
def test_two_workers_give_the_curve_of_one_and_a_resumed_run_too():
    whole = list(loop.train(RUN))
    session = loop.Session(TWO)
    records = session.records()
    first = list(islice(records, 7))
    assert len(members()) == 1
    files = session.checkpoint().files()
    records.close()
    assert members() == []
    second = loop.Session(TWO, checkpoints.from_files(files))
    found = [*first, *second.records()]
    assert members() == []
    assert not torch.distributed.is_initialized()
    assert [r.step for r in found] == [r.step for r in whole]
    for one, two in zip(whole, found, strict=True):
        assert two.loss == pytest.approx(one.loss, rel=1e-5)
        assert two.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-4)
        assert two.accuracy == pytest.approx(one.accuracy)
        assert (two.evaluation is None) == (one.evaluation is None)
        assert (two.moment is None) == (one.moment is None)
    assert found[-1].evaluation.loss == pytest.approx(whole[-1].evaluation.loss, rel=1e-5)


@pytest.mark.slow
def test_a_worker_that_dies_ends_the_run_with_one_line():
    records = loop.Session(replace(TWO, budget=Budget(amount=600, unit="seconds"))).records()
    next(records)
    (member,) = members()
    member.kill()
    with pytest.raises(ValueError, match="one of its 2 workers has ended: resume it"):
        list(records)
    assert not torch.distributed.is_initialized()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"batch_size": 33}, "33 cannot be split evenly over 2 workers; 32 or 34 can"),
        ({"batch_size": 1}, "1 cannot be split evenly over 2 workers; 2 can"),
        ({"workers": 0}, "workers 0: choose a whole number from 1 to 8"),
        ({"workers": 10**9}, "from 1 to 8"),
        ({"growth": Growth()}, "grows trains in one process"),
        ({"device": "cuda"}, "several workers compute on the CPU"),
    ],
)
def test_what_a_team_cannot_do_is_refused_in_one_line(changes, line):
    with pytest.raises(ValueError, match=line):
        check(replace(TWO, **changes))


def test_strangers_get_one_process():
    with pytest.raises(ValueError, match="2 workers, 1 at most here"):
        price(replace(TWO, model=MlpSpec(in_channels=1, depth=2)), hosted=True)
