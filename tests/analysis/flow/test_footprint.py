"""Gradients on the photo against an ordinary backward pass through torchvision's own model."""

import numpy as np
import pytest
import torch
from torchvision.models import resnet18
from torchvision.models.feature_extraction import create_feature_extractor

from viz_models.analysis.flow.footprint import footprint
from viz_models.analysis.flow.trace import trace
from viz_models.models import registry
from viz_models.records import ModelRef, TraceSpec

SPEC = TraceSpec(model=ModelRef(seed=7))
CELLS = {
    "input": (1, 5, 9),
    "conv1": (3, 0, 0),
    "relu": (3, 50, 60),
    "maxpool": (10, 55, 55),
    "layer1.0.add": (12, 28, 30),
    "layer1.1.relu_1": (1, 3, 50),
    "layer2.0.downsample.0": (100, 14, 14),
    "layer2.1.bn2": (5, 0, 27),
    "layer4.1.relu_1": (500, 3, 3),
    "avgpool": (7, 0, 0),
    "flatten": (7,),
    "fc": (281,),
}


@pytest.fixture(scope="module")
def photo():
    return torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(1)).numpy()


@pytest.fixture(scope="module")
def forward(photo):
    return trace(SPEC, photo)


def reference(photo, name, cell):
    torch.manual_seed(7)
    model = resnet18(weights=None).eval()
    x = torch.from_numpy(photo)[None].requires_grad_()
    value = x * 1 if name == "input" else create_feature_extractor(model, [name])(x)[name]
    value[0][cell].backward()
    return x.grad[0].abs().sum(0).numpy()


@pytest.mark.parametrize("name", CELLS)
def test_the_gradient_is_torchs_and_stays_in_its_box(name, photo, forward):
    found = footprint(forward, name, CELLS[name])
    expected = reference(photo, name, CELLS[name])
    assert found.gradient.shape == (224, 224)
    assert found.gradient.dtype == np.float32
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-4, atol=1e-5 * expected.max())
    top, left, bottom, right = (max(0, edge) for edge in found.box)
    outside = found.gradient.copy()
    outside[top:bottom, left:right] = 0
    assert not outside.any()
    assert found.gradient.any() == expected.any()


def test_the_boxes_are_the_known_fields(forward):
    def size(name):
        top, left, bottom, right = footprint(forward, name, CELLS[name]).box
        return bottom - top, right - left

    assert size("input") == (1, 1)
    assert size("conv1") == (7, 7)
    assert size("maxpool") == (11, 11)
    assert size("layer4.1.relu_1") == (435, 435)  # Araujo et al. 2019, appendix table
    assert footprint(forward, "fc", (281,)).box == (0, 0, 224, 224)
    assert footprint(forward, "conv1", (3, 0, 0)).box == (-3, -3, 4, 4)


def state(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_the_shared_network_is_left_as_it_was(photo, forward):
    with registry.shared(SPEC.model) as model:
        before = state(model)
    for name in ("layer1.0.add", "fc"):
        footprint(forward, name, CELLS[name])
    with registry.shared(SPEC.model) as model:
        after = state(model)
        assert before.keys() == after.keys()
        assert all(torch.equal(before[name], after[name]) for name in before)
        assert not any(module.training for module in model.modules())
        assert all(not p.requires_grad and p.grad is None for p in model.parameters())
        hooks = [m._forward_hooks or m._backward_hooks for m in model.modules()]
        assert not any(hooks)
    again = trace(SPEC, photo)
    assert all(np.array_equal(a, b) for a, b in zip(forward.values, again.values, strict=True))


def test_it_works_where_gradients_are_switched_off(forward):
    with torch.no_grad():
        assert footprint(forward, "conv1", (3, 20, 20)).gradient.any()
        assert not torch.is_grad_enabled()


def test_what_is_not_there_is_refused(forward):
    with pytest.raises(ValueError, match="unknown step 'layer9'"):
        footprint(forward, "layer9", (0, 0, 0))
    with pytest.raises(ValueError, match="c 0 to 63, y 0 to 111, x 0 to 111"):
        footprint(forward, "conv1", (0, 112, 0))
