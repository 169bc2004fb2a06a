import json
from dataclasses import replace

import pytest

from viz_models.models.builder.presets import PRESETS as NETS
from viz_models.records import (
    Arm,
    Budget,
    DataSpec,
    ExperimentSpec,
    Growth,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.training import specs
from viz_models.training.presets import PRESETS

ODD = RunSpec(
    model=ZooSpec(name="resnet34", classes=7),
    data=DataSpec(name="folder", folder="/a b/ç", size=40, label_noise=0.25, permute=True),
    optimizer=OptimizerSpec(name="nesterov", lr=0.3, schedule="one cycle", clip=1.5),
    batch_size=17,
    budget=Budget(amount=2.5, unit="epochs"),
    augment=("shift", "flip"),
    growth=Growth(at=0.25, freeze=True),
    precision="bf16",
    device="cuda:1",
    seed=9,
)


@pytest.mark.parametrize(
    "spec",
    [
        *PRESETS.values(),
        ODD,
        RunSpec(model=RnnSpec(cell="lstm")),
        *(RunSpec(model=net) for net in NETS.values()),
    ],
)
def test_a_run_survives_json(spec):
    text = json.dumps(specs.to_json(spec), allow_nan=False)
    assert specs.run_from_json(json.loads(text)) == specs.from_json(json.loads(text)) == spec


def test_an_experiment_survives_json():
    arms = tuple(Arm(label=name, run=run) for name, run in PRESETS.items())
    spec = ExperimentSpec(name="Which?", card="", arms=arms, seeds=(3, 1))
    assert specs.from_json(json.loads(json.dumps(specs.to_json(spec)))) == spec


def test_what_is_left_out_keeps_its_default():
    assert specs.from_json({}) == RunSpec()
    assert specs.from_json({"seeds": [1, 2]}) == ExperimentSpec(seeds=(1, 2))
    found = specs.from_json({"optimizer": {"lr": 1}, "model": {"family": "rnn"}})
    assert found == RunSpec(model=RnnSpec(), optimizer=OptimizerSpec(lr=1))


@pytest.mark.parametrize(("data", "says"), [
    ([], "one JSON object"),
    (None, "one JSON object"),
    ({"lr": 0.1}, "unknown field 'lr' of a run; it has model, data"),
    ({"seed": "1"}, "seed of a run: '1' is not a whole number"),
    ({"seed": True}, "'True' is not a whole number"),
    ({"batch_size": 1.5}, "batch_size of a run"),
    ({"optimizer": {"name": "lion"}}, "'lion'; choose sgd, momentum"),
    ({"optimizer": {"name": ["sgd"]}}, "choose sgd"),
    ({"optimizer": 3}, "optimizer of a run is one JSON object"),
    ({"optimizer": {"lr": None}}, "'None' is not a number"),
    ({"data": {"permute": 1}}, "is not true or false"),
    ({"data": {"folder": 1}}, "is not a text"),
    ({"augment": "flip"}, "is no list"),
    ({"augment": ["spin"]}, "choose flip, shift, crop"),
    ({"growth": {"when": 1}}, "unknown field 'when' of growth"),
    ({"model": {"family": "gan"}}, "unknown family 'gan'; choose conv, mlp, transformer, rnn"),
    ({"model": {"family": ["conv"]}}, "unknown family"),
    ({"model": {"family": "rnn", "depth": 3}}, "unknown field 'depth' of rnn"),
    ({"model": {"family": "conv", "depths": [999]}}, "depths"),
    ({"model": {"family": "digits_net", "widths": ["a"]}}, "widths of digits_net"),
    ({"arms": []}, "a list of 1 to 64"),
    ({"arms": [{"labels": 1}]}, "unknown field 'labels' of an arm"),
    ({"arms": [{"label": 1}]}, "is no text"),
    ({"arms": [{"run": {"seed": -0.5}}]}, "seed of a run"),
    ({"seeds": []}, "1 to 100 different"),
    ({"seeds": [1, 1]}, "1 to 100 different"),
    ({"seeds": list(range(101))}, "1 to 100 different"),
    ({"seeds": [1], "owner": "me"}, "unknown field 'owner' of an experiment"),
    ({"x" * 500: 1}, "unknown field"),
    ({1: 2}, "one JSON object"),
])  # fmt: skip
def test_what_is_none_is_said_in_one_line(data, says):
    with pytest.raises(ValueError, match=says) as trouble:
        specs.from_json(data)
    assert "\n" not in str(trouble.value)
    assert len(str(trouble.value)) < 300


def test_form_alone_is_checked():
    """Whether a folder exists is asked where it is read, not where the spec is."""
    assert specs.from_json(specs.to_json(replace(ODD, device="tpu"))).device == "tpu"
