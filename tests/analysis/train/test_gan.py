"""Both losses of a GAN and their gradients beside torch's binary_cross_entropy."""

import math

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.train import gan
from viz_models.models import gan as networks

LOGITS = torch.tensor([[-4.0], [-0.3], [0.0], [2.5]])


def test_both_losses_equal_binary_cross_entropy():
    real, fake = LOGITS, LOGITS.flip(0) - 1
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    theirs = F.binary_cross_entropy(real.sigmoid(), ones)
    theirs = theirs + F.binary_cross_entropy(fake.sigmoid(), zeros)
    torch.testing.assert_close(gan.discriminator_loss(real, fake), theirs)
    with_logits = F.binary_cross_entropy_with_logits
    theirs = with_logits(real, ones) + with_logits(fake, zeros)
    torch.testing.assert_close(gan.discriminator_loss(real, fake), theirs)
    notes = gan.generator_losses(fake, "saturating").mean()
    torch.testing.assert_close(notes, -F.binary_cross_entropy(fake.sigmoid(), zeros))
    other = gan.generator_losses(fake, "non-saturating").mean()
    torch.testing.assert_close(other, F.binary_cross_entropy(fake.sigmoid(), ones))


def test_the_slopes_at_the_logit_are_minus_d_and_minus_one_plus_d():
    d = LOGITS.sigmoid()
    for loss, slope in (("saturating", -d), ("non-saturating", d - 1)):
        logits = LOGITS.clone().requires_grad_()
        gan.generator_losses(logits, loss).sum().backward()
        torch.testing.assert_close(logits.grad, slope)


def test_a_discriminator_that_cannot_tell_has_the_losses_of_the_dotted_lines():
    undecided = torch.zeros(3, 1)
    assert gan.discriminator_loss(undecided, undecided).item() == pytest.approx(2 * math.log(2))
    for loss, value in (("saturating", -math.log(2)), ("non-saturating", math.log(2))):
        assert gan.generator_losses(undecided, loss).mean().item() == pytest.approx(value)


@pytest.mark.parametrize("data", ["ring", "moons"])
def test_real_points_find_all_parts_of_themselves(data):
    points = gan.real_points(data, 4000, torch.Generator().manual_seed(0))
    parts, near = gan.found_parts(points, data)
    assert parts == 8
    assert near > 0.98
    assert points.abs().max() < gan.LIMIT
    one = points[:1].repeat(100, 1)
    assert gan.found_parts(one, data)[0] <= 1


def test_a_push_goes_down_the_loss_of_each_fake():
    _, discriminator = networks.plane(0)
    fakes = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    for loss in ("saturating", "non-saturating"):
        push = gan.pushes(discriminator, fakes, loss)
        with torch.no_grad():
            old, new = (
                gan.generator_losses(discriminator(x), loss) for x in (fakes, fakes + 1e-2 * push)
            )
        assert (new < old).all()
