"""Parts switched off, against torch's own forward hooks on torchvision's own network."""

import numpy as np
import pytest
import torch
from torchvision.models import resnet18

from viz_models.analysis.flow import ablation
from viz_models.analysis.flow.footprint import footprint
from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.flow.trace import trace
from viz_models.models import registry
from viz_models.records import ConvSpec, ModelRef, TraceSpec
from viz_models.records.flow.ablation import Off, OffSpec

REF = ModelRef(seed=5)
SPEC = TraceSpec(model=REF)
BLOCKS = tuple(f"layer{i}.{j}.add" for i in range(1, 5) for j in range(2))


@pytest.fixture(scope="module")
def photo():
    return torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(1)).numpy()


@pytest.fixture
def network():
    torch.manual_seed(5)
    return resnet18(weights=None).eval()


def hooked(network, module, change, photo):
    """What comes out when a hook replaces what a module gives."""
    network.get_submodule(module).register_forward_hook(lambda _m, _i, out: change(out))
    with torch.no_grad():
        return network(torch.from_numpy(photo.copy())[None])[0].numpy()


def without_map(channel):
    def change(out):
        out = out.clone()
        out[:, channel] = 0
        return out

    return change


def off(photo, **what):
    return ablation.switched(OffSpec(trace=SPEC, off=Off(**what)), photo)


def test_a_resnet18_has_eight_branches_that_end_in_a_norm():
    found = ablation.branches(steps_of(REF))
    assert tuple(found) == BLOCKS
    assert set(found.values()) == {name.replace("add", "bn2") for name in BLOCKS}


def test_with_nothing_off_the_scores_are_the_networks_own(photo, network):
    with torch.no_grad():
        expected = network(torch.from_numpy(photo.copy())[None])[0].numpy()
    found = off(photo)
    np.testing.assert_array_equal(found.before, expected)
    np.testing.assert_array_equal(found.after, expected)
    assert found.moved == 0
    assert not found.changed


@pytest.mark.filterwarnings("error")
def test_the_input_of_a_trace_can_be_used_though_it_is_read_only():
    traced = trace(SPEC, np.zeros((3, 224, 224), np.float32))
    spec = OffSpec(trace=SPEC, off=Off(branches=("layer1.0.add",)))
    found = ablation.switched(spec, traced.value("input"))
    assert np.array_equal(found.before, traced.value("fc"))
    assert next(ablation.each_branch(spec, traced.value("input"))).off == spec.off


@pytest.mark.parametrize("name", ["layer1.0.add", "layer2.0.add", "layer4.1.add"])
def test_a_branch_that_is_off_gives_zeros(name, photo, network):
    expected = hooked(network, name.replace("add", "bn2"), torch.zeros_like, photo)
    found = off(photo, branches=(name,))
    np.testing.assert_array_equal(found.after, expected)
    assert found.moved > 0


@pytest.mark.parametrize(("step", "channel"), [("conv1", 7), ("layer3.0.bn1", 0), ("avgpool", 511)])
def test_a_map_that_is_off_gives_zeros(step, channel, photo, network):
    expected = hooked(network, step, without_map(channel), photo)
    np.testing.assert_array_equal(off(photo, maps=((step, channel),)).after, expected)


def test_a_map_behind_an_in_place_relu_is_that_step_alone(photo, network):
    """The block's shortcut reads the same map, so it is off there, too."""
    expected = hooked(network, "maxpool", without_map(3), photo)
    np.testing.assert_array_equal(off(photo, maps=(("maxpool", 3),)).after, expected)
    assert not np.array_equal(off(photo, maps=(("layer1.0.conv1", 3),)).after, expected)


def test_several_parts_are_off_together(photo, network):
    network.get_submodule("layer1.1.bn2").register_forward_hook(lambda _m, _i, o: o * 0)
    expected = hooked(network, "conv1", without_map([3, 9]), photo)
    found = off(photo, branches=("layer1.1.add",), maps=(("conv1", 3), ("conv1", 9)))
    np.testing.assert_array_equal(found.after, expected)


def test_each_branch_alone_is_what_switching_it_off_gives(photo):
    found = list(ablation.each_branch(OffSpec(trace=SPEC), photo))
    assert [f.off.branches for f in found] == [(name,) for name in BLOCKS]
    last = off(photo, branches=("layer4.1.add",))
    np.testing.assert_array_equal(found[-1].after, last.after)
    length = torch.linalg.vector_norm
    moved = length(torch.from_numpy(last.after - last.before)) / length(torch.tensor(last.before))
    assert last.moved == pytest.approx(float(moved), rel=1e-5)


def test_the_shared_network_stays_bit_for_bit(photo):
    with registry.shared(REF) as model:
        before = {k: v.clone() for k, v in model.state_dict().items()}
    off(photo, branches=BLOCKS[:2], maps=(("conv1", 1),))
    with registry.shared(REF) as model:
        assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ({"branches": ("layer9.add",)}, "adds no branch"),
        ({"maps": (("nowhere", 1),)}, "unknown step 'nowhere'"),
        ({"maps": (("conv1", 64),)}, "choose 0 to 63"),
    ],
)
def test_what_is_not_there_cannot_be_switched_off(what, line, photo):
    with pytest.raises(ValueError, match=line):
        off(photo, **what)


def test_a_block_of_the_readers_own_becomes_its_shortcut():
    ref = ModelRef(build=ConvSpec(depths=(1, 1), widths=(8, 16), size=32), seed=2)
    x = torch.randn(3, 32, 32, generator=torch.Generator().manual_seed(3)).numpy()
    name = next(iter(ablation.branches(steps_of(ref))))
    spec = OffSpec(trace=TraceSpec(model=ref), off=Off(branches=(name,)))
    model = registry.build(ref).eval()
    block = model.blocks()[0]
    block.branch.register_forward_hook(lambda _m, _i, o: o * 0)
    with torch.no_grad():
        expected = model(torch.from_numpy(x)[None])[0].numpy()
    np.testing.assert_array_equal(ablation.switched(spec, x).after, expected)


@pytest.mark.slow
def test_accuracy_without_each_branch_is_counted_over_all_batches(network):
    generator = torch.Generator().manual_seed(0)
    batches = [
        (torch.randn(2, 3, 224, 224, generator=generator), torch.tensor([1, 2])) for _ in range(2)
    ]
    with torch.no_grad():
        said = [network(photos).argmax(1) for photos, _ in batches]
    batches = [(photos, classes) for (photos, _), classes in zip(batches, said, strict=True)]
    found = ablation.over_images(REF, "ResNet18", iter(batches))
    assert found.whole == 1.0
    assert tuple(p.part for p in found.parts) == BLOCKS
    network.layer4[1].bn2.register_forward_hook(lambda _m, _i, o: o * 0)
    with torch.no_grad():
        right = sum(int((network(x).argmax(1) == y).sum()) for x, y in batches)
    assert found.parts[-1].accuracy == right / 4


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="no test images"):
        ablation.over_images(REF, "ResNet18", [])


def test_a_layer_of_a_plain_network_passes_its_input_on():
    spec = ConvSpec(depths=(2,), widths=(8,), connect="plain", norm="batch")
    ref = ModelRef(build=spec, seed=1)
    steps = steps_of(ref)
    name = ablation.layers(steps)[-1]
    x = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    model = registry.build(ref).eval()
    norm = name.replace("conv", "norm")
    kept = {}
    model.get_submodule(name).register_forward_hook(lambda _m, i, _o: kept.update(x=i[0].clone()))
    model.get_submodule(norm).register_forward_hook(lambda _m, _i, _o: kept["x"])
    with torch.no_grad():
        expected = model(x)
    found = ablation.scores(ref, x, ablation.without_layer(steps, name))
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_channels_are_filled_up_with_zeros():
    found = ablation._fitted(torch.ones(1, 2, 3, 3), 4)
    assert found.sum(dim=(0, 2, 3)).tolist() == [9, 9, 0, 0]


def test_a_trace_without_a_branch_and_a_map_is_the_hooked_network(photo, network):
    off = Off(branches=("layer2.1.add",), maps=(("layer1.0.conv1", 5),))
    found = trace(TraceSpec(model=REF, off=off), photo)
    network.get_submodule("layer1.0.conv1").register_forward_hook(
        lambda _m, _i, out: without_map(5)(out)
    )
    expected = hooked(network, "layer2.1.bn2", torch.zeros_like, photo)
    np.testing.assert_array_equal(found.value("fc"), expected)
    assert not found.value("layer2.1.bn2").any()
    assert not found.value("layer1.0.conv1")[5].any()
    assert found.stats[found.index("layer2.1.bn2")].zeros == 1
    np.testing.assert_array_equal(found.value("layer2.1.add"), found.value("layer2.0.relu_1"))


def test_what_is_off_depends_on_no_pixel_and_what_follows_on_the_rest(photo):
    found = trace(TraceSpec(model=REF, off=Off(branches=("layer1.0.add",))), photo)
    assert not footprint(found, "layer1.0.bn2", (3, 20, 20)).gradient.any()
    through = footprint(found, "layer1.0.add", (3, 20, 20)).gradient
    before = footprint(found, "maxpool", (3, 20, 20)).gradient
    np.testing.assert_array_equal(through, before)


def test_a_trace_without_what_there_is_not_is_refused(photo):
    with pytest.raises(ValueError, match="no map 64"):
        trace(TraceSpec(model=REF, off=Off(maps=(("conv1", 64),))), photo)
