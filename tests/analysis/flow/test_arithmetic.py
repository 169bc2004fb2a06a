"""Every rule of arithmetic against torch itself, at random geometries and cells."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn

from viz_models.analysis.flow.arithmetic import calculate, calculation, input_calculation
from viz_models.analysis.flow.trace import trace
from viz_models.records import ModelRef, Prepared, Step, TraceSpec

SEEDS = st.integers(0, 2**31)
CHECK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def step(op, inputs=()):
    return Step(name="here", op=op, group="test", inputs=tuple(inputs))


def answer(op, module, x, pick, **more):
    """Torch's output for x at a random cell, and our calculation of it."""
    with torch.no_grad():
        out = module(x[None])[0].numpy()
    cell = tuple(int(pick.integers(n)) for n in out.shape)
    return calculate(step(op), module, [x.numpy()], out, cell, **more), out[cell]


def holds(result, torch_value):
    assert result.torch_value == torch_value
    assert result.agrees, (result.difference, result.tolerance)
    assert result.total == pytest.approx(float(torch_value), rel=1e-3, abs=1e-4)


@CHECK
@given(
    seed=SEEDS,
    groups=st.integers(1, 3),
    per_group=st.tuples(st.integers(1, 4), st.integers(1, 3)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    bias=st.booleans(),
)
def test_convolution(seed, groups, per_group, kernel, stride, padding, dilation, bias):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    n_in, n_out = (n * groups for n in per_group)
    conv = nn.Conv2d(n_in, n_out, kernel, stride, padding, dilation, groups, bias)
    x = torch.randn(n_in, 11, 13)
    assume(
        all(
            n + 2 * p >= d * (k - 1) + 1
            for n, p, d, k in zip((11, 13), padding, dilation, kernel, strict=True)
        )
    )
    result, expected = answer("conv2d", conv, x, rng)
    holds(result, expected)

    totals = [abs(w.total) for w in result.windows]
    assert totals == sorted(totals, reverse=True)
    assert len(totals) + result.rest_count == n_in // groups
    offset = conv.bias[result.cell[0]].item() if bias else 0.0
    parts = sum(w.total for w in result.windows) + result.rest_total + offset
    assert parts == pytest.approx(result.total, abs=1e-9)
    for w in result.windows:
        assert float((w.patch.astype(float) * w.kernel).sum()) == pytest.approx(w.total)
        assert not w.patch[~w.inside].any()


@pytest.mark.filterwarnings("ignore:Using padding=.same.:UserWarning")
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [(2, 3), (4, 1)])
def test_convolution_with_padding_by_name(padding, kernel):
    torch.manual_seed(1)
    conv = nn.Conv2d(2, 3, kernel, padding=padding, dilation=(1, 2))
    x = torch.randn(2, 8, 9)
    out = conv(x[None])[0].detach().numpy()
    for cell in np.ndindex(out.shape):
        holds(calculate(step("conv2d"), conv, [x.numpy()], out, cell), out[cell])


def test_a_wrong_kernel_does_not_agree():
    torch.manual_seed(0)
    conv = nn.Conv2d(8, 4, 3, padding=1)
    x = torch.randn(8, 6, 6)
    out = conv(x[None])[0].detach().numpy()
    with torch.no_grad():
        conv.weight[2, 5, 1, 1] += 1e-2
    assert not calculate(step("conv2d"), conv, [x.numpy()], out, (2, 3, 3)).agrees
    assert calculate(step("conv2d"), conv, [x.numpy()], out, (1, 3, 3)).agrees


@CHECK
@given(seed=SEEDS, affine=st.booleans(), eps=st.sampled_from([1e-5, 1e-3]))
def test_batch_norm(seed, affine, eps):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(4, affine=affine, eps=eps).eval()
    for tensor in (norm.running_mean, norm.weight, norm.bias):
        if tensor is not None:
            nn.init.normal_(tensor)
    nn.init.uniform_(norm.running_var, 0.01, 4)
    result, expected = answer("batch_norm", norm, torch.randn(4, 5, 6), rng)
    holds(result, expected)
    assert [n.symbol for n in result.numbers] == ["x", "μ", "σ²", "ε", "γ", "β"]


@CHECK
@given(seed=SEEDS)
def test_relu(seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    result, expected = answer("relu", nn.ReLU(), torch.randn(3, 4, 5), rng)
    holds(result, expected)
    assert result.difference == 0


@CHECK
@given(
    seed=SEEDS,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    pad=st.booleans(),
    ceil_mode=st.booleans(),
)
def test_max_pool(seed, kernel, stride, dilation, pad, ceil_mode):
    torch.manual_seed(seed)
    padding = tuple(k // 2 for k in kernel) if pad else 0
    pool = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    x = torch.randn(3, 10, 11) - 3  # mostly negative: a 0 from the padding would win
    result, expected = answer("max_pool2d", pool, x, np.random.default_rng(seed))
    holds(result, expected)
    assert result.difference == 0


@CHECK
@given(
    seed=SEEDS,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    pad=st.booleans(),
    ceil_mode=st.booleans(),
    count_include_pad=st.booleans(),
    divisor=st.sampled_from([None, None, 5]),
)
def test_avg_pool(seed, kernel, stride, pad, ceil_mode, count_include_pad, divisor):
    torch.manual_seed(seed)
    padding = tuple(k // 2 for k in kernel) if pad else 0
    pool = nn.AvgPool2d(kernel, stride, padding, ceil_mode, count_include_pad, divisor)
    x = torch.randn(3, 10, 11)
    result, expected = answer("avg_pool2d", pool, x, np.random.default_rng(seed))
    holds(result, expected)


@CHECK
@given(
    seed=SEEDS,
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    outputs=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_adaptive_avg_pool(seed, size, outputs):
    torch.manual_seed(seed)
    x = torch.randn(2, *size)
    pool = nn.AdaptiveAvgPool2d(outputs)
    holds(*answer("adaptive_avg_pool2d", pool, x, np.random.default_rng(seed)))


@CHECK
@given(seed=SEEDS, features=st.integers(1, 600), bias=st.booleans())
def test_linear(seed, features, bias):
    torch.manual_seed(seed)
    layer = nn.Linear(features, 7, bias)
    x = torch.randn(features)
    result, expected = answer("linear", layer, x, np.random.default_rng(seed), spelled_out=5)
    holds(result, expected)
    assert len(result.windows) == min(5, features)
    assert result.windows[0].patch.item() == x[result.windows[0].channel].item()


def test_linear_on_tokens_uses_the_token_of_the_cell():
    layer = nn.Linear(4, 3)
    x = torch.randn(5, 4)
    out = layer(x).detach().numpy()
    holds(calculate(step("linear"), layer, [x.numpy()], out, (3, 2)), out[3, 2])


@CHECK
@given(seed=SEEDS)
def test_add_and_flatten(seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    a, b = torch.randn(2, 3, 4, 5)
    cell = tuple(int(rng.integers(n)) for n in a.shape)
    both = calculate(
        step("add", ["one", "two"]), None, [a.numpy(), b.numpy()], (a + b).numpy(), cell
    )
    holds(both, (a + b).numpy()[cell])
    assert [(n.value, n.meaning) for n in both.numbers] == [
        (a.numpy()[cell], "one"),
        (b.numpy()[cell], "two"),
    ]
    holds(*answer("flatten", nn.Flatten(), a, rng))


def test_flatten_says_where_the_value_came_from():
    x = torch.arange(24.0).reshape(2, 3, 4)
    result = calculate(step("flatten"), None, [x.numpy()], x.flatten().numpy(), (17,))
    assert result.formula == "input[1, 1, 1]"
    assert result.numbers[0].meaning == "map 1, row 1, column 1: (1·3 + 1)·4 + 1 = 17"


def test_an_operation_without_a_rule_says_so():
    x = torch.randn(2, 3, 3)
    result = calculate(step("other"), nn.GELU(), [x.numpy()], nn.GELU()(x).numpy(), (1, 2, 2))
    assert result.formula == ""
    assert "no arithmetic is written" in result.numbers[0].meaning
    reflecting = nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect")
    out = reflecting(x[None])[0].detach().numpy()
    assert calculate(step("conv2d"), reflecting, [x.numpy()], out, (0, 0, 0)).formula == ""


@pytest.mark.parametrize("cell", [(4, 0, 0), (0, -1, 0), (0, 0, 6), (0, 0), (0, 0, 0, 0)])
def test_a_cell_outside_names_the_ranges(cell):
    x = np.zeros((4, 5, 6), np.float32)
    with pytest.raises(ValueError, match=r"here has no value at .* c 0 to 3, y 0 to 4, x 0 to 5"):
        calculate(step("relu"), None, [x], x, cell)


def test_the_input_is_explained_by_its_pixel():
    rng = np.random.default_rng(3)
    cropped = rng.integers(0, 256, (224, 224, 3), dtype=np.uint8)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    scaled = torch.from_numpy(cropped).permute(2, 0, 1).float().div(255)
    tensor = scaled.sub(torch.tensor(mean)[:, None, None]).div(torch.tensor(std)[:, None, None])
    no = (0.0, 0.0, 0.0)
    prepared = Prepared(
        tensor.numpy(), cropped, (256, 256), (16, 16, 240, 240), no, no, no, no, mean, std
    )
    for cell in [(0, 0, 0), (1, 100, 7), (2, 223, 223)]:
        result = input_calculation(prepared, cell)
        holds(result, tensor.numpy()[cell])
        assert result.numbers[0].value == cropped[cell[1], cell[2], cell[0]]
    with pytest.raises(ValueError, match="c 0 to 2"):
        input_calculation(prepared, (3, 0, 0))


def test_formulas_carry_their_numbers():
    norm = nn.BatchNorm2d(1).eval()
    norm.running_mean.fill_(-0.125)
    norm.running_var.fill_(0.8)
    x = np.full((1, 1, 1), 0.31, np.float32)
    out = norm(torch.from_numpy(x)[None])[0].detach().numpy()
    result = calculate(step("batch_norm"), norm, [x], out, (0, 0, 0))
    assert result.formula == "(0.31 − (−0.125)) ÷ √(0.8 + 1e−5) · 1 + 0"
    assert calculate(step("relu"), None, [-x], x * 0, (0, 0, 0)).formula == "max(0, −0.31)"

    pool = nn.MaxPool2d(2)
    square = np.array([[[0.5, -1], [2, 0.25]]], np.float32)
    result = calculate(step("max_pool2d"), pool, [square], square[:, 1:, :1], (0, 0, 0))
    assert result.formula == "max(0.5, −1, 2, 0.25)"
    assert "row 1, column 0" in result.numbers[0].meaning


def test_a_pool_without_a_module_reads_the_step():
    x = torch.randn(2, 7, 7)
    out = torch.nn.functional.max_pool2d(x[None], 3, 2, 1)[0].numpy()
    asked = replace(step("max_pool2d"), kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))
    for cell in np.ndindex(out.shape):
        assert calculate(asked, None, [x.numpy()], out, cell).difference == 0


@pytest.fixture(scope="module")
def forward():
    x = torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(2)).numpy()
    return trace(TraceSpec(model=ModelRef(seed=3)), x)


def test_every_step_of_resnet18_agrees_at_random_cells(forward):
    rng = np.random.default_rng(0)
    assert len(forward.steps) == 70
    for made in forward.steps[1:]:
        for _ in range(12):
            cell = tuple(int(rng.integers(n)) for n in made.output_shape)
            result = calculation(forward, made.name, cell)
            assert result.formula, made.name
            assert result.torch_value == forward.value(made.name)[cell]
            assert result.agrees, (made.name, cell, result.difference, result.tolerance)


def test_an_add_says_which_side_is_the_branch(forward):
    identity = calculation(forward, "layer1.1.add", (0, 1, 2))
    assert [(n.symbol, n.meaning) for n in identity.numbers] == [
        ("F(x)", "layer1.1.bn2"),
        ("x", "layer1.0.relu_1"),
    ]
    projected = calculation(forward, "layer3.0.add", (0, 1, 2))
    assert [n.symbol for n in projected.numbers] == ["F(x)", "W·x"]


@pytest.mark.parametrize("name", ["input", "layer9.0.conv1"])
def test_a_step_that_computes_nothing_is_refused(name, forward):
    with pytest.raises(ValueError, match=f"no step '{name}'"):
        calculation(forward, name, (0, 0, 0))
