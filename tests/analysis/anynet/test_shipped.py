"""This project's own networks in the recorder of any network: their hooks, and the flow page."""

import numpy as np
import pytest
import torch

from tests.analysis.anynet.test_record import check
from viz_models.analysis.anynet.opening import shipped
from viz_models.analysis.anynet.opening.opened import opened
from viz_models.analysis.anynet.record import record
from viz_models.analysis.flow.trace import trace
from viz_models.models import registry
from viz_models.models.builder.presets import PRESETS
from viz_models.records import ModelRef, OpenSpec, TraceSpec

SEED = 5
FOLLOWED = [
    *(ModelRef(name=name, seed=SEED) for name in ("resnet18", "squeezenet1_0", "mnasnet0_5")),
    *(ModelRef(build=PRESETS[name], seed=SEED) for name in ("res20", "plain20", "densenet_block")),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped.SHIPPED)
def test_a_shipped_network_is_recorded_bit_for_bit(name):
    net, args = shipped.made(name)
    check(net.eval(), args, {})


@pytest.mark.parametrize("name", ["res20", "gpt_tiny", "char_rnn"])
def test_a_network_of_the_builder_is_recorded_bit_for_bit(name):
    net, args = shipped.built(name, 0)
    check(net.eval(), args, {})


@pytest.mark.slow
@pytest.mark.parametrize("ref", FOLLOWED, ids=lambda ref: ref.name if ref.build is None else "")
def test_both_recorders_see_the_same_steps_and_the_same_bits(ref):
    x = np.random.default_rng(1).standard_normal(registry.card(ref).input_shape, dtype=np.float32)
    followed = trace(TraceSpec(model=ref), x)
    with registry.shared(ref) as model:
        found = record(model, (torch.from_numpy(x)[None],))
    assert [step.name for step in found] == [step.name for step in followed.steps]
    for step, value in zip(followed.steps, followed.values, strict=True):
        np.testing.assert_array_equal(found.value(step.name)[0], value, err_msg=step.name)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("shipped:gpt5", "no network 'gpt5' is shipped; there is resnet18, translator"),
        ("build:gpt5", "unknown preset 'gpt5'; choose from"),
    ],
)
def test_another_name_gets_one_line(source, line):
    with pytest.raises(ValueError, match=line):
        opened(OpenSpec(source=source))
