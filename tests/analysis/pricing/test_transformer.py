"""Prices by formula beside what torch counts."""

import pytest
import torch
from hypothesis import given, settings
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from tests.models.builder.transformer_specs import SPECS, example
from viz_models.analysis.flow.plan import plan_of
from viz_models.analysis.flow.trace import record
from viz_models.analysis.pricing.transformer import price
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets_transformer import PRESETS
from viz_models.records import TransformerSpec


def kept_bytes(net, x):
    """Bytes of the distinct storages that autograd keeps, parameters excluded."""
    own = {p.untyped_storage().data_ptr() for p in net.parameters()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage  # alive, or its address could come again
        return tensor.detach()  # an output that its own graph holds would never be freed

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        y = net(x)
    assert y.requires_grad
    return sum(storage.nbytes() for storage in kept.values())


def counted_macs(spec):
    with torch.device("meta"):
        x = torch.empty(example(spec, 1).shape, dtype=example(spec, 1).dtype)
    with FlopCounterMode(display=False) as counter:
        skeleton(spec)(x)
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


@pytest.mark.slow
@settings(max_examples=60)
@given(SPECS)
def test_price_is_what_torch_counts(spec):
    asked, net = price(spec), build(spec, 0)
    assert asked.parameters == sum(p.numel() for p in net.parameters())
    assert asked.macs == counted_macs(spec)
    assert asked.activation_bytes == kept_bytes(net, example(spec, 1))
    layers = [m for m in net.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)]
    assert asked.layers == len(layers)


@settings(max_examples=30)
@given(SPECS)
def test_memory_grows_with_the_batch(spec):
    kept = kept_bytes(build(spec, 0), example(spec, 3))
    assert kept <= 3 * price(spec).activation_bytes  # masks and angles are there only once
    assert kept >= 2.4 * price(spec).activation_bytes


@pytest.mark.slow
@settings(max_examples=30)
@given(SPECS)
def test_inference_bytes_are_the_largest_step(spec):
    net, x = build(spec, 0).eval(), example(spec, 1)
    planned = plan_of(skeleton(spec), x.to("meta"))
    values = record(net, planned, x)
    sizes = {step: values[step.name].nbytes for step in planned.steps}
    largest = max(
        size + sum(sizes[source] for source in set(step.sources)) for step, size in sizes.items()
    )
    assert price(spec).inference_bytes == largest


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name):
    spec = PRESETS[name]
    asked = price(spec)
    assert asked.macs == counted_macs(spec)
    assert asked.activation_bytes == kept_bytes(build(spec, 0), example(spec, 1))


def test_a_forged_depth_is_priced_without_building():
    spec = TransformerSpec(layers=10**9)
    assert price(spec).parameters > 10**12
