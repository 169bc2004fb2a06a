"""What a GPU is told, on a machine that may have none: its calls are counted, not made."""

from dataclasses import replace

import pytest
import torch

from viz_models.records import DigitsNetSpec, RunSpec
from viz_models.training import script
from viz_models.training.loop import networks, placement, price, speed


@pytest.fixture
def cuda(monkeypatch):
    monkeypatch.setattr(placement, "find", lambda name: torch.device("cuda:0"))
    monkeypatch.setattr(placement, "fastest", lambda device: torch.bfloat16)
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
    launch, macs_a_second = 30e-6, 50e12

    def usual(net, x, low):
        layers = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
        macs = sum(9 * m.in_channels * m.out_channels for m in layers)
        macs *= x.shape[0] * x.shape[2] * x.shape[3]
        return len(layers) * 10 * launch + (1 + speed.BACKWARD) * macs / macs_a_second

    monkeypatch.setattr(speed, "_usual", usual)
    found = speed.measure("meta")  # any device that is no CPU
    assert found.macs == pytest.approx(macs_a_second, rel=0.3)


@pytest.mark.parametrize(
    ("capability", "precision"),
    [((6, 1), torch.float32), ((7, 5), torch.float16), ((8, 0), torch.bfloat16)],
)
def test_a_gpu_multiplies_in_what_its_tensor_cores_have(monkeypatch, capability, precision):
    gpu = torch.device("cuda:0")
    monkeypatch.setattr(placement, "find", lambda name: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert placement.fastest(gpu) == precision
    net = networks.skeleton(DigitsNetSpec())
    assert placement.plan(RunSpec(), net, 8, precision).precision == precision


def test_a_gpu_without_bfloat16_names_what_it_has(monkeypatch):
    monkeypatch.setattr(placement, "find", lambda name: torch.device("cuda:0"))
    net, asked = networks.skeleton(DigitsNetSpec()), RunSpec(precision="bf16")
    with pytest.raises(ValueError, match="choose precision fp16 or fp32"):
        placement.plan(asked, net, 8, torch.float16)
    with pytest.raises(ValueError, match="choose precision fp32"):
        placement.plan(asked, net, 8, torch.float32)
    assert placement.plan(replace(asked, precision="fp16"), net, 8, torch.float16)


@pytest.fixture
def gpu_elsewhere(monkeypatch):
    """A GPU of which this process knows what another one says; asking it here would raise."""
    asked = []

    def told(device):
        asked.append(device)
        return speed.Rate(macs=1e12, layer=1e-5, fastest="fp16")

    monkeypatch.setattr(placement, "available", lambda: ("cuda:0", "cpu"))
    monkeypatch.setattr(speed, "_told", told)
    monkeypatch.setattr(speed, "_rates", {})
    return asked


def test_a_price_and_a_script_make_no_context_on_the_gpu(gpu_elsewhere):
    if not torch.cuda.is_available():
        with pytest.raises((AssertionError, RuntimeError)):
            torch.cuda.get_device_capability(0)  # as anything else that makes one
    assert price.price(RunSpec()).seconds > 0
    text = script.source(RunSpec())
    assert 'torch.device("cuda:0")' in text
    assert "torch.float16, enabled=True" in text
    assert gpu_elsewhere == ["cuda:0"]  # once
    assert not torch.cuda.is_initialized()


@pytest.mark.slow
def test_another_process_measures_a_device(monkeypatch):
    found = speed._told("cpu")
    assert found.macs > 1e7
    assert 0 < found.layer < 1
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="cuda:0 does not answer; choose device cpu"):
            speed._told("cuda:0")
