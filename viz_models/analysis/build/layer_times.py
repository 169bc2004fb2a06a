"""How long every block of a built network takes on this machine."""

from collections.abc import Callable

import numpy as np
from torch import nn

from viz_models.analysis.build import over_time, probe
from viz_models.analysis.flow.plan import plan_of
from viz_models.analysis.flow.timing import spent
from viz_models.models import builder
from viz_models.models.builder.recurrent import Recurrent
from viz_models.models.builder.unrolled import Unrolled
from viz_models.models.versions import torch_version
from viz_models.records import BuildSpec, LayerTimes, Provenance


def layer_times(spec: BuildSpec, repeats: int = 5, seed: int = 0) -> LayerTimes:
    """Median time of every part over several forward passes of one example, in eval mode.

    Measured from Python, so a part costs at least its calls, some 10 us each.

    Args:
        spec: A network that `repaired` returns unchanged.
        repeats: Measured passes; one more goes ahead to warm up.
        seed: Of the weights.

    Raises:
        ValueError: If repeats is below 1.
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    net: nn.Module = builder.build(spec, seed).eval()
    skeleton: nn.Module = builder.skeleton(spec)
    part_of: Callable[[str], str] = str
    if isinstance(net, Recurrent) and isinstance(skeleton, Recurrent):
        net, skeleton, part_of = Unrolled(net), Unrolled(skeleton), over_time.part_of
    x = probe.inputs(spec, 1).detach()
    planned = plan_of(skeleton, x.to("meta"))
    passes = [spent(planned, net, x) for _ in range(repeats + 1)][1:]
    steps = [step for step in planned.steps if step.function != "input"]
    total = dict.fromkeys((part_of(step.group) for step in steps), 0.0)
    for step in steps:
        total[part_of(step.group)] += float(np.median([one[step] for one in passes]))
    return LayerTimes(
        parts=tuple(total),
        milliseconds=np.array(list(total.values())),
        provenance=Provenance(versions=torch_version()),
    )
