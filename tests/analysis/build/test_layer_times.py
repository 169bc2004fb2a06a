import time

import pytest
import torch

from viz_models.analysis.build import probe
from viz_models.analysis.build.layer_times import layer_times
from viz_models.models import builder
from viz_models.records import ConvSpec, MlpSpec, RnnSpec, TransformerSpec


def test_parts_are_stem_blocks_and_head():
    found = layer_times(ConvSpec(depths=(2, 1), widths=(4, 8)), repeats=1)
    assert found.parts == ("stem", "stages.0.0", "stages.0.1", "stages.1.0", "head")
    assert (found.milliseconds > 0).all()


@pytest.mark.parametrize("spec", [MlpSpec(depth=3), TransformerSpec(layers=2)])
def test_every_family_has_one_time_a_block(spec):
    found = layer_times(spec, repeats=1)
    net = builder.skeleton(spec)
    names = {module: name for name, module in net.named_modules()}
    assert {names[block] for block in net.blocks()} <= set(found.parts)


def test_a_recurrent_network_has_one_time_a_step():
    found = layer_times(RnnSpec(cell="lstm", layers=2, bidirectional=True, size=5), repeats=1)
    assert set(found.parts) == {"stem", "t1", "t2", "t3", "t4", "t5", "head"}
    assert (found.milliseconds > 0).all()


def test_their_sum_is_about_a_forward_pass():
    spec = ConvSpec(depths=(6,), widths=(64,), size=64)
    found = layer_times(spec, repeats=5)
    net, x = builder.build(spec, 0).eval(), probe.inputs(spec, 1).detach()
    spent = []
    with torch.no_grad():
        for _ in range(7):
            start = time.perf_counter()
            net(x)
            spent.append((time.perf_counter() - start) * 1e3)
    assert found.milliseconds.sum() == pytest.approx(sorted(spent)[3], rel=0.8)
    most = found.parts[found.milliseconds.argmax()]
    assert most.startswith("stages.")


def test_no_pass_is_no_time():
    with pytest.raises(ValueError, match="at least 1"):
        layer_times(ConvSpec(), repeats=0)
