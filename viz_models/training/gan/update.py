"""One update of a GAN in slow motion: forward, D's gradient, D's step, G's gradient, G's step."""

import copy

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.train import gan
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.gan import GanLoss, GanSpec, GanUpdate
from viz_models.training.gan.plane import Trainer

WARM_UP = 80  # steps, so that D has learned something and G has not learned all
BATCH = 64
Weights = dict[str, Tensor]


def update(spec: GanSpec, warm_up: int = WARM_UP) -> GanUpdate:
    """Train for a moment, then make one update on one batch and look after each part of it.

    Args:
        spec: Its batch size is the number of points of each kind.
        warm_up: Steps before the update.

    References:
        Goodfellow et al. 2014, Alg. 1, arXiv:1406.2661.
    """
    with one_thread():
        trainer = Trainer(spec)
        for _ in range(warm_up):
            trainer.step()
        return _opened(trainer, warm_up)


def _opened(trainer: Trainer, warm_up: int) -> GanUpdate:
    spec, d_net, g_net = trainer.spec, trainer.discriminator, trainer.generator
    real, _ = trainer.batch()
    noise = trainer.noise(spec.batch_size)  # the same for both steps, so that fakes can be followed
    fakes = g_net(noise).detach()
    old_d, old_g = _weights(d_net), _weights(g_net)
    pulls = _pulls(d_net, real, fakes)
    before, heat = _judged(d_net, real, fakes), gan.heat(d_net)
    *_, d_gradient = trainer.discriminator_step(real, fakes)
    after, heat_after = _judged(d_net, real, fakes), gan.heat(d_net)
    new_d, g_moved = _weights(d_net), _moved(old_g, g_net)
    pushes = gan.pushes(d_net, fakes, spec.loss)
    g_before, g_gradient = trainer.generator_step(noise)
    moved = g_net(noise).detach()
    g_after = gan.generator_losses(d_net(moved), spec.loss).mean().item()
    return GanUpdate(
        spec=spec,
        warm_up=warm_up,
        real=real.numpy(),
        fakes=fakes.numpy(),
        moved=moved.numpy(),
        pulls_real=pulls[0],
        pulls_fake=pulls[1],
        pushes=pushes.numpy(),
        heat=heat,
        heat_after=heat_after,
        d_loss=(before[0], after[0]),
        d_real=(before[1], after[1]),
        d_fake=(before[2], after[2]),
        g_loss=(g_before, g_after),
        d_gradient=d_gradient,
        g_gradient=g_gradient,
        generator_moved_in_d_step=g_moved,
        discriminator_moved_in_g_step=_moved(new_d, d_net),
        off_torch=off_torch(_with(d_net, old_d), real, fakes, spec.loss),
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _pulls(net: nn.Module, real: Tensor, fakes: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of D's loss at each logit, times the batch size: (B,) each."""
    logits = [net(points).detach().requires_grad_() for points in (real, fakes)]
    found = torch.autograd.grad(gan.discriminator_loss(*logits), logits)
    return found[0].numpy()[:, 0] * len(real), found[1].numpy()[:, 0] * len(fakes)


def _judged(net: nn.Module, real: Tensor, fakes: Tensor) -> tuple[float, float, float]:
    """Return D's loss, and its mean of the real points and of the fakes."""
    with torch.no_grad():
        of_real, of_fake = net(real), net(fakes)
        loss = gan.discriminator_loss(of_real, of_fake)
    return float(loss), float(of_real.sigmoid().mean()), float(of_fake.sigmoid().mean())


def _weights(net: nn.Module) -> Weights:
    return {name: value.clone() for name, value in net.state_dict().items()}


def _with(net: nn.Module, weights: Weights) -> nn.Module:
    other = copy.deepcopy(net)
    other.load_state_dict(weights)
    return other


def _moved(old: Weights, net: nn.Module) -> float:
    """Return the largest change of any weight."""
    return max(float((new - old[name]).abs().max()) for name, new in net.state_dict().items())


def off_torch(net: nn.Module, real: Tensor, fakes: Tensor, loss: GanLoss) -> float:
    """Return by how much both losses differ from torch's binary_cross_entropy of D itself.

    With the label 1 it is -log D and with 0 it is -log(1 - D); G's log(1 - D) is its negative.
    """
    with torch.no_grad():
        of_real, of_fake = net(real), net(fakes)
        d_real, d_fake = of_real.sigmoid(), of_fake.sigmoid()
        theirs = F.binary_cross_entropy(d_real, torch.ones_like(d_real))
        theirs = theirs + F.binary_cross_entropy(d_fake, torch.zeros_like(d_fake))
        ours = gan.discriminator_loss(of_real, of_fake)
        if loss == "saturating":
            of_g = -F.binary_cross_entropy(d_fake, torch.zeros_like(d_fake))
        else:
            of_g = F.binary_cross_entropy(d_fake, torch.ones_like(d_fake))
        mine = gan.generator_losses(of_fake, loss).mean()
    return max(float((ours - theirs).abs()), float((mine - of_g).abs()))
