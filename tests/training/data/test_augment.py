"""Each change of a batch beside torchvision's or numpy's, image by image."""

import numpy as np
import pytest
import torch
from torchvision.transforms import functional as vision

from viz_models.training.data.augment import augmented
from viz_models.training.loop.placement import random_numbers

CPU = torch.device("cpu")


def batch(n=64, size=16, channels=3, dtype=torch.uint8):
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(1, 256, (n, size, size, channels), generator=generator)
    x[0, 0, 0, 0] = 0  # the darkest
    return x.to(dtype)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_flip_mirrors_about_half(dtype):
    x = batch(400, 4, dtype=dtype)
    with random_numbers(0, CPU):
        y = augmented(x, ("flip",))
    assert y.dtype == dtype
    mirrored = [
        torch.equal(b, vision.hflip(a.permute(2, 0, 1)).permute(1, 2, 0))
        for a, b in zip(x, y, strict=True)
    ]
    same = [torch.equal(a, b) for a, b in zip(x, y, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 150 < sum(mirrored) < 250


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_shift_moves_every_image_by_its_own_step(dtype):
    x = batch(dtype=dtype)
    with random_numbers(0, CPU):
        y = augmented(x, ("shift",))
    found = set()
    for a, b in zip(x.numpy(), y.numpy(), strict=True):
        wide = np.pad(a, ((2, 2), (2, 2), (0, 0)))  # 16 / 8 pixels
        places = [
            (r, c) for r in range(5) for c in range(5)
            if np.array_equal(wide[r : r + 16, c : c + 16], b)
        ]  # fmt: skip
        assert len(places) == 1
        found |= set(places)
    assert len(found) > 15


def test_small_images_move_by_a_pixel():
    x = batch(size=8)
    with random_numbers(0, CPU):
        y = augmented(x, ("shift",))
    wide = np.pad(x.numpy(), ((0, 0), (1, 1), (1, 1), (0, 0)))
    for a, b in zip(wide, y.numpy(), strict=True):
        assert any(
            np.array_equal(a[r : r + 8, c : c + 8], b) for r in range(3) for c in range(3)
        )  # fmt: skip


def test_crop_enlarges_a_part():
    """A picture of its own coordinates: steps between pixels shrink to the part's share."""
    ramp = torch.linspace(-1, 1, 32)
    x = torch.stack([ramp[:, None].expand(32, 32), ramp.expand(32, 32)], 2).expand(50, 32, 32, 2)
    with random_numbers(0, CPU):
        y = augmented(x, ("crop",))
    inner = y[:, 8:24, 8:24]
    rows, columns = inner[:, 1:, :, 0].diff(dim=1), inner[:, :, 1:, 1].diff(dim=2)
    step = ramp[1] - ramp[0]
    share = (rows.mean((1, 2)) / step, columns.mean((1, 2)) / step)
    assert torch.allclose(*share, atol=1e-3)  # no stretching
    assert share[0].min() >= 0.49
    assert share[0].max() <= 1.01
    assert share[0].std() > 0.1
    assert y.min() >= -1
    assert y.max() <= 1


def test_the_seed_alone_decides_and_torchs_generator_stays():
    x, changes = batch(), ("flip", "shift", "crop")
    before = torch.get_rng_state()
    found = []
    for seed in (3, 3, 4):
        with random_numbers(seed, CPU):
            found.append(augmented(x, changes))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert torch.equal(torch.get_rng_state(), before)


def test_random_numbers_are_manual_seeds():
    with random_numbers(11, CPU):
        found = torch.rand(5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        assert torch.equal(found, torch.rand(5))


def test_nothing_asked_nothing_done():
    x = batch()
    assert augmented(x, ()) is x
