"""Who holds a shared network may need its plan, and a plan may need the network."""

import threading
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.flow import ablation, ten_parts
from viz_models.analysis.flow import plan as planning
from viz_models.analysis.flow.arithmetic import calculation
from viz_models.analysis.flow.attribution import attribute
from viz_models.analysis.flow.footprint import footprint
from viz_models.analysis.flow.parts import NOTHING
from viz_models.analysis.flow.timing import milliseconds
from viz_models.analysis.flow.trace import forward_values, trace
from viz_models.analysis.normalization import activation
from viz_models.models import registry
from viz_models.models.shelf import Shelf
from viz_models.records import ModelRef, SourceSpec, TraceSpec
from viz_models.records.flow.ablation import Off, OffSpec
from viz_models.records.flow.attribution import AttributionSpec

REF = ModelRef()
SPEC = TraceSpec(model=REF)
X = np.zeros((3, 224, 224), np.float32)
STEP, CELL = "layer1.0.conv1", (0, 3, 3)

USES = {
    "values": lambda: forward_values(SPEC, X),
    "trace": lambda: trace(SPEC, X),
    "ablation": lambda: ablation.switched(OffSpec(trace=SPEC, off=Off(maps=((STEP, 1),))), X),
    "scores": lambda: ablation.scores(REF, torch.tensor(X)[None], NOTHING),
    "ten parts": lambda: ten_parts.ten_parts(REF, np.zeros((5, 224, 224, 3), np.uint8)),
    "layer": lambda: activation(SourceSpec(step=STEP)),
    "footprint": lambda: footprint(trace(SPEC, X), STEP, CELL),
    "calculation": lambda: calculation(trace(SPEC, X), STEP, CELL),
    "attribution": lambda: attribute(AttributionSpec(trace=SPEC), X),
    "times": lambda: milliseconds(REF, X, repeats=1),
}


def finishes(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(40)
    return not thread.is_alive()


@pytest.mark.parametrize("use", USES)
def test_a_network_whose_plan_was_forgotten(use, monkeypatch):
    """Eight other networks were opened since: the plan is made anew, with the network itself."""
    monkeypatch.setattr(registry, "_models", OrderedDict())  # a lock that stays held stays here
    planning._plan.cache_clear()
    done = []
    assert finishes(lambda: done.append(USES[use]()))
    assert len(done) == 1  # and it did not fail


def test_a_network_may_be_asked_for_again_where_it_is_held():
    shelf = Shelf(lambda name: nn.Linear(1, 1))

    def twice():
        with shelf.take("a") as outer, shelf.take("a") as inner:
            same.append(outer is inner)
        with registry.shared(REF) as outer, registry.shared(REF) as inner:
            same.append(outer is inner)

    same: list[bool] = []
    assert finishes(twice)
    assert same == [True, True]
