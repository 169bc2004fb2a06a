"""Penalties, weight decay and dropout as torch computes them, one step at a time."""

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.images import digits as handwritten
from viz_models.models.registry import seeded
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.train.regularization import (
    DecayResult,
    DecaySpec,
    DropoutResult,
    DropoutSpec,
)

BINS = 10
UNITS = 128
DRAWS = 1000
EXAMPLES = 200
Batches = Sequence[tuple[Tensor, Tensor]]


def penalty(method: str, strength: float, parameters: Sequence[Tensor]) -> Tensor:
    """Return what L1 or L2 adds to the loss: a sum over all weights and biases.

    L1 is lambda * sum |w|. L2 is lambda / 2 * sum w^2, whose gradient is lambda * w: what the
    `weight_decay` of SGD and Adam adds to the gradient. It counts biases too, as torch does.

    Raises:
        ValueError: If the method is neither "l1" nor "l2".
    """
    if method == "l1":
        return strength * torch.stack([p.abs().sum() for p in parameters]).sum()
    if method == "l2":
        return strength / 2 * torch.stack([p.square().sum() for p in parameters]).sum()
    raise ValueError(f"unknown penalty {method!r}; choose l1 or l2")


def dropped(x: Tensor, p: float, noise: torch.Generator) -> Tensor:
    """Make a share p of the values zero and divide the others by 1 - p.

    Equals `torch.nn.functional.dropout` bit for bit after `torch.manual_seed` with the generator's
    seed, but draws from a generator of its own.

    References:
        Srivastava et al. 2014, section 10, https://jmlr.org/papers/v15/srivastava14a.html
        ("inverted" dropout: the division is done while training, so that eval needs none).
    """
    mask = torch.empty_like(x).bernoulli_(1 - p, generator=noise)
    return x * mask.div_(1 - p)


def network(seed: int) -> nn.Sequential:
    """Return a small fresh network for 8x8 digits, in float64."""
    with seeded(seed):
        net = nn.Sequential(
            nn.Linear(64, UNITS),
            nn.ReLU(),
            nn.Linear(UNITS, UNITS),
            nn.ReLU(),
            nn.Linear(UNITS, 10),
        )
    return net.double()


def _digits() -> tuple[Tensor, Tensor]:
    pixels, labels = handwritten.read()
    scaled = (pixels - pixels.mean()) / pixels.std()
    return torch.from_numpy(scaled).flatten(1), torch.from_numpy(labels)


def _batches(seed: int, count: int, size: int = 50) -> Batches:
    inputs, targets = _digits()
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randperm(len(targets), generator=generator)[:EXAMPLES]
    picks = [drawn[torch.randperm(EXAMPLES, generator=generator)[:size]] for _ in range(count)]
    return [(inputs[at], targets[at]) for at in picks]


Make = Callable[[list[nn.Parameter], float, float], torch.optim.Optimizer]
OPTIMIZERS: dict[str, Make] = {
    "SGD": lambda ps, lr, decay: torch.optim.SGD(ps, lr, weight_decay=decay),
    "Adam": lambda ps, lr, decay: torch.optim.Adam(ps, lr, weight_decay=decay),
    "AdamW": lambda ps, lr, decay: torch.optim.AdamW(ps, lr, weight_decay=decay),
}


def decay(spec: DecaySpec) -> DecayResult:
    """Compare `weight_decay` with L2 in the loss, for SGD, Adam and AdamW.

    A network trains for a few steps without a penalty. From there every optimizer goes on over the
    same batches: without a penalty, with `weight_decay`, and with lambda / 2 * ||w||^2 in the loss.

    References:
        Loshchilov and Hutter 2017, Decoupled Weight Decay Regularization, arXiv:1711.05101.

    Raises:
        ValueError: If lambda or the rate is negative or not a number.
    """
    for name, value in (("lambda", spec.strength), ("lr", spec.lr)):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name} {value}: choose 0 or more")
    with one_thread():
        return _decay(spec)


def _decay(spec: DecaySpec) -> DecayResult:
    batches = _batches(spec.seed, spec.warm_up + spec.steps)
    start, memory = _warmed_up(spec, batches[: spec.warm_up])
    rest = batches[spec.warm_up :]
    seen = np.concatenate(  # sqrt(v) of every weight
        [state["exp_avg_sq"].sqrt().flatten().numpy() for state in memory["state"].values()]
    )
    order = np.array_split(np.argsort(seen, kind="stable"), BINS)
    shrink, differences = {}, {}
    for name, make in OPTIMIZERS.items():
        kept = None if name == "SGD" else memory
        plain = _walk(make, spec.lr, start, kept, rest)
        given = _walk(make, spec.lr, start, kept, rest, weight_decay=spec.strength)
        in_loss = _walk(make, spec.lr, start, kept, rest, in_loss=spec.strength)
        differences[name] = float(np.abs(given - in_loss).max())
        # least squares: the share of w that best explains what the decay took away, per step
        shrink[name] = np.array(
            [
                ((plain - given)[at] * plain[at]).sum() / np.square(plain[at]).sum() / spec.steps
                for at in order
            ]
        )
    return DecayResult(
        spec=spec,
        gradient_sizes=np.array([np.median(seen[at]) for at in order]),
        shrink=shrink,
        differences=differences,
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _warmed_up(spec: DecaySpec, batches: Batches) -> tuple[dict[str, Tensor], dict[str, Any]]:
    net = network(spec.seed)
    optimizer = torch.optim.Adam(net.parameters(), spec.lr)
    for x, targets in batches:
        optimizer.zero_grad()
        F.cross_entropy(net(x), targets).backward()
        optimizer.step()
    return net.state_dict(), optimizer.state_dict()


def _walk(
    make: Make,
    lr: float,
    start: dict[str, Tensor],
    memory: dict[str, Any] | None,
    batches: Batches,
    *,
    weight_decay: float = 0.0,
    in_loss: float = 0.0,
) -> np.ndarray:
    """Return all parameters after a few steps from the same start, as one float64 vector."""
    net = network(0)
    net.load_state_dict(start)
    optimizer = make(list(net.parameters()), lr, weight_decay)
    if memory is not None:
        groups = optimizer.state_dict()["param_groups"]
        state = copy.deepcopy(memory["state"])  # or every walk would go on with the last one's
        optimizer.load_state_dict({"state": state, "param_groups": groups})
    for x, targets in batches:
        loss = F.cross_entropy(net(x), targets)
        if in_loss:
            loss = loss + penalty("l2", in_loss, list(net.parameters()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.cat([p.detach().flatten() for p in net.parameters()]).numpy()


def dropout(spec: DropoutSpec) -> DropoutResult:
    """Draw one mask over the first hidden layer of a network that has trained for a few steps.

    Raises:
        ValueError: If p is not a share below 1, or there is no such digit.
    """
    if not 0 <= spec.p < 1:
        raise ValueError(f"p = {spec.p}: choose a share from 0 to below 1")
    inputs, _ = _digits()
    if not 0 <= spec.digit < len(inputs):
        raise ValueError(f"digit {spec.digit}: choose 0 to {len(inputs) - 1}")
    with one_thread():
        start, _ = _warmed_up(DecaySpec(), _batches(0, 20))
    x = inputs[spec.digit]
    evaluated = (x @ start["0.weight"].T + start["0.bias"]).relu().float()
    ours = dropped(evaluated, spec.p, torch.Generator().manual_seed(spec.seed))
    mask = torch.ones_like(evaluated).bernoulli_(
        1 - spec.p, generator=torch.Generator().manual_seed(spec.seed)
    )
    many = dropped(
        evaluated.expand(DRAWS, -1).contiguous(), spec.p, torch.Generator().manual_seed(spec.seed)
    )
    return DropoutResult(
        spec=spec,
        image=x.view(8, 8).float().numpy(),
        evaluated=evaluated.numpy(),
        mask=mask.numpy(),
        trained=ours.numpy(),
        mean=many.mean(0).numpy(),
        draws=DRAWS,
        torch_difference=float((_torchs(evaluated, spec) - ours).abs().max()),
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _torchs(x: Tensor, spec: DropoutSpec) -> Tensor:
    """Return what torch's own dropout makes of x, in a moment that leaves its generator alone."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(spec.seed)
        return F.dropout(x, spec.p, training=True)
