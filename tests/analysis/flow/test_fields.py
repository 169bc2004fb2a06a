import copy

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from viz_models.analysis.anynet.watcher import Watcher
from viz_models.analysis.flow import fields
from viz_models.analysis.flow.plan import plan, plan_of, until, walk
from viz_models.analysis.flow.steps import facts, steps_of
from viz_models.models import registry
from viz_models.records import ModelRef

SPATIAL = [s for s in steps_of(ModelRef()) if len(s.output_shape) == 3 and s.op != "input"]


def linear_twin(model):
    """The same wiring, one channel, positive weights: nothing cancels, nothing is cut off."""
    twin = copy.deepcopy(model)
    for name, module in model.named_modules():
        parent, _, child = name.rpartition(".")
        if isinstance(module, nn.Conv2d):
            new = nn.Conv2d(1, 1, module.kernel_size, module.stride, module.padding, bias=False)
            nn.init.constant_(new.weight, 1 / new.weight.numel())
        elif isinstance(module, nn.MaxPool2d):
            new = nn.AvgPool2d(module.kernel_size, module.stride, module.padding)
        elif isinstance(module, nn.BatchNorm2d | nn.ReLU):
            new = nn.Identity()
        else:
            continue
        setattr(twin.get_submodule(parent), child, new)
    return twin


def footprint(model, planned, step, photo, cell):
    """The box that the value at `cell` of a step really reacts to, None if it is all padding."""
    x = torch.ones(1, 1, *photo, dtype=torch.float64, requires_grad=True)
    until(planned, step, model.double(), x)[0, 0, cell[0], cell[1]].backward()
    if not x.grad.any():
        return None
    rows = x.grad[0, 0].sum(1).nonzero().flatten()
    columns = x.grad[0, 0].sum(0).nonzero().flatten()
    return rows[0].item(), columns[0].item(), rows[-1].item() + 1, columns[-1].item() + 1


def clipped(box, photo):
    top, left, bottom, right = box
    return max(top, 0), max(left, 0), min(bottom, photo[0]), min(right, photo[1])


@pytest.fixture(scope="module")
def twin():
    model = linear_twin(registry.build(ModelRef()))
    model.fc = nn.Linear(1, 1)
    return model.double()


def cells(step):
    _, h, w = step.output_shape
    return {(0, 0), (h - 1, w - 1), (h // 2, w // 3), (h // 3, 0)}


@pytest.mark.parametrize("step", SPATIAL, ids=lambda s: s.name)
def test_the_gradient_of_every_resnet_step_fills_its_box(twin, step):
    planned = plan_of(twin, torch.ones(1, 1, 224, 224, dtype=torch.double))
    for cell in cells(step):
        measured = footprint(twin, planned, step.name, (224, 224), cell)
        expected = fields.box(step.receptive_field, *cell, (224, 224))
        assert measured == clipped(expected, (224, 224)), cell


@pytest.mark.slow
def test_the_largest_field_is_right_where_no_edge_cuts_it(twin):
    planned, photo = plan_of(twin, torch.ones(1, 1, 224, 224, dtype=torch.double)), (704, 736)
    step = next(s for s in SPATIAL if s.name == "layer4.1.relu_1")
    box = fields.box(step.receptive_field, 11, 11, photo)
    assert clipped(box, photo) == box
    assert box[2] - box[0] == 435
    assert footprint(twin, planned, step.name, photo, (11, 11)) == box


def test_known_sizes_of_resnet18():
    known = {s.name: s.receptive_field for s in SPATIAL}
    assert known["conv1"].size == (7, 7)
    assert known["maxpool"].size == (11, 11)
    assert known["layer1.1.add"].size == (43, 43)
    assert known["layer4.1.add"].size == (435, 435)  # Araujo et al. 2019, table 2 for ResNets
    assert known["layer2.0.downsample.0"].size < known["layer2.0.add"].size


def test_after_flatten_everything_is_seen():
    last = {s.name: s for s in steps_of(ModelRef())}
    for name in ("flatten", "fc"):
        assert last[name].receptive_field is None
        assert fields.box(last[name].receptive_field, 0, 0, (224, 200)) == (0, 0, 224, 200)


class Residual(nn.Module):
    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x):
        return self.first(x) + self.second(x)


def conv(kernel, stride, padding, dilation):
    made = nn.Conv2d(1, 1, kernel, stride, padding, dilation, bias=False)
    nn.init.constant_(made.weight, 1.0)
    return made


sizes = st.tuples(st.integers(1, 4), st.integers(1, 4))
convs = st.builds(
    conv,
    sizes,
    st.tuples(st.integers(1, 3), st.integers(1, 2)),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.integers(1, 3), st.integers(1, 2)),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(convs, min_size=1, max_size=3), st.data())
def test_any_stack_of_convolutions(layers, data):
    check(nn.Sequential(*layers), (40, 36), data)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(1, 3),
    st.lists(convs, max_size=1),
    st.data(),
)
def test_a_skip_takes_the_union(p, q, stride, before, data):
    wide = conv(2 * p + 1, stride, p, 1)
    short = conv(2 * q + 1, stride, q, 1)
    check(nn.Sequential(*before, Residual(wide, short)), (40, 36), data)


def check(net, photo, data):
    """The measured box is never larger; where no edge is near, they are the same."""
    try:
        planned = plan_of(copy.deepcopy(net).to("meta"), torch.empty(1, 1, *photo, device="meta"))
    except RuntimeError:  # the map is smaller than the kernel
        assume(False)
    step = facts(planned)[-1]
    _, h, w = step.output_shape
    cell = data.draw(st.tuples(st.integers(0, h - 1), st.integers(0, w - 1)))
    expected = fields.box(step.receptive_field, *cell, photo)
    measured = footprint(net, planned, step.name, photo, cell)
    inside = clipped(expected, photo)
    if expected == inside:
        assert measured == expected
    elif measured is not None:
        assert clipped(measured, photo) == measured
        assert all(m >= e for m, e in zip(measured[:2], inside[:2], strict=True))
        assert all(m <= e for m, e in zip(measured[2:], inside[2:], strict=True))


SWIN = {s.name: s for s in steps_of(ModelRef(name="swin_t"))}


@pytest.mark.parametrize(("name", "size"), [
    ("features.0.0", 4),
    ("features.1.0.add", 28),  # a window of 7 patches of 4
    ("features.1.0.add_1", 28),
    ("features.1.1.add", 56),  # a shifted window lies in two
    ("features.2.norm", 84),
    ("features.5.5.add", 224),
])  # fmt: skip
def test_attention_in_windows_sees_at_most_what_its_windows_reached(name, size):
    field = SWIN[name].receptive_field
    assert field.size == (size, size)
    assert field.at_most == (name != "features.0.0")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["swin_t", "swin_v2_t"])
def test_a_gradient_through_windows_fills_its_box(model):
    """What the mask of shifted windows leaves of the opposite edge is below 1e-40."""
    ref = ModelRef(name=model)
    net, side = registry.build(ref).eval().requires_grad_(False), ref.side
    x = torch.randn(1, 3, side, side, requires_grad=True)
    found = {}

    def keep(step, value):
        found[step] = value
        return value

    walk(Watcher(plan(ref).by_name(keep)), net, x)
    known = {s.name: s for s in steps_of(ref)}
    for name in ("features.1.0.add", "features.1.1.add", "features.2.norm", "features.3.1.add"):
        step = known[name]
        for y, column in ((0, 0), (5, 9), (step.output_shape[0] - 1, 13)):
            value = found[name][0, y, column] @ torch.randn(step.output_shape[2])
            (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
            reached = gradient[0].abs().amax(0) > 1e-40
            rows, columns = reached.any(1).nonzero(), reached.any(0).nonzero()
            box = rows[0].item(), columns[0].item(), rows[-1].item() + 1, columns[-1].item() + 1
            assert box == fields.box(step.receptive_field, y, column, (side, side)), (name, y)
