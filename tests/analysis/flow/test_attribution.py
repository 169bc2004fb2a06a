"""Attributions against captum called directly on torchvision's own network."""

import threading
import warnings

import numpy as np
import pytest
import torch
from captum.attr import (
    GuidedGradCam,
    IntegratedGradients,
    LayerAttribution,
    LayerGradCam,
    Occlusion,
    Saliency,
)
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torchvision.models import resnet18

from viz_models.analysis.flow import attribution
from viz_models.analysis.flow.attribution import attribute
from viz_models.analysis.flow.attribution_copy import last_maps, private
from viz_models.analysis.flow.guided import Guided
from viz_models.models import registry
from viz_models.records import ConvSpec, ModelRef, TraceSpec
from viz_models.records.flow.attribution import METHODS, SLOW, AttributionSpec

RESNET = TraceSpec(model=ModelRef(seed=4))
SMALL = TraceSpec(
    model=ModelRef(build=ConvSpec(depths=(1, 1), widths=(8, 16), size=32, classes=10), seed=1)
)
BENT = TraceSpec(
    model=ModelRef(build=ConvSpec(depths=(2,), widths=(8,), activation="gelu"), seed=1)
)
TARGET = 3


def noise(side):
    return torch.randn(3, side, side, generator=torch.Generator().manual_seed(2)).numpy()


@pytest.fixture(scope="module")
def photo():
    return noise(224)


@pytest.fixture(scope="module")
def small():
    return noise(32)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(4)
    model = resnet18(weights=None).eval()
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    return model


@pytest.fixture(scope="module")
def small_network():
    return registry.build(SMALL.model).eval()


def batch(photo):
    return torch.from_numpy(photo.copy())[None].requires_grad_()


def test_saliency_is_captums(photo, network):
    expected = Saliency(network).attribute(batch(photo), target=TARGET)[0].numpy()
    found = attribute(AttributionSpec(trace=RESNET, method="saliency", target=TARGET), photo)
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(found.heat, expected.max(0))


def test_grad_cam_is_captums(photo, network):
    method = LayerGradCam(network, network.layer4)
    expected = method.attribute(batch(photo), target=TARGET, relu_attributions=True)
    drawn = LayerAttribution.interpolate(expected, (224, 224), "bilinear")
    found = attribute(AttributionSpec(trace=RESNET, method="grad-cam", target=TARGET), photo)
    assert found.layer == "layer4"
    np.testing.assert_array_equal(found.values, expected[0].detach().numpy())
    np.testing.assert_array_equal(found.heat, drawn[0, 0].detach().numpy())


def test_guided_grad_cam_is_captums(photo, network):
    with warnings.catch_warnings(action="ignore"):
        method = GuidedGradCam(network, network.layer4)
        expected = method.attribute(batch(photo), target=TARGET, interpolate_mode="bilinear")
    found = attribute(AttributionSpec(trace=RESNET, method="guided-grad-cam", target=TARGET), photo)
    np.testing.assert_array_equal(found.values, expected[0].detach().numpy())


class LastReluIsAModule(nn.Module):
    """DenseNet, whose last ReLU is `F.relu`, as captum can guide it."""

    def __init__(self, net):
        super().__init__()
        self.features, self.last, self.classifier = net.features, nn.ReLU(), net.classifier

    def forward(self, x):
        maps = self.last(self.features(x))
        return self.classifier(F.adaptive_avg_pool2d(maps, (1, 1)).flatten(1))


@pytest.mark.slow
def test_guided_grad_cam_guides_a_relu_that_is_no_module(photo):
    ref = ModelRef(name="densenet121", seed=4)
    net = LastReluIsAModule(private(ref))
    with warnings.catch_warnings(action="ignore"):
        method = GuidedGradCam(net, net.get_submodule(last_maps(ref)))
        expected = method.attribute(batch(photo), target=TARGET, interpolate_mode="bilinear")
    asked = AttributionSpec(trace=TraceSpec(model=ref), method="guided-grad-cam", target=TARGET)
    found = attribute(asked, photo).values
    np.testing.assert_allclose(found, expected[0].detach().numpy(), atol=1e-6 * abs(found).max())


RELUS = {
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "function in place": lambda x: F.relu(x, inplace=True),
    "torch": torch.relu,
    "torch in place": torch.relu_,
    "method": lambda x: x.relu(),
    "method in place": lambda x: x.relu_(),
}


@pytest.mark.parametrize("name", RELUS)
def test_every_way_to_call_a_relu_is_guided(name):
    x = torch.tensor([[-1.0, 2.0, 3.0]], requires_grad=True)
    with Guided() as guided:
        y = x * 1.0
        z = RELUS[name](y)
        (z + y * 0).mul(torch.tensor([1.0, -1.0, 1.0])).sum().backward()
    assert guided.count == 1
    assert z.tolist() == [[0, 2, 3]]
    assert (y is z) == ("in place" in name)
    assert x.grad.tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("relu", [nn.ReLU6(), F.relu6])
def test_relu6_is_guided(relu):
    x = torch.tensor([[-1.0, 2.0, 3.0, 7.0]], requires_grad=True)
    with Guided():
        z = relu(x)
        z.mul(torch.tensor([1.0, -1.0, 1.0, 1.0])).sum().backward()
    assert z.tolist() == [[0, 2, 3, 6]]
    assert x.grad.tolist() == [[0, 0, 1, 0]]


def test_a_network_without_relu_is_refused(photo):
    spec = AttributionSpec(trace=BENT, method="guided-grad-cam", target=1)
    with pytest.raises(ValueError, match="there are none"):
        attribute(spec, noise(32))


@pytest.mark.slow
def test_integrated_gradients_are_captums(photo, network):
    method = IntegratedGradients(network)
    asked = AttributionSpec(trace=RESNET, method="integrated-gradients", target=TARGET, steps=5)
    found = attribute(asked, photo)
    alone = method.attribute(batch(photo), target=TARGET, n_steps=5, internal_batch_size=1)
    np.testing.assert_array_equal(found.values, alone[0].detach().numpy())
    at_once = method.attribute(batch(photo), target=TARGET, n_steps=5)[0].detach().numpy()
    np.testing.assert_allclose(found.values, at_once, rtol=1e-3, atol=1e-5 * at_once.max())


def test_fifty_steps_are_complete(small):
    asked = AttributionSpec(trace=BENT, method="integrated-gradients", target=TARGET)
    found = attribute(asked, small)
    assert found.completeness.steps == 50
    assert found.completeness.gap < 0.02
    model = registry.build(BENT.model).eval()
    with torch.no_grad():
        scores = model(torch.stack([batch(small)[0], torch.zeros(3, 32, 32)]))[:, TARGET]
    assert found.completeness.expected == pytest.approx(float(scores[0] - scores[1]), rel=1e-4)


def test_occlusion_is_captums(small, small_network):
    expected = Occlusion(small_network).attribute(
        batch(small), (3, 4, 4), (3, 2, 2), target=TARGET, perturbations_per_eval=1
    )
    found = attribute(AttributionSpec(trace=SMALL, method="occlusion", target=TARGET), small)
    np.testing.assert_array_equal(found.values, expected[0].detach().numpy())
    np.testing.assert_allclose(found.heat, expected[0, 0].detach().clamp(min=0), rtol=1e-6)
    assert found.passes == 1 + 15**2


def test_more_steps_are_taken_until_the_sum_is_complete(small, monkeypatch):
    """Without biases the way is straight, and one step is enough; GELU bends it."""
    straight = AttributionSpec(trace=SMALL, method="integrated-gradients", target=TARGET, steps=1)
    assert attribute(straight, small).completeness.steps == 1
    asked = AttributionSpec(trace=BENT, method="integrated-gradients", target=TARGET, steps=1)
    found = attribute(asked, small)
    assert found.completeness.steps > 1
    assert found.completeness.gap <= attribution.GAP
    assert found.completeness.total == pytest.approx(found.values.sum(dtype=np.float64), rel=1e-6)
    monkeypatch.setattr(attribution, "MOST_STEPS", 1)
    assert attribute(asked, small).completeness.gap > attribution.GAP


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("randomized", [False, True])
def test_the_shared_network_stays_bit_for_bit(method, randomized, small):
    with registry.shared(SMALL.model) as model:
        before = {k: v.clone() for k, v in model.state_dict().items()}
    attribute(AttributionSpec(trace=SMALL, method=method, randomized=randomized), small)
    with registry.shared(SMALL.model) as model:
        after = model.state_dict()
        assert all(torch.equal(before[k], after[k]) for k in before)
        assert not any(p.requires_grad or p.grad is not None for p in model.parameters())
        for module in model.modules():
            assert not module._forward_hooks
            assert not module._backward_hooks
            assert module.training is False


def test_the_default_class_is_the_one_on_top(small, small_network):
    with torch.no_grad():
        scores = small_network(batch(small))[0]
    found = attribute(AttributionSpec(trace=SMALL, method="saliency"), small)
    assert found.target == int(scores.argmax())
    assert found.score == pytest.approx(float(scores.max()), rel=1e-6)


def test_randomized_weights_are_all_drawn_anew():
    own = private(RESNET.model, randomized=True).state_dict()
    again = private(RESNET.model, randomized=True).state_dict()
    with registry.shared(RESNET.model) as model:
        for name, value in model.named_parameters():
            if value.ndim > 1:
                assert not torch.equal(own[name], value), name
    assert all(torch.equal(own[name], again[name]) for name in own)


@pytest.mark.parametrize("method", SLOW)
def test_progress_is_told_and_may_stop_the_work(method, small):
    told = []

    def stop(done, total):
        told.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    asked = AttributionSpec(trace=SMALL, method=method)
    with pytest.raises(KeyboardInterrupt):
        attribute(asked, small, stop)
    assert [done for done, _ in told] == [0, 1, 2, 3]
    attribute(asked, small)  # nothing is left locked


def test_a_fast_one_need_not_wait_for_a_slow_one(small):
    """And a second slow one may be stopped while it waits."""
    begun, stop = threading.Event(), threading.Event()

    def tell(done, total):
        begun.set()
        if stop.is_set():
            raise InterruptedError

    def run():
        asked = AttributionSpec(trace=RESNET, method="occlusion")
        with pytest.raises(InterruptedError):
            attribute(asked, noise(224), tell)

    slow = threading.Thread(target=run)
    slow.start()
    assert begun.wait(60)
    attribute(AttributionSpec(trace=SMALL, method="grad-cam"), small)
    assert slow.is_alive()

    def give_up(done, total):
        raise TimeoutError

    with pytest.raises(TimeoutError):
        attribute(AttributionSpec(trace=SMALL, method="occlusion"), small, give_up)
    assert slow.is_alive()
    stop.set()
    slow.join(60)
    assert not slow.is_alive()


def test_the_shared_network_is_free_meanwhile(small):
    def look(done, total):
        lock = registry._find(SMALL.model).lock
        assert lock.acquire(blocking=False), "somebody waits for the network that all share"
        lock.release()

    attribute(AttributionSpec(trace=SMALL, method="integrated-gradients"), small, look)


@pytest.mark.parametrize("target", [-1, 10])
def test_an_unknown_class_is_refused(target, small):
    with pytest.raises(ValueError, match="choose 0 to 9"):
        attribute(AttributionSpec(trace=SMALL, target=target), small)


def test_the_wrong_photo_is_refused(photo):
    with pytest.raises(ValueError, match="expected float32"):
        attribute(AttributionSpec(trace=SMALL), photo)


def test_grad_cam_weighs_what_the_last_convolution_ends():
    assert last_maps(RESNET.model) == "layer4"
    assert last_maps(SMALL.model).startswith("stages.1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("vgg11", "features"),
        ("googlenet", "inception5b"),
        ("squeezenet1_0", "classifier.1"),
        ("convnext_tiny", "features"),
    ],
)
def test_grad_cam_finds_the_last_maps_of_other_families(name, layer):
    assert last_maps(ModelRef(name=name)) == layer


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vit_b_16", "swin_t"])
def test_networks_of_attention_have_no_such_maps(name):
    with pytest.raises(ValueError, match="needs maps near the end"):
        last_maps(ModelRef(name=name))
