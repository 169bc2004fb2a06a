"""A run that was interrupted is the run that was not."""

from dataclasses import replace
from itertools import islice

import pytest
import torch

from viz_models.records import (
    Budget,
    ConvSpec,
    Growth,
    MlpSpec,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
)
from viz_models.training.loop import checkpoints, loop

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
NET = ConvSpec(
    depths=(1,), widths=(8,), in_channels=1, size=8, norm="batch", block="basic", activate="sum"
)
RUN = RunSpec(
    model=NET,
    optimizer=OptimizerSpec(lr=0.01, schedule="one cycle", weight_decay=0.01, clip=1.0),
    batch_size=48,
    budget=Budget(amount=40, unit="steps"),  # more than one pass
    augment=("flip", "shift", "crop"),
    evaluations=4,
    moments=5,
    seed=7,
)


def told(records):
    """What does not depend on the clock."""
    return [
        (
            replace(r, seconds=0.0, memory=0, moment=None),
            r.moment and (r.moment.step, r.moment.gradient_norms, r.moment.filters.tobytes()),
        )
        for r in records
    ]


def interrupted(spec, at):
    """Take `at` steps, write everything into files, and let another session go on."""
    first = loop.Session(spec)
    records = list(islice(first.records(), at))
    files = first.checkpoint().files()
    second = loop.Session(spec, checkpoints.from_files(files))
    return records + list(second.records()), second


def same(spec, steps):
    whole = loop.Session(spec)
    expected = told(whole.records())
    for at in steps:
        found, session = interrupted(spec, at)
        assert told(found) == expected
        for name, value in session.net.state_dict().items():
            assert torch.equal(value, whole.net.state_dict()[name]), name
    return whole


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_on_where_it_was(name):
    spec = replace(RUN, optimizer=replace(RUN.optimizer, name=name))
    same(spec, (1, 17, 39))


@pytest.mark.slow
@pytest.mark.parametrize("freeze", [False, True])
def test_before_and_after_growing(freeze):
    growth = Growth(at=0.5, blocks=1, freeze=freeze)
    spec = replace(RUN, growth=growth, optimizer=replace(RUN.optimizer, name="adam"))
    same(spec, (5, 19, 20, 21, 33))


def test_dropout_draws_the_same_numbers():
    model = MlpSpec(depth=2, width=16, in_channels=1, dropout=0.5)
    whole = same(replace(RUN, model=model, augment=()), (3, 30))
    assert any(isinstance(m, torch.nn.Dropout) for m in whole.net.modules())


def test_a_recurrent_network():
    spec = replace(RUN, model=RnnSpec(hidden=8), budget=Budget(amount=12, unit="steps"))
    same(spec, (5,))


def test_a_checkpoint_is_a_copy():
    session = loop.Session(RUN)
    records = session.records()
    next(records)
    saved = session.checkpoint()
    before = {name: value.clone() for name, value in saved.weights.items()}
    list(islice(records, 3))
    assert all(torch.equal(value, before[name]) for name, value in saved.weights.items())
    assert saved.done.step == 1


def test_seconds_go_on():
    spec = replace(RUN, budget=Budget(amount=0.4, unit="seconds"), evaluations=2)
    session = loop.Session(spec)
    first = list(islice(session.records(), 2))
    rest = list(loop.Session(spec, session.checkpoint()).records())
    assert rest[0].step == 3
    assert rest[0].seconds > first[-1].seconds
    assert rest[-1].state == "finished"
    assert 0.4 <= rest[-1].seconds < 5
    assert sum(r.evaluation is not None for r in first + rest) == 2


@pytest.mark.parametrize("name", [checkpoints.WEIGHTS, checkpoints.OPTIMIZER, checkpoints.PROGRESS])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_torn_file_is_noticed(name, keep):
    session = loop.Session(RUN)
    next(session.records())
    files = session.checkpoint().files()
    torn = files[name][: int(keep * len(files[name]))]
    with pytest.raises(ValueError, match="checkpoint cannot be read"):
        checkpoints.from_files({**files, name: torn})
    with pytest.raises(ValueError, match="checkpoint cannot be read"):
        checkpoints.from_files({k: v for k, v in files.items() if k != name})


def test_weights_are_opened_by_safetensors_alone():
    from safetensors.torch import load

    session = loop.Session(RUN)
    next(session.records())
    found = load(session.checkpoint().files()[checkpoints.WEIGHTS])
    state = session.net.state_dict()
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_weights_of_another_network_are_refused():
    session = loop.Session(RUN)
    next(session.records())
    saved = session.checkpoint()
    other = replace(RUN, model=replace(NET, widths=(16,)))
    with pytest.raises(ValueError, match="another network"):
        loop.Session(other, saved)
