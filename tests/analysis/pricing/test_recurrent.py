"""Prices by formula beside what torch counts."""

import pytest
import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from tests.models.builder.recurrent_specs import SPECS, example
from viz_models.analysis.pricing.counting import saved_bytes
from viz_models.analysis.pricing.price import price, refusal
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets_recurrent import PRESETS
from viz_models.records import RnnSpec


def counted_macs(spec):
    with FlopCounterMode(display=False) as counter:
        skeleton(spec)(example(spec, 1, device="meta"))
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


def kept(spec, device):
    """Bytes of one example: those of three, less those of two."""
    net = build(spec, 0) if device == "cpu" else skeleton(spec).train()
    two, three = (saved_bytes(net, example(spec, n, device=device)) for n in (2, 3))
    return three - two


@settings(max_examples=20, deadline=None)
@given(SPECS)
def test_price_is_what_torch_counts(spec):
    asked, net = price(spec), skeleton(spec)
    assert asked.parameters == sum(p.numel() for p in net.parameters())
    assert asked.macs == counted_macs(spec)
    assert asked.activation_bytes == kept(spec, "meta")


@pytest.mark.parametrize("cell", ["rnn", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_cpu_keeps_as_much(cell, layers):
    """Of an LSTM it keeps less: oneDNN's kernel holds what it needs out of sight."""
    spec = RnnSpec(cell=cell, layers=layers, hidden=5, size=4)
    assert price(spec).activation_bytes == kept(spec, "cpu")
    lstm = RnnSpec(cell="lstm", layers=layers, hidden=5, size=4)
    assert kept(lstm, "cpu") < price(lstm).activation_bytes == kept(lstm, "meta")


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name):
    spec = PRESETS[name]
    asked = price(spec)
    assert asked.macs == counted_macs(spec)
    assert asked.activation_bytes == kept(spec, "meta")
    cells = [m for m in skeleton(spec).modules() if isinstance(m, torch.nn.RNNBase)]
    assert len(cells) == 1


def test_what_is_too_large_says_what_fits():
    found = refusal(RnnSpec(cell="lstm", hidden=1024, layers=8, size=64))
    assert found is not None
    assert found.limit == "parameters"
    assert "instead of" in found.sentence
    assert refusal(found.nearest) is None
    assert isinstance(found.nearest, RnnSpec)
