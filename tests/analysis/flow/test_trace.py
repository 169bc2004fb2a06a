import operator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torchvision.models.feature_extraction import create_feature_extractor

from viz_models import digits
from viz_models.analysis.anynet.writes import Kept
from viz_models.analysis.flow.plan import plan, plan_of
from viz_models.analysis.flow.timing import milliseconds
from viz_models.analysis.flow.trace import record, statistics, steps_of, trace
from viz_models.models import registry
from viz_models.models.versions import torch_version
from viz_models.records import ImageRef, ModelRef, TraceSpec

SEED = 4
SPEC = TraceSpec(model=ModelRef(seed=SEED))


def photo(seed=0):
    return np.random.default_rng(seed).standard_normal((3, 224, 224), dtype=np.float32)


def torchvision_model():
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return torchvision.models.resnet18(weights=None).eval().requires_grad_(False)


def plain_forward(m, x):
    """ResNet18's forward as the paper's reader would write it, nothing in place."""
    values = {}

    def keep(name, value):
        values[name] = value
        return value

    def block(b, name, x):
        y = keep(f"{name}.conv1", b.conv1(x))
        y = keep(f"{name}.bn1", b.bn1(y))
        y = keep(f"{name}.relu", torch.relu(y))
        y = keep(f"{name}.conv2", b.conv2(y))
        y = keep(f"{name}.bn2", b.bn2(y))
        if b.downsample is not None:
            x = keep(f"{name}.downsample.0", b.downsample[0](x))
            x = keep(f"{name}.downsample.1", b.downsample[1](x))
        y = keep(f"{name}.add", y + x)
        return keep(f"{name}.relu_1", torch.relu(y))

    x = keep("input", x)
    x = keep("conv1", m.conv1(x))
    x = keep("bn1", m.bn1(x))
    x = keep("relu", torch.relu(x))
    x = keep("maxpool", m.maxpool(x))
    for layer in ("layer1", "layer2", "layer3", "layer4"):
        for i, b in enumerate(getattr(m, layer)):
            x = block(b, f"{layer}.{i}", x)
    x = keep("avgpool", m.avgpool(x))
    x = keep("flatten", torch.flatten(x, 1))
    keep("fc", m.fc(x))
    return {name: value[0].numpy() for name, value in values.items()}


@pytest.fixture(scope="module")
def traced():
    return trace(SPEC, photo())


@pytest.fixture(scope="module")
def oracle():
    return plain_forward(torchvision_model(), torch.from_numpy(photo())[None])


def test_every_value_is_torchs_own_bit_for_bit(traced, oracle):
    assert [step.name for step in traced.steps] == list(oracle)
    assert len(traced.steps) == 70
    for step, value in zip(traced.steps, traced.values, strict=True):
        np.testing.assert_array_equal(value, oracle[step.name], strict=True, err_msg=step.name)
        assert value.shape == step.output_shape, step.name
        assert value.nbytes == step.bytes, step.name


@pytest.mark.slow
def test_every_value_is_that_of_torchvisions_feature_extractor(traced):
    model, x = torchvision_model(), torch.from_numpy(photo())[None]
    names = [step.name for step in traced.steps[1:]]
    # asked for alone, nothing runs after it that could overwrite it
    overwritten = [n for n, after in pairwise(names) if ".relu" in f".{after}"]
    batches = [[n] for n in overwritten] + [[n for n in names if n not in overwritten]]
    seen = set()
    for batch in batches:
        for name, value in create_feature_extractor(model, batch)(x).items():
            np.testing.assert_array_equal(traced.value(name), value[0].numpy(), err_msg=name)
            seen.add(name)
    assert seen == set(names)
    assert len(seen) == 69


def test_without_the_copies_25_values_would_be_wrong(oracle, monkeypatch):
    monkeypatch.setattr(Kept, "save", lambda *_: None)
    careless = trace(SPEC, photo())
    wrong = [
        step.name
        for step, value in zip(careless.steps, careless.values, strict=True)
        if not np.array_equal(value, oracle[step.name])
    ]
    assert len(wrong) == 25
    assert {"bn1", "layer1.0.bn1", "layer1.0.bn2", "layer1.0.add"} <= set(wrong)


def part_of_module(y, m):
    m(y.flatten(2))
    return y


def every_other(y):
    first, _ = y.chunk(2, dim=1)
    return y.add_(first.mul_(2).repeat(1, 2, 1, 1))


OVERWRITES = {
    "module": lambda y, m: m(y),
    "module on a view": part_of_module,
    "function": lambda y, m: F.relu(y, inplace=True),
    "function on a view": lambda y, m: (F.relu(y.view(-1), inplace=True), y)[1],
    "method": lambda y, m: y.relu_(),
    "method with argument": lambda y, m: y.add_(1.0),
    "method on a part": lambda y, m: (y.narrow(1, 0, 2).mul_(3), y)[1],
    "method on an index": lambda y, m: (y[:, 1:3].add_(0.5), y)[1],
    "method on a transposed view": lambda y, m: (y.transpose(1, 2).mul_(-1), y)[1],
    "method on half of the maps": lambda y, m: every_other(y),
    "operator": lambda y, m: operator.iadd(y, 2.0),
    "operator on a part": lambda y, m: (operator.imul(y[:, :2], 3.0), y)[1],
    "operator that divides": lambda y, m: operator.itruediv(y, 3.0),
    "out": lambda y, m: torch.mul(y, 2.0, out=y),
    "copy into a part": lambda y, m: (y.select(1, 0).copy_(y.select(1, 3)), y)[1],
}


@pytest.mark.parametrize("name", OVERWRITES)
def test_whatever_is_overwritten_is_copied_first(name):
    """Also where only a part is overwritten, through a view that nobody names again."""

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.twice = torch.nn.Conv2d(4, 4, 1, bias=False)
            self.act = torch.nn.ReLU(inplace=True)
            torch.nn.init.dirac_(self.twice.weight)

        def forward(self, x):
            y = self.twice(x)
            z = OVERWRITES[name](y, self.act)
            return (y + z).mean((2, 3))  # y is already overwritten here, in torch as in the trace

    net, x = Net().requires_grad_(False), torch.randn(1, 4, 3, 5)
    given = x.clone()
    values = record(net, plan_of(net, x), x)
    assert torch.equal(x, given)
    assert torch.equal(values["twice"], x[0])  # as the convolution left it
    assert torch.equal(values["mean"], net(x)[0])
    assert not torch.equal(values["add"] / 2, values["twice"])  # something was overwritten


def test_an_input_that_the_network_overwrites_is_kept():
    class Net(torch.nn.Module):
        def forward(self, x):
            x[:, 0].mul_(0)
            return x + 0.0

    x = torch.randn(1, 3, 2, 2)
    values = record(Net(), plan_of(Net(), x), x)
    assert torch.equal(values["input"], x[0])
    assert torch.equal(values["add"][0], torch.zeros(2, 2))


def test_a_trace_says_what_it_is_in_one_line(traced):
    assert repr(traced) == "Trace(resnet18, random weights, sample cat: 70 steps, 32.0 MiB)"


def test_a_notebook_shows_a_small_table(traced):
    html = traced._repr_html_()
    assert len(html) < 3000
    assert html.count("<tr>") == 1 + 12
    assert "59 more steps" in html
    mean = digits.digits(traced.stats[-1].mean)
    assert f"<tr><td>fc</td><td>1000</td><td>513,000</td><td>{mean}</td>" in html


@pytest.mark.filterwarnings("error")
def test_what_a_trace_holds_can_be_sent_through_again(traced):
    """Its arrays are read-only, and nobody is warned for that."""
    again = trace(SPEC, traced.value("input"))
    assert np.array_equal(again.probabilities, traced.probabilities)
    milliseconds(SPEC.model, traced.value("input"), repeats=1)


def snapshot(model):
    state = {k: v.clone() for k, v in model.state_dict().items()}
    hooks = sum(
        len(getattr(m, kind))
        for m in model.modules()
        for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    )
    flags = [m.training for m in model.modules()], [p.requires_grad for p in model.parameters()]
    return state, hooks, flags, [p.grad for p in model.parameters()]


def assert_untouched(before, after):
    assert before[1] == after[1] == 0
    assert before[2:] == after[2:]
    assert before[0].keys() == after[0].keys()  # running_mean and num_batches_tracked among them
    assert all(torch.equal(before[0][k], after[0][k]) for k in before[0])


def test_nothing_stays_behind():
    with registry.shared(SPEC.model) as model:
        before = snapshot(model)
    trace(SPEC, photo(1))
    with registry.shared(SPEC.model) as model:
        assert_untouched(before, snapshot(model))
    assert torch.is_grad_enabled()


def test_nothing_stays_behind_when_the_forward_raises(monkeypatch):
    with registry.shared(SPEC.model) as model:
        before = snapshot(model)
        middle = model.layer3[0].conv1

    def fail(_):
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(middle, "forward", fail)
        with pytest.raises(RuntimeError, match="out of memory"):
            trace(SPEC, photo(1))
    with registry.shared(SPEC.model) as model:  # hangs here if the lock was kept
        assert_untouched(before, snapshot(model))
    assert torch.is_grad_enabled()
    trace(SPEC, photo(1))


def test_two_people_at_once_never_see_each_others_tensors():
    photos = [photo(i) for i in range(4)]
    alone = [trace(SPEC, x) for x in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: trace(SPEC, x), photos))
    for a, b in zip(alone, together, strict=True):
        assert all(np.array_equal(v, w) for v, w in zip(a.values, b.values, strict=True))
        assert a.stats == b.stats


def test_a_trace_does_not_depend_on_what_happens_to_the_photo_later():
    x = photo()
    result = trace(SPEC, x)
    x[:] = 0
    assert result.value("input").any()
    assert not result.value("conv1").flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        result.value("fc")[0] = 1


def test_statistics_are_those_of_the_values(traced):
    for step, value, s in zip(traced.steps, traced.values, traced.stats, strict=True):
        wide = value.astype(np.float64)
        assert s.mean == pytest.approx(wide.mean(), rel=1e-9, abs=1e-12), step.name
        assert s.std == pytest.approx(wide.std(), rel=1e-9), step.name
        assert (s.min, s.max) == (value.min(), value.max()), step.name
        assert s.zeros == np.mean(value == 0), step.name


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(max_dims=3, max_side=7),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_statistics_of_anything(value):
    s = statistics(torch.from_numpy(value))
    wide = value.astype(np.float64)
    assert s.mean == pytest.approx(wide.mean(), rel=1e-9, abs=1e-9)
    assert s.std == pytest.approx(wide.std(), rel=1e-6, abs=1e-9)
    assert (s.min, s.max, s.zeros) == (value.min(), value.max(), np.mean(value == 0))


def test_a_large_offset_does_not_cancel():
    value = torch.randn(64, 56, 56, generator=torch.Generator().manual_seed(0)) + 1e4
    assert statistics(value).std == pytest.approx(value.double().std(correction=0).item(), rel=1e-9)


def test_probabilities_and_provenance(traced):
    logits = torch.from_numpy(np.array(traced.value("fc")))
    np.testing.assert_allclose(traced.probabilities, logits.softmax(0).numpy(), rtol=1e-5)
    assert traced.probabilities.dtype == np.float32
    assert traced.provenance.seed == SEED
    assert traced.provenance.versions == torch_version()


def test_steps_read_what_the_graph_says(traced):
    by_name = {step.name: step for step in traced.steps}
    assert by_name["layer1.0.add"].inputs == ("layer1.0.bn2", "maxpool")
    assert by_name["layer2.0.add"].inputs == ("layer2.0.bn2", "layer2.0.downsample.1")
    assert by_name["layer1.0.relu_1"].module == "layer1.0.relu"
    assert by_name["flatten"].module == ""
    for step in traced.steps:
        shapes = tuple(by_name[name].output_shape for name in step.inputs)
        assert step.input_shapes == shapes, step.name
    conv = by_name["conv1"]
    assert (conv.kernel_size, conv.stride, conv.padding) == ((7, 7), (2, 2), (3, 3))
    assert all(step.op != "other" for step in traced.steps)


def test_steps_need_no_weights():
    before = set(registry._models)
    assert steps_of(ModelRef(seed=991)) == steps_of(SPEC.model)
    assert set(registry._models) == before
    assert plan(ModelRef(seed=991)) is plan(SPEC.model)


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((1, 3, 224, 224), np.float32),
        np.zeros((3, 224, 225), np.float32),
        np.zeros((3, 224, 224)),
        np.full((3, 224, 224), np.nan, np.float32),
    ],
    ids=["batch", "size", "float64", "nan"],
)
def test_a_wrong_input_is_refused(x):
    with pytest.raises(ValueError, match=r"expected float32 \(3, 224, 224\)|NaN"):
        trace(SPEC, x)


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="unknown model 'alexnot'; choose a torchvision"):
        trace(TraceSpec(image=ImageRef(), model=ModelRef(name="alexnot")), photo())
    with pytest.raises(ValueError, match="unknown model 'alexnot'; choose a torchvision"):
        steps_of(ModelRef(name="alexnot"))
