"""Prices are formulas; torch counts the same by building, running and differentiating."""

from dataclasses import asdict, replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch.utils.flop_counter import FlopCounterMode

from tests.models.builder.strategies import conv_specs, mlp_specs
from viz_models.analysis.pricing.price import HOSTED, Limits, price, refusal
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec, RnnSpec, TransformerSpec

BATCH = 16
LENIENT = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def photos(spec, n, **options):
    if getattr(spec, "source", "") == "tokens":
        return torch.zeros(n, spec.length, dtype=torch.long, **options)
    return torch.zeros(n, spec.in_channels, spec.size, spec.size, **options)


def counted_macs(spec):
    net = skeleton(spec)
    with FlopCounterMode(display=False) as counter:
        net(photos(spec, 1, device="meta"))
    return counter.get_total_flops() / 2


def kept_bytes(net, x):
    """Distinct storages that autograd keeps, without parameters and buffers; and the output."""
    own = {t.untyped_storage().data_ptr() for t in [*net.parameters(), *net.buffers()]}
    kept, alive = {}, []

    def note(t):
        alive.append(t.detach())  # or its address would be used again
        if t.untyped_storage().data_ptr() not in own:
            kept[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
        return t.detach()  # an output that its own graph holds would never be freed

    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
        out = net(x)
    return sum(kept.values()), out


def agrees(spec):
    cost = price(spec)
    net = build(spec, seed=0)
    assert cost.parameters == sum(p.numel() for p in net.parameters())
    assert cost.macs == counted_macs(spec)
    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    assert cost.layers == sum(isinstance(m, kinds) for m in net.modules())
    assert cost.convolutions == sum(isinstance(m, torch.nn.Conv2d) for m in net.modules())
    kept, out = kept_bytes(net, torch.randn(photos(spec, BATCH).shape))
    assert cost.activation_bytes * BATCH == pytest.approx(kept, rel=0.1)
    out.square().sum().backward()
    assert out.shape == (BATCH, spec.classes)
    assert all(p.grad is not None and p.grad.shape == p.shape for p in net.parameters())


@pytest.mark.slow
@LENIENT
@given(conv_specs())
def test_any_convolutional_network_builds_trains_and_agrees_with_its_price(asked):
    agrees(repaired(asked)[0])


@pytest.mark.slow
@LENIENT
@given(mlp_specs())
def test_any_perceptron_builds_trains_and_agrees_with_its_price(asked):
    agrees(repaired(asked)[0])


@pytest.mark.parametrize("name", PRESETS)
def test_presets_agree_with_torch_in_parameters_and_multiply_adds(name):
    spec = PRESETS[name]
    cost = price(spec)
    net = skeleton(spec)
    assert cost.parameters == sum(p.numel() for p in net.parameters())
    assert cost.macs == counted_macs(spec)
    assert cost.convolutions == sum(isinstance(m, torch.nn.Conv2d) for m in net.modules())


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in PRESETS if n not in ("vgg11", "gpt_tiny")])
def test_presets_keep_what_autograd_keeps(name):
    spec = PRESETS[name]
    if isinstance(spec, RnnSpec):
        pytest.skip("kernels for all steps keep it in their own form: see test_recurrent.py")
    kept, _ = kept_bytes(build(spec, seed=0), torch.randn(photos(spec, 2).shape))
    assert 2 * price(spec).activation_bytes == pytest.approx(kept, rel=0.1)


@pytest.mark.parametrize("spec", [ConvSpec(norm="group"), MlpSpec(norm="layer", dropout=0.2)])
def test_memory_grows_in_step_with_the_batch(spec):
    one, two = (kept_bytes(build(spec, 0), photos(spec, n))[0] for n in (4, 8))
    assert two == 2 * one
    assert one == 4 * price(spec).activation_bytes


def test_inference_holds_the_skip_while_the_branch_runs():
    plain = ConvSpec(depths=(4,), widths=(16,), block="basic", connect="plain", stem="3x3")
    maps = 16 * 32 * 32 * 4  # bytes
    assert price(plain).inference_bytes == 2 * maps
    assert price(replace(plain, connect="residual")).inference_bytes == 3 * maps


def test_what_cannot_be_built_has_no_price():
    with pytest.raises(ValueError, match="groups do not divide"):
        price(ConvSpec(groups=6))


def test_what_fits_is_not_refused():
    assert refusal(PRESETS["resnet18"]) is None
    assert refusal(PRESETS["res56"], batch=64) is None


@pytest.mark.parametrize(
    ("spec", "batch", "limit"),
    [
        (PRESETS["vgg11"], 1, "parameters"),
        (PRESETS["resnet18"], 64, "training memory"),
        (ConvSpec(depths=(64, 64), widths=(16, 16)), 1, "convolutions"),
        (ConvSpec(size=256, widths=(256,)), 1, "multiply-adds"),
        (MlpSpec(depth=64, width=2048), 1, "parameters"),
        (TransformerSpec(layers=48, d_model=1024, num_heads=8, num_kv_heads=8), 1, "parameters"),
    ],
)
def test_a_refusal_names_the_limit_and_a_spec_that_fits(spec, batch, limit):
    refused = refusal(spec, batch=batch)
    assert refused.limit == limit
    assert refused.asked > refused.allowed
    assert refused.sentence.endswith("it fits.")
    assert repaired(refused.nearest)[1] == ()
    assert refusal(refused.nearest, batch=batch) is None
    changed = {n for n, v in asdict(refused.nearest).items() if v != getattr(spec, n)}
    assert changed <= {
        "depths",
        "widths",
        "stem_width",
        "hidden",
        "depth",
        "width",
        "layers",
        "d_model",
    }


def test_the_nearest_spec_is_the_largest_of_its_kind():
    refused = refusal(ConvSpec(depths=(64,)))
    assert refused.limit == "convolutions"
    assert refused.nearest == ConvSpec(depths=(HOSTED.convolutions - 1,))  # and the stem


def test_limits_that_nothing_fits_are_told():
    with pytest.raises(ValueError, match="raise them"):
        refusal(ConvSpec(), Limits(parameters=1))
