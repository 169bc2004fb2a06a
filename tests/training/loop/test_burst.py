"""Steps whose numbers are read together, as on a GPU, are the steps that are read one by one."""

import math
from dataclasses import replace
from itertools import islice

import pytest
import torch

from viz_models.records import Budget, DigitsNetSpec, Growth, OptimizerSpec, RunSpec
from viz_models.training.loop import burst, checkpoints, loop
from viz_models.training.presets import PRESETS

RUN = RunSpec(
    model=DigitsNetSpec(widths=(8, 16)),
    optimizer=OptimizerSpec(name="momentum", lr=0.05, schedule="cosine", clip=1.0),
    batch_size=32,
    budget=Budget(amount=40, unit="steps"),
    augment=("shift",),
    evaluations=3,
    moments=4,
)
TOGETHER = 7


@pytest.fixture
def reads(monkeypatch):
    """This CPU waits as a GPU does; how many steps were read each time."""
    found = []
    read = loop.Session._records

    def counted(session):
        found.append(len(session.taken))
        yield from read(session)

    monkeypatch.setattr(loop, "longest", lambda device: TOGETHER)
    monkeypatch.setattr(loop, "fitting", lambda seconds: TOGETHER)
    monkeypatch.setattr(loop.Session, "_records", counted)
    return found


def told(records):
    return [
        (
            replace(r, seconds=0.0, memory=0, moment=None),
            r.moment and (r.moment.step, r.moment.gradient_norms),
        )
        for r in records
    ]


def one_by_one(spec):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "longest", lambda device: 1)
        patch.setattr(loop, "fitting", lambda seconds: 1)
        return list(loop.train(spec))


@pytest.mark.parametrize(
    "spec",
    [
        RUN,
        replace(
            PRESETS["resnet"], budget=RUN.budget, growth=Growth(at=0.4, blocks=1), evaluations=3
        ),
    ],
    ids=["plain", "growing"],
)
def test_the_curve_is_the_same(reads, spec):
    found = list(loop.train(spec))
    together = list(reads)
    expected = one_by_one(spec)
    assert told(found) == told(expected)
    assert max(together) == TOGETHER
    assert sum(together) == len(found) == 40
    seconds = [r.seconds for r in found]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0


def test_a_test_and_the_last_step_are_read_at_once(reads):
    found = list(loop.train(RUN))
    ends = [sum(reads[: i + 1]) for i in range(len(reads))]
    assert all(r.step in ends for r in found if r.evaluation)
    assert ends[-1] == found[-1].step
    assert found[-1].state == "finished"


def test_a_checkpoint_belongs_to_what_was_told(reads):
    session = loop.Session(RUN)
    first = []
    for record in session.records():
        first.append(record)
        assert session.settled == (record.step == session.done.step)
        if session.settled and record.step > 15:
            break
    files = session.checkpoint().files()
    rest = list(loop.Session(RUN, checkpoints.from_files(files)).records())
    assert told([*first, *rest]) == told(one_by_one(RUN))


def test_a_loss_that_is_no_number_ends_the_run_where_it_came(reads):
    wild = replace(
        RUN, model=DigitsNetSpec(norm="none"), optimizer=OptimizerSpec(lr=1e6), moments=0
    )
    found = list(loop.train(wild))
    assert repr(told(found)) == repr(told(one_by_one(wild)))  # no number equals itself
    assert found[-1].state == "diverged"
    assert not math.isfinite(found[-1].loss)


def test_a_budget_of_seconds_ends_in_time(reads):
    found = list(loop.train(replace(RUN, budget=Budget(amount=0.3, unit="seconds"), moments=0)))
    assert found[-1].state == "finished"
    assert found[-1].seconds >= 0.3 > found[-2].seconds - 0.3


def test_slow_steps_are_read_one_by_one():
    assert burst.longest(torch.device("cpu")) == 1
    assert burst.longest(torch.device("cuda:0")) == burst.MOST == 16
    assert [burst.fitting(s) for s in (0.0, 0.001, 0.01, 0.03, 0.1, 5.0)] == [16, 16, 10, 3, 1, 1]


HALF = replace(RUN, precision="fp16", moments=2)


def test_float16_is_near_float32_and_tells_the_gradient_itself():
    half = list(islice(loop.train(HALF), 20))
    full = list(islice(loop.train(replace(HALF, precision="fp32")), 20))
    assert [r.loss for r in half] == pytest.approx([r.loss for r in full], rel=2e-2)
    assert half[0].loss != full[0].loss
    assert half[0].gradient_norm == pytest.approx(full[0].gradient_norm, rel=1e-2)
    assert half[0].moment.gradient_norms == pytest.approx(full[0].moment.gradient_norms, rel=2e-2)


def test_float16_goes_on_with_its_scale():
    session = loop.Session(HALF)
    session.scaler.load_state_dict(session.scaler.state_dict() | {"growth_interval": 5})
    first = list(islice(session.records(), 7))
    saved = checkpoints.from_files(session.checkpoint().files())
    assert (saved.done.scale, saved.done.scaled) == (2.0**17, 2)  # doubled after five steps
    second = loop.Session(HALF, saved)
    assert second.scaler.get_scale() == 2.0**17
    rest = list(second.records())
    whole = list(loop.train(HALF))
    # a power of two changes no digit, only what is too small to be kept
    assert [r.loss for r in (*first, *rest)] == pytest.approx([r.loss for r in whole], rel=2e-3)


def test_a_step_whose_gradient_is_too_large_for_float16_is_left_out():
    session = loop.Session(replace(HALF, moments=0))
    session.scaler.load_state_dict(session.scaler.state_dict() | {"scale": 2.0**40})
    before = {name: p.detach().clone() for name, p in session.net.named_parameters()}
    records = session.records()
    first = next(records)
    assert math.isinf(first.gradient_norm) or math.isnan(first.gradient_norm)
    assert first.state == "running"
    assert all(torch.equal(p, before[n]) for n, p in session.net.named_parameters())
    assert session.scaler.get_scale() == 2.0**39
