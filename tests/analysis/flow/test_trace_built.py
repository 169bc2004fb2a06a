"""Networks of the builder step by step, against forward hooks on a fresh copy."""

import numpy as np
import pytest
import torch

from viz_models.analysis.flow import arithmetic
from viz_models.analysis.flow.cells import striking
from viz_models.analysis.flow.footprint import footprint
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import steps_of, trace
from viz_models.images import samples
from viz_models.models import builder, registry
from viz_models.records import ConvSpec, ModelRef, TraceSpec

SMALL = {"depths": (2, 2), "widths": (8, 16), "size": 16}
NETS = {
    "plain": ConvSpec(**SMALL, connect="plain", dilation=2),
    "projection": ConvSpec(**SMALL, block="basic", norm="batch", activate="sum"),
    "pad": ConvSpec(**SMALL, shortcut="pad", activation="gelu"),
    "dense": ConvSpec(**SMALL, connect="dense", down="avg pool", norm="batch"),
    "split": ConvSpec(**SMALL, block="bottleneck", expansion=1, connect="split", norm="batch"),
    "shuffled": ConvSpec(
        **SMALL, block="bottleneck", groups=2, pointwise_groups=2, shuffle=True, norm="batch"
    ),
    "group norm": ConvSpec(**SMALL, norm="group", branch_scale="depth"),
    "rms": ConvSpec(**SMALL, norm="rms"),
    "pre-activation": ConvSpec(**SMALL, norm="batch", pre_activation=True, block="basic"),
    "gated": ConvSpec(**SMALL, se_ratio=4, hidden=(12,), dropout=0.5, last_pool="max pool"),
}


def traced(net, seed=3):
    spec = TraceSpec(model=ModelRef(build=NETS[net], seed=seed))
    return trace(spec, prepare(samples.load("cat"), side=16).tensor)


@pytest.mark.parametrize("net", NETS)
def test_every_module_gave_what_hooks_on_a_fresh_copy_see(net):
    found = traced(net)
    model, seen = builder.build(NETS[net], seed=3).eval(), {}
    for name, module in model.named_modules():
        if name and not list(module.children()):
            module.register_forward_hook(lambda _m, _x, y, name=name: seen.update({name: y[0]}))
    with torch.no_grad():
        logits = model(torch.from_numpy(found.value("input").copy())[None])[0]
    named = {step.module: value for step, value in zip(found.steps, found.values, strict=True)}
    compared = [name for name in named if name]
    assert compared
    assert all(np.array_equal(named[name], seen[name].numpy()) for name in compared)
    assert np.array_equal(found.values[-1], logits.numpy())


@pytest.mark.parametrize("net", NETS)
def test_the_steps_own_all_parameters(net):
    steps = steps_of(ModelRef(build=NETS[net]))
    model = builder.build(NETS[net])
    assert sum(s.parameters for s in steps) == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("net", NETS)
def test_what_has_a_rule_is_recomputed_and_the_rest_says_that_it_is_not(net):
    found = traced(net)
    silent = {"other", "pointwise", "rearrange", "split"}
    functions = ("sigmoid", "tanh")  # pointwise ones that have a formula
    for step, value in zip(found.steps[1:], found.values[1:], strict=True):
        done = arithmetic.calculation(found, step.name, striking(value))
        assert bool(done.formula) == (step.op not in silent or step.name.endswith(functions)), step
        assert done.agrees


@pytest.mark.parametrize("net", NETS)
def test_a_gradient_stays_inside_the_receptive_field(net):
    found = traced(net)
    for step, value in zip(found.steps[1:], found.values[1:], strict=True):
        seen = footprint(found, step.name, striking(value))
        top, left, bottom, right = (max(0, n) for n in seen.box)
        outside = seen.gradient.copy()
        outside[top:bottom, left:right] = 0
        assert not outside.any(), step


def test_a_cat_sees_as_much_as_its_widest_path():
    steps = {s.name: s for s in steps_of(ModelRef(build=NETS["dense"]))}
    cats = [s for s in steps.values() if s.op == "cat"]
    assert len(cats) == 4
    for step in cats:
        old, new = (steps[name].receptive_field.size for name in step.inputs)
        assert step.receptive_field.size == new > old


def test_two_networks_and_resnet18_do_not_share_their_steps():
    plain, dense = (steps_of(ModelRef(build=NETS[n])) for n in ("plain", "dense"))
    assert plain != dense
    assert len(steps_of(ModelRef())) == 70


def test_the_card_speaks_of_the_network_that_was_built():
    card = registry.card(ModelRef(build=ConvSpec(size=48, classes=7)))
    assert card.input_shape == (3, 48, 48)
    assert card.labels == tuple(f"class {i}" for i in range(7))
    with pytest.raises(ValueError, match="groups"):
        registry.card(ModelRef(build=ConvSpec(groups=5)))
