import time
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from viz_models.records import (
    Budget,
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    Growth,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.training.data import sets as data
from viz_models.training.loop import loop, networks, price, speed
from viz_models.training.loop.costs import cost
from viz_models.training.presets import PRESETS

BIG = RunSpec(model=ZooSpec(name="resnet18"), data=DataSpec(size=32))


@pytest.mark.parametrize("spec", [
    *PRESETS.values(), BIG, RunSpec(model=RnnSpec(cell="lstm", layers=2)),
])  # fmt: skip
def test_parameters_and_multiply_adds_are_those_of_the_network(spec):
    found = price.price(spec)
    net = networks.build(spec.model, 0).eval()
    assert found.parameters == sum(p.numel() for p in net.parameters())
    if isinstance(spec.model, RnnSpec):
        # row by row, layer by layer: gates times (inputs + states)
        gates = {"rnn": 1, "gru": 3, "lstm": 4}[spec.model.cell]
        inputs = 8 + 64 + (spec.model.layers - 1) * 128
        assert found.macs == 8 * gates * 64 * inputs + 64 * 10
        return
    channels, size = networks.channels(spec.model), data.facts(spec.data).size
    counter = FlopCounterMode(display=False)
    with counter, torch.device("meta"):
        net.to("meta")(torch.empty(1, channels, size, size))
    assert found.macs == pytest.approx(counter.get_total_flops() / 2, rel=0.02)


def test_steps_of_every_unit():
    spec = RunSpec(batch_size=100)
    units = {"steps": 7, "samples": 799, "epochs": 0.5}
    steps = {"steps": 7, "samples": 7, "epochs": 7}  # 718 examples
    for unit, amount in units.items():
        asked = replace(spec, budget=Budget(amount=amount, unit=unit))
        assert price.price(asked).steps == steps[unit] == len(list(loop.train(asked)))
    assert price.price(replace(spec, budget=Budget(amount=3, unit="seconds"))).seconds == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small-cnn", "small-transformer", "resnet"])
def test_the_estimate_is_of_the_right_size(name):
    spec = replace(PRESETS[name], budget=Budget(amount=60, unit="steps"), evaluations=1)
    spec = replace(spec, moments=0)
    list(loop.train(replace(spec, budget=Budget(amount=5, unit="steps"))))
    speed._rates.clear()
    estimate = price.price(spec).seconds
    begin = time.process_time()  # of this process alone: others may keep the processor meanwhile
    list(loop.train(spec))
    spent = time.process_time() - begin
    assert spent / 8 < estimate < spent * 8


def test_a_busy_machine_does_not_make_a_run_look_long(monkeypatch):
    """Others that keep the processor are others' seconds."""
    assert torch.get_num_threads() == 1
    measured = speed.measure("cpu")
    net = torch.nn.Module.__call__

    def held_up(*args, **kwargs):
        time.sleep(0.05)
        return net(*args, **kwargs)

    monkeypatch.setattr(torch.nn.Module, "__call__", held_up)
    busy = speed.measure("cpu")
    assert busy.macs > measured.macs / 3
    assert busy.layer < 3 * measured.layer + 0.001


def test_the_speed_is_measured_again_after_a_while(monkeypatch):
    speed._rates.clear()
    now, count = [1000.0], []
    monkeypatch.setattr(speed.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(speed, "measure", lambda device: count.append(device) or "a rate")
    for passed in (0, 5, 100):
        now[0] += passed
        assert speed.measured("cpu") == "a rate"
    assert len(count) == 1
    now[0] += speed.AGAIN_S
    speed.measured("cpu")
    assert len(count) == 2
    speed._rates.clear()


def test_growing_is_priced_at_its_end():
    spec = PRESETS["resnet"]
    grown = replace(spec, growth=Growth(blocks=3))
    assert price.price(grown).parameters > price.price(spec).parameters


@pytest.mark.parametrize(("spec", "says"), [
    (replace(BIG, model=ZooSpec(name="vgg11")), "parameters, 30.0 M at most here"),
    (replace(BIG, batch_size=4096), "fits"),
    (RunSpec(model=ConvSpec(depths=(60, 60), widths=(8, 8), in_channels=1, size=8)),
     "64 at most here"),
    (RunSpec(budget=Budget(amount=100, unit="seconds", ), data=DataSpec(name="digits"),
             model=DigitsNetSpec(), evaluations=5000), "5000 evaluations, 200 at most here"),
    (RunSpec(budget=Budget(amount=500, unit="seconds")), "budget of 120 seconds fits"),
    (replace(PRESETS["resnet"], budget=Budget(amount=60_000, unit="steps")), "steps fits"),
])  # fmt: skip
def test_too_much_for_a_shared_machine_is_refused_in_one_line(spec, says):
    with pytest.raises(price.RefusedError, match=says) as trouble:
        price.price(spec, hosted=True)
    assert "\n" not in str(trouble.value)


def test_the_nearest_that_is_named_fits():
    spec = replace(BIG, batch_size=4096)
    with pytest.raises(price.RefusedError, match=r"batch size (\d+) fits") as trouble:
        price.price(spec, hosted=True)
    nearest = int(str(trouble.value).split("batch size ")[-1].split()[0])
    small = Budget(amount=1, unit="steps")
    price.price(replace(spec, batch_size=nearest, budget=small), hosted=True)
    with pytest.raises(price.RefusedError):
        price.price(replace(spec, batch_size=nearest + 1, budget=small), hosted=True)


def test_folders_are_for_ones_own_machine(tmp_path):
    """The refusal does not tell whether there is such a folder."""
    spec = RunSpec(data=DataSpec(name="folder", folder=str(tmp_path / "nowhere")))
    with pytest.raises(price.RefusedError, match="folders are read only where you run"):
        price.price(spec, hosted=True)


def test_what_cannot_run_has_no_price():
    with pytest.raises(ValueError, match="learning rate"):
        price.price(RunSpec(optimizer=OptimizerSpec(lr=-1)))


def test_memory_counts_what_the_optimizer_keeps():
    found = {n: price.price(RunSpec(optimizer=OptimizerSpec(name=n))).memory for n in
             ("sgd", "momentum", "adam")}  # fmt: skip
    size = 4 * cost(DigitsNetSpec(), DataSpec()).parameters
    assert found["momentum"] - found["sgd"] == found["adam"] - found["momentum"] == size


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_0", "inception_v3", "vit_b_16"])
def test_a_network_that_cannot_read_so_small_examples_says_so(name):
    with pytest.raises(ValueError, match="cannot read examples of 8×8"):
        price.price(RunSpec(model=ZooSpec(name=name)))


@pytest.mark.parametrize("spec", [
    RunSpec(optimizer=OptimizerSpec(lr=10**400)),
    RunSpec(budget=Budget(amount=10**400, unit="steps")),
    RunSpec(optimizer=OptimizerSpec(weight_decay=10**400)),
])  # fmt: skip
def test_numbers_too_large_for_a_float_are_refused_in_a_short_line(spec):
    with pytest.raises(ValueError, match="…") as trouble:
        price.price(spec)
    assert len(str(trouble.value)) < 100


def test_examples_and_checkpoints_must_fit_a_shared_machine():
    big = RunSpec(model=ZooSpec(name="resnet18"), data=DataSpec(size=256),
                  budget=Budget(amount=1, unit="steps"))  # fmt: skip
    with pytest.raises(price.RefusedError, match="size 193 fits"):  # 1797 digits, 4 bytes a pixel
        price.price(big, hosted=True)
    small = replace(big, data=DataSpec(size=32))
    price.price(small, hosted=True)
    large = replace(small, model=ZooSpec(name="resnet34"))
    price.price(replace(large, optimizer=OptimizerSpec(name="sgd")), hosted=True)
    assert price.price(replace(small, model=ZooSpec(name="regnet_y_400mf"))).parameters > 0
    with pytest.raises(price.RefusedError, match="a checkpoint takes"):
        price.price(replace(large, optimizer=OptimizerSpec(name="adam")), hosted=True)
