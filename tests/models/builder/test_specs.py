"""Specs as JSON and back."""

import json

import pytest

from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.specs import from_json, to_json
from viz_models.records import ConvSpec


@pytest.mark.parametrize("name", PRESETS)
def test_there_and_back(name):
    assert from_json(json.loads(json.dumps(to_json(PRESETS[name])))) == PRESETS[name]


def test_fields_left_out_keep_their_default():
    assert from_json({"family": "conv", "depths": [3]}) == ConvSpec(depths=(3,))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "one JSON object"),
        ({}, "unknown family None; choose conv, mlp, transformer, rnn"),
        ({"family": ["conv"]}, "unknown family"),
        ({"family": "conv", "dept": 3}, "unknown field 'dept' of conv; it has depths"),
        ({"family": "conv", "depths": 3}, "depths is a list of whole numbers, not 3"),
        ({"family": "mlp", "depth": 10**6}, "depth: from 1 to 64"),
        ({"family": "conv", "groups": 5}, "5 groups do not divide 16 channels; 4 do"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(data, message):
    with pytest.raises(ValueError, match=message):
        from_json(data)
