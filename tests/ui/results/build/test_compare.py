import json

import pytest
from hypothesis import given, settings

from tests.models.builder.strategies import conv_specs
from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec
from viz_models.ui.results.build.compare import read, written


@settings(max_examples=50)
@given(conv_specs())
def test_a_network_survives_a_link(asked):
    spec = repaired(asked)[0]
    assert read(written(spec)) == spec


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_a_link_too(name):
    assert read(written(PRESETS[name])) == PRESETS[name]


def test_only_what_differs_is_written():
    assert json.loads(written(MlpSpec(depth=8))) == {"family": "mlp", "depth": 8}
    assert read("") == read("  ") == ConvSpec()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "this is not JSON"),
        ("[]", "a spec is one JSON object"),
        ('{"family": "rnn"}', "unknown family 'rnn'"),
        ('{"family": "conv", "depth": 3}', "unknown field 'depth'"),
        ('{"family": "conv", "depths": [1e9]}', "depths: depths is a list of whole numbers"),
        ('{"family": "conv", "depths": [1000000000]}', "depths: depths: from 1 to 64"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_what_is_no_network_is_told_in_one_line(text, says):
    with pytest.raises(ValueError, match="^" + says.replace("[", r"\[")) as refused:
        read(text)
    assert "\n" not in str(refused.value)
