import numpy as np
import pytest
import torch
from torch.func import jacrev

from tests.analysis.normalization.oracle import KINDS, module, output
from viz_models.analysis.normalization import influence
from viz_models.records import NormSpec

SHAPE = (4, 4, 3, 5)
NUDGES = ("shift", "channel", "scale", "any")
OFF_DIAGONAL = ~np.eye(4, dtype=bool)


def drawn(shape=SHAPE):
    return torch.randn(shape, generator=torch.Generator().manual_seed(3)) + 0.5


def blocks(x, spec):
    """(N, N, M, M): [j, i] is dy_j / dx_i, by torch.func in float64."""
    n = len(x)
    wide = x.double().reshape(n, -1)
    norm = module(x.shape, spec, torch.float64)
    with torch.no_grad():
        jacobian = jacrev(lambda v: output(v.reshape(x.shape), spec, norm).reshape(n, -1))(wide)
    return jacobian.permute(0, 2, 1, 3).numpy()


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_who_moves_whom(kind, mode):
    spec = NormSpec(norm=kind[0], over=kind[1], mode=mode, gamma=1.25, beta=0.3)
    x = drawn()
    for nudge in NUDGES:
        effect = influence(x.numpy(), spec, nudge, channel=1).effect
        assert effect.shape == (4, 4)
        if kind[0] == "batch" and mode == "train":
            assert (effect > 1e-4).all(), nudge
        else:
            assert (effect[OFF_DIAGONAL] == 0.0).all(), nudge
            assert not np.signbit(effect).any(), "a −0 would be printed as such"


@pytest.mark.parametrize("kind", [k for k in KINDS if k[0] != "batch"], ids="-".join)
def test_effects_are_those_of_the_whole_jacobian(kind):
    spec = NormSpec(norm=kind[0], over=kind[1], gamma=1.25)
    compare_with_jacobian(spec)


@pytest.mark.parametrize("gamma", [1.0, -2.0])
def test_batch_norm_too(gamma):
    """Its running statistics cannot be updated under torch.func: the functional form instead."""
    x = drawn()

    def forward(v):
        return torch.nn.functional.batch_norm(
            v.reshape(SHAPE), None, None, torch.full((4,), gamma).double(), training=True
        ).reshape(4, -1)

    jacobian = jacrev(forward)(x.double().reshape(4, -1)).permute(0, 2, 1, 3).numpy()
    compare_with_jacobian(NormSpec(gamma=gamma), jacobian)


def compare_with_jacobian(spec, jacobian=None):
    x = drawn()
    jacobian = blocks(x, spec) if jacobian is None else jacobian
    values = x[0].numel()
    channel = np.zeros(SHAPE[1:])
    channel[2] = 1
    directions = {"shift": np.ones(values), "channel": channel.ravel()}
    for i in range(4):
        directions["scale"] = x[i].double().numpy().ravel()
        for nudge, direction in directions.items():
            moved = jacobian[:, i] @ direction
            expected = np.sqrt((moved**2).mean(1))
            found = influence(x.numpy(), spec, nudge, channel=2).effect[i]
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-6)
    expected = np.sqrt((jacobian**2).sum((2, 3)) / values).T
    found = influence(x.numpy(), spec, "any").effect
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-12)


def test_any_is_the_move_under_white_noise():
    x, spec = drawn((4, 4, 8, 8)), NormSpec()
    rng = torch.Generator().manual_seed(0)
    moved = []
    for _ in range(200):
        y = x.clone()
        y[1] += 1e-3 * torch.randn(x.shape[1:], generator=rng)
        moved.append(((output(y, spec) - output(x, spec)) / 1e-3).flatten(1))
    seen = torch.stack(moved).square().mean((0, 2)).sqrt()
    np.testing.assert_allclose(influence(x.numpy(), spec, "any").effect[1], seen, rtol=0.05)


def test_refusal_is_torchs_and_effects_stay_finite():
    found = influence(np.ones((1, 3, 1, 1), np.float32), NormSpec())
    assert "more than 1 value per channel" in found.refusal
    assert (found.effect == 0).all()


@pytest.mark.parametrize("nudge", NUDGES)
def test_constant_examples_stay_finite(nudge):
    for norm in ("batch", "layer", "rms"):
        found = influence(np.zeros((3, 2, 4, 4), np.float32), NormSpec(norm=norm), nudge)
        assert np.isfinite(found.effect).all()


def test_bad_questions():
    x = drawn().numpy()
    with pytest.raises(ValueError, match="choose from shift"):
        influence(x, NormSpec(), "push")
    with pytest.raises(ValueError, match="no channel 4; choose 0 to 3"):
        influence(x, NormSpec(), "channel", channel=4)
    with pytest.raises(ValueError, match="limit is 4,096"):
        influence(np.zeros((2, 3, 28, 28), np.float32), NormSpec(), "any")
