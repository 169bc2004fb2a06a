"""Train the small networks of the lesson on squeeze-and-excitation, and measure their gates."""

import datetime
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.vision import squeeze as analysis
from viz_models.analysis.vision.squeeze import GatedNet
from viz_models.models.versions import torch_version
from viz_models.recipes.fitting import FitSpec, fit
from viz_models.recipes.vision.patches import moved
from viz_models.records.provenance import Provenance
from viz_models.records.vision.squeeze import SqueezeEnd, SqueezeRecord
from viz_models.training.data import sets
from viz_models.training.loop import evaluation

STEPS, BATCH, RATE, SEEDS = 150, 64, 1e-2, 5


def trained(seed: int, *, gated: bool, steps: int = STEPS) -> GatedNet:
    """Return a trained network in eval mode; each digit moves a little every time it is seen."""
    inputs, targets = analysis.images(training=True)
    net = analysis.build(seed, gated=gated).train()
    generator = torch.Generator().manual_seed(seed)
    batches = sets.batches(len(targets), BATCH, steps, seed)

    def measure(batch: Tensor) -> tuple[Tensor, float]:
        logits, wanted = net(moved(inputs[batch], generator)), targets[batch]
        return F.cross_entropy(logits, wanted), evaluation.accuracy(logits, wanted)

    for _ in fit(net, batches, measure, FitSpec(steps=steps, batch_size=BATCH, lr=RATE, seed=seed)):
        pass
    return net.eval().requires_grad_(False)


def measure(
    progress: Callable[[int, int], None], seeds: int = SEEDS, steps: int = STEPS
) -> tuple[GatedNet, SqueezeRecord]:
    """Train all seeds with and without SE; return the network of seed 0 and what was measured."""
    begin = time.process_time()
    inputs, targets = analysis.images()
    seen, _ = analysis.images(training=True)
    nets, ends = [], []
    for seed in range(seeds):
        net, twin = (trained(seed, gated=g, steps=steps) for g in (True, False))
        found = analysis.accuracies(net, inputs, targets, seen)
        alone = evaluation.accuracy(twin(inputs), targets)
        ends.append(SqueezeEnd(seed=seed, twin=alone, **found))
        nets.append(net)
        progress(seed + 1, seeds)
    gates = analysis.gates(nets[0], inputs)
    by_class = torch.stack([gates[:, targets == k].mean(1) for k in range(10)], 1)
    se = sum(p.numel() for m in nets[0].modules_of_se() for p in m.parameters())
    return nets[0], SqueezeRecord(
        ends=tuple(ends),
        by_class=by_class.numpy().astype(np.float32),
        spread=gates.std(1).numpy().astype(np.float32),
        tests=len(targets),
        steps=steps,
        parameters=(sum(p.numel() for p in nets[0].parameters()), se),
        cpu_seconds=time.process_time() - begin,
        provenance=analysis.recorded(
            Provenance(versions=torch_version()), datetime.date.today().isoformat()
        ),
    )
