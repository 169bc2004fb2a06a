"""What a GPU is told, on a machine that may have none: its calls are counted, not made."""

import pytest
import torch

from viz_models.records import DigitsNetSpec, RunSpec
from viz_models.training.loop import networks, placement, price


@pytest.fixture
def cuda(monkeypatch):
    monkeypatch.setattr(placement, "find", lambda name: torch.device("cuda:0"))
    monkeypatch.setattr(placement, "bf16_is_faster", lambda device: True)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    kept = torch.backends.cudnn.deterministic
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.backends.cudnn.allow_tf32 = True
    yield
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before
    torch.backends.cudnn.deterministic = kept


@pytest.mark.parametrize(("precision", "tf32"), [("fp32", False), ("bf16", True)])
def test_fp32_is_float32_in_convolutions_too(cuda, precision, tf32):
    net = networks.skeleton(DigitsNetSpec())
    placement.choose(RunSpec(precision=precision), net, 8)
    assert torch.backends.cudnn.allow_tf32 is tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_a_mac_draws_by_the_seed_and_goes_on_as_before(monkeypatch):
    calls = []
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: "before")
    monkeypatch.setattr(torch.mps, "manual_seed", lambda seed: calls.append(seed))
    monkeypatch.setattr(torch.mps, "set_rng_state", lambda state: calls.append(state))
    first = torch.get_rng_state()
    with placement.random_numbers(7, torch.device("mps")):
        assert calls == [7]
        drawn = torch.rand(3)
    assert calls == [7, "before"]
    assert torch.equal(torch.get_rng_state(), first)
    assert torch.equal(drawn, torch.rand(3, generator=torch.Generator().manual_seed(7)))


def test_a_gpu_is_not_priced_by_what_a_launch_takes(monkeypatch):
    """A made-up GPU: 30 us a kernel, 50 trillion multiply-adds a second."""
    launch, speed = 30e-6, 50e12

    def usual(net, x):
        layers = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
        macs = sum(9 * m.in_channels * m.out_channels for m in layers)
        macs *= x.shape[0] * x.shape[2] * x.shape[3]
        return len(layers) * 10 * launch + (1 + price.BACKWARD) * macs / speed

    monkeypatch.setattr(price, "_usual", usual)
    found = price._measure("meta")  # any device that is no CPU
    assert found.macs == pytest.approx(speed, rel=0.3)
