"""The gradient of a loss at every value, beside torch's autograd in a plain run."""

import threading

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from tests.analysis.anynet import zoo
from viz_models import RecordSpec, trace
from viz_models.analysis.anynet.opening.opened import opened
from viz_models.records import OpenSpec


def plain_run(net, x, loss):
    """Gradients as `retain_grad` gives them in a run that nobody records."""
    seen, x = {}, x.clone().requires_grad_()

    def keep(name):
        def hook(_, __, out):
            out.retain_grad()
            seen.setdefault(name, []).append(out)

        return hook

    handles = [m.register_forward_hook(keep(n)) for n, m in net.named_modules() if n]
    try:
        loss(net(x)).backward()
    finally:
        for handle in handles:
            handle.remove()
        net.zero_grad()
    gradients = {
        n: [out.grad for out in outs] for n, outs in seen.items() if outs[0].grad is not None
    }
    return gradients | {"input": [x.grad]}


@pytest.mark.parametrize("trains", [False, True])
def test_gradients_equal_autograds(trains):
    torch.manual_seed(0)
    net = torchvision.models.resnet18().train(trains)
    for module in net.modules():
        if isinstance(module, nn.ReLU):  # autograd keeps no gradient of what is overwritten
            module.inplace = False
    x = zoo.pixels(2, 3, 64, 64)

    def loss(out):
        return nn.functional.cross_entropy(out, torch.tensor([3, 7]))

    wanted = plain_run(net, x, loss)
    state = {k: v.clone() for k, v in net.state_dict().items()}
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = True
    found = trace(net, x, loss=loss)
    assert found.check.exact
    assert all(torch.equal(v, state[k]) or trains for k, v in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    steps, compared = {step.name for step in found}, 0
    for name, calls in wanted.items():
        for number, gradient in enumerate(calls):
            step = f"{name}_{number}" if number else name
            if gradient is not None and step in steps:
                ours = found.gradient(step)
                np.testing.assert_allclose(ours, gradient.numpy(), rtol=1e-5, atol=1e-7)
                compared += 1
    assert compared > 55
    row = found.frame().set_index("step").loc["layer1.0.relu"]
    ours = found.gradient("layer1.0.relu")
    assert row["gradient_norm"] == pytest.approx(np.linalg.norm(ours.ravel()), rel=1e-5)
    assert row["gradient_zeros"] == pytest.approx((ours == 0).mean())


def test_what_is_overwritten_has_the_gradient_of_what_it_was():
    class Net(nn.Module):
        def forward(self, x):
            x += 1
            y = x * 3
            z = y - 2
            z.mul_(4)
            z[:, 0] = 5
            return z

    x = torch.tensor([[0.5, -2.0, 0.25]])
    found = trace(Net(), x, loss=lambda out: (out**2).sum())
    given = x.clone().requires_grad_()
    y = (given + 1) * 3
    first = y - 2
    second = first * 4
    last = torch.cat([torch.full((1, 1), 5.0), second[:, 1:]], 1)
    parts = torch.autograd.grad((last**2).sum(), [given, y, first, second, last])
    for name, wanted in zip(("input", "mul", "sub", "mul_1"), parts[:4], strict=True):
        np.testing.assert_array_equal(found.gradient(name), wanted.numpy(), err_msg=name)
    assert found.loss == pytest.approx(float((last**2).sum()))


def test_whole_numbers_have_no_gradient_and_an_embedding_has():
    net = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2))
    found = trace(net, torch.tensor([[1, 4]]), loss=lambda out: out.sum())
    assert found.gradient("0").shape == (1, 2, 3)
    with pytest.raises(ValueError, match="no gradient comes back to input"):
        found.gradient("input")


@pytest.mark.parametrize(
    ("loss", "line"),
    [
        (lambda out: out, "a loss is a tensor with one number, but this one gave"),
        (lambda out: 3.0, "but this one gave float"),
        (lambda out: out.logits, "the loss raised"),
        (lambda out: out.detach().sum(), "depends on nothing that has a gradient"),
    ],
)
def test_a_wrong_loss_gets_one_line(loss, line):
    with pytest.raises(ValueError, match=line) as caught:
        trace(nn.Linear(2, 3), torch.ones(1, 2), loss=loss)
    assert "\n" not in str(caught.value)


def test_without_a_loss_there_is_no_gradient():
    found = trace(RecordSpec(check=False), nn.Linear(2, 3), torch.ones(1, 2))
    assert "gradient_norm" not in found.frame()
    with pytest.raises(ValueError, match="call trace"):
        found.gradient("linear")


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_nothing_is_left_behind_when_a_loss_raises(error):
    net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2))
    before = {name: value.clone() for name, value in net.state_dict().items()}

    def loss(out):
        raise error

    wanted = ValueError if isinstance(error, RuntimeError) else KeyboardInterrupt
    with pytest.raises(wanted):
        trace(net, torch.rand(4, 2), loss=loss)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not [m for m in net.modules() if "forward" in m.__dict__ or m._forward_hooks]
    assert all(p.grad is None and not p._backward_hooks for p in net.parameters())
    assert not torch._C._is_torch_function_mode_enabled()


def test_two_threads_take_gradients_of_the_same_network():
    net, x = nn.Sequential(*(nn.Linear(8, 8) for _ in range(10))), torch.rand(4, 8)
    found, wanted = [], trace(net, x, loss=torch.sum)
    threads = [
        threading.Thread(target=lambda: found.append(trace(net, x, loss=torch.sum)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in found:
        for step in one:
            np.testing.assert_array_equal(one.gradient(step.name), wanted.gradient(step.name))
    assert len(found) == 2
    assert all(p.grad is None for p in net.parameters())


def test_weights_that_were_frozen_are_frozen_afterwards():
    spec = OpenSpec(source="build:gpt_tiny", loss="mean")
    found = opened(spec)
    assert not any(p.requires_grad for p in found.module.parameters())
    assert found.recorded.gradient(found.recorded.steps[-1].name).any()
