"""Fine-tune a small digits network on new classes, with parts of it frozen."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.language import gettext as _
from viz_models.models.digits_net import DigitsNet
from viz_models.models.registry import seeded
from viz_models.models.threads import one_thread
from viz_models.records import DigitsNetSpec
from viz_models.records.train.freezing import NEW, OLD, WAYS, FreezeSpec, FrozenRun
from viz_models.records.train.freezing import Tensor as Moved
from viz_models.training.data import sets

TEST_SHARE = 0.25  # of the old classes; of the new ones, whatever is left of the most examples
MOST = 1000  # examples of the new classes that can be trained on
NEW_HEAD = 100  # added to the seed for the first weights of the new head
WIDTH = 32  # numbers that the head reads


def run(spec: FreezeSpec, base: DigitsNet | None = None) -> FrozenRun:
    """Train a network on the old classes, then fine-tune it on the new ones.

    Args:
        spec: Which parts are trained, on how many examples.
        base: The network of the old classes, if it is there already; it is not changed.

    Raises:
        ValueError: If the spec asks for what cannot be run.
    """
    check(spec)
    with one_thread():
        base = base or pretrained(spec)
        net = prepared(spec, base)
        inputs, labels, *_ = new_digits()
        optimizer = tuned_by(net, spec)
        for batch in tuning(spec):
            set_modes(net, spec)
            step(net, optimizer, inputs[batch], labels[batch])
        return judged_run(spec, base, net)


def pretrained(spec: FreezeSpec) -> DigitsNet:
    """Return a network that was trained on the old classes."""
    inputs, labels, *_ = old_digits()
    net = fresh(spec)
    optimizer = torch.optim.Adam(net.parameters(), spec.base_lr, fused=True)
    for batch in learning(spec):
        step(net, optimizer, inputs[batch], labels[batch])
    return net.eval()


def fresh(spec: FreezeSpec) -> DigitsNet:
    """Return the first network before it has learned anything."""
    with seeded(spec.seed):
        net = DigitsNet(DigitsNetSpec())
        net.head = nn.Linear(WIDTH, len(OLD))
    return net


def learning(spec: FreezeSpec) -> Sequence[torch.Tensor]:
    """Return which examples of the old classes each step of the first network sees."""
    generator = torch.Generator().manual_seed(spec.seed)
    return batches(old_digits()[2], spec.batch_size, spec.base_steps, generator)


def tuning(spec: FreezeSpec) -> Sequence[torch.Tensor]:
    """Return which examples of the new classes each step of fine-tuning sees."""
    generator, pool = torch.Generator().manual_seed(spec.seed), new_digits()[2]
    chosen = pool[torch.randperm(len(pool), generator=generator)[: spec.examples]]
    return batches(chosen, spec.batch_size, spec.steps, generator)


def tuned_by(net: DigitsNet, spec: FreezeSpec) -> torch.optim.Optimizer:
    """Return the optimizer of fine-tuning, which is given what is not frozen."""
    trained = [p for p in net.parameters() if p.requires_grad]
    return torch.optim.Adam(trained, spec.lr, fused=True)


def judged_run(spec: FreezeSpec, base: DigitsNet, net: DigitsNet) -> FrozenRun:
    """Return how a run ended: both networks are put into eval mode."""
    base.eval()
    net.eval()
    inputs, labels, _, test = new_digits()
    new = judged(net, inputs[test], labels[test])
    old_inputs, old_labels, _, old_test = old_digits()
    before = judged(base, old_inputs[old_test], old_labels[old_test])
    body = copy.deepcopy(net)
    body.head = base.head
    old = judged(body, old_inputs[old_test], old_labels[old_test])
    start = _start(spec, base)
    return FrozenRun(
        spec=spec,
        new_accuracy=new[0],
        new_loss=new[1],
        old_accuracy=old[0],
        old_loss=old[1],
        base_accuracy=before[0],
        base_loss=before[1],
        tensors=moved(start, net),
        means=_means(start),
        moved_means=_means(net),
    )


def prepared(spec: FreezeSpec, base: DigitsNet) -> DigitsNet:
    """Return the network that is fine-tuned: a copy with a new head, its frozen parts frozen."""
    net = _start(spec, base)
    with seeded(spec.seed + NEW_HEAD):
        net.head = nn.Linear(WIDTH, len(NEW))
    for block in frozen(net, spec):
        for parameter in block.parameters():
            parameter.requires_grad = False
    return net


def _start(spec: FreezeSpec, base: DigitsNet) -> DigitsNet:
    if spec.way != "scratch":
        return copy.deepcopy(base)
    with seeded(spec.seed + NEW_HEAD):
        return DigitsNet(DigitsNetSpec())


def frozen(net: DigitsNet, spec: FreezeSpec) -> Sequence[nn.Module]:
    """Return the blocks whose parameters are not trained."""
    count = {"head": 3, "head_eval": 3, "last": 2, "all": 0, "scratch": 0}[spec.way]
    return list(net.blocks[:count])


def set_modes(net: DigitsNet, spec: FreezeSpec) -> None:
    """Put the network in training mode; its frozen blocks in eval mode, but for the trap."""
    net.train()
    if spec.way != "head":
        for block in frozen(net, spec):
            block.eval()


def step(
    net: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """Take one step of gradient descent; return the logits that it began with."""
    logits: torch.Tensor = net(x)
    optimizer.zero_grad()
    F.cross_entropy(logits, labels).backward()
    optimizer.step()
    return logits.detach()


def batches(
    pool: torch.Tensor, size: int, steps: int, generator: torch.Generator
) -> Sequence[torch.Tensor]:
    """Return which examples each step sees: all once in random order, then in another order."""
    passes = -(-size * steps // len(pool))
    order = torch.cat([torch.randperm(len(pool), generator=generator) for _ in range(passes)])
    return list(pool[order[: size * steps]].split(size))


@torch.no_grad()
def judged(net: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Return accuracy and mean cross entropy in nats, of a network in eval mode."""
    logits = net(x)
    right = (logits.argmax(1) == labels).double().mean().item()
    return right, F.cross_entropy(logits, labels).item()


def moved(start: nn.Module, end: nn.Module) -> tuple[Moved, ...]:
    """Return what happened to every tensor of the body, in the order of the network."""
    trained = {name for name, p in end.named_parameters() if p.requires_grad}
    parameters = {name for name, _ in end.named_parameters()}
    after = end.state_dict()
    return tuple(
        Moved(
            name=name,
            shape=tuple(old.shape),
            parameter=name in parameters,
            trained=name in trained,
            before=old.double().norm().item(),
            after=after[name].double().norm().item(),
            moved=_share((after[name] - old).double().norm().item(), old.double().norm().item()),
        )
        for name, old in start.state_dict().items()
        if not name.startswith("head")
    )


def _share(difference: float, before: float) -> float:
    """Return how far a tensor moved, as a share of its norm; of nothing, the distance itself."""
    return difference / before if before else difference


def _means(net: DigitsNet) -> tuple[np.ndarray, ...]:
    return tuple(net.get_buffer(f"blocks.{k}.1.running_mean").numpy().copy() for k in range(3))


def old_digits() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return all digits, the place of each label among the old classes, and a split of these."""
    inputs, labels, at = _of(OLD)
    cut = round((1 - TEST_SHARE) * len(at))
    return inputs, labels, at[:cut], at[cut:]


def new_digits() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the same for the new classes."""
    inputs, labels, at = _of(NEW)
    return inputs, labels, at[:MOST], at[MOST:]


def _of(classes: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    found = sets.digits()
    inputs = torch.cat([found.train_inputs, found.test_inputs])
    targets = torch.cat([found.train_targets, found.test_targets])
    places = torch.full((10,), -1)
    places[list(classes)] = torch.arange(len(classes))
    return inputs, places[targets], (places[targets] >= 0).nonzero().flatten()


def check(spec: FreezeSpec) -> None:
    """Raise a ValueError with one clear line unless there is such a run."""
    if spec.way not in WAYS:
        raise ValueError(
            _("unknown way {way!r}; choose {ways}").format(way=spec.way, ways=", ".join(WAYS))
        )
    if not 2 <= spec.examples <= MOST:
        raise ValueError(
            _("{examples} examples: choose {least} to {most}").format(
                examples=spec.examples, least=2, most=MOST
            )
        )
    if min(spec.base_steps, spec.steps) < 1:
        raise ValueError(_("a network that takes no step: choose 1 or more for both trainings"))
    if not 0 <= spec.seed < 2**31:
        raise ValueError(
            _("seed {seed} is out of range; choose 0 to {max_seed}").format(
                seed=spec.seed, max_seed=2**31 - 1
            )
        )
