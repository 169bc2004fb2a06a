"""What the page on fast networks says follows the numbers, and its script runs alone."""

import pytest
import torch
from torch import nn

from tests.alone import printed_alone
from viz_models.analysis.vision import fast_ways
from viz_models.figures.vision import fast as figures
from viz_models.models.builder import build
from viz_models.models.builder.repair import repaired
from viz_models.recordings.vision import fast as recordings
from viz_models.records.vision.fast import GUIDELINES
from viz_models.ui.panels.flow import built
from viz_models.ui.panels.vision import fast as panel
from viz_models.ui.panels.vision import fast_built


@pytest.mark.parametrize(
    ("ratio", "came"),
    [(0.5, "less"), (0.95, "same"), (1.1, "same"), (1.5, "more"), (2.0, "more"), (2.1, "twice")],
)
def test_the_outcome_is_the_ratio_of_the_medians(ratio, came):
    assert panel.outcome(ratio) == came


@pytest.mark.parametrize("series", GUIDELINES)
def test_no_time_shows_before_the_prediction(series):
    ways = recordings.load().of(series)
    before, after = (figures.ways(ways, timed=timed) for timed in (False, True))
    assert {tuple(t.x) for t in before.data if t.xaxis == "x3"} == {(0.0,) * len(ways)}
    bars = next(t for t in after.data if t.xaxis == "x3")
    assert list(bars.y) == [way.name for way in ways]
    assert min(bars.x) > 0
    asked = panel.facts(panel.View(series, recordings.load(), None))["verdict"]
    told = panel.facts(panel.View(series, recordings.load(), ""))["verdict"]
    assert asked.endswith("?")
    assert "quartiles" in told


def test_the_table_has_a_row_for_every_way():
    view = panel.View("groups", recordings.load(), None)
    assert len(panel.table(view).splitlines()) == 1 + len(view.found.ways)


@pytest.mark.slow
def test_the_script_times_the_same_ways_alone(tmp_path):
    file = tmp_path / "fast.py"
    file.write_text(panel.code().replace("ROUNDS = 15", "ROUNDS = 2"), encoding="utf-8")
    said = printed_alone(file)
    lines = said.splitlines()
    shown = [way for way in recordings.load().ways if way.series != "units"]
    assert sum(" ms, quartiles" in found for found in lines) == len(shown)
    assert lines[-1].endswith("[0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]")


@pytest.mark.parametrize("way", fast_built.NETWORKS)
def test_the_builder_opens_with_the_network_that_was_timed(way):
    """Its last block, or its blocks where the stem gives what they are given, is that network."""
    spec = fast_built.NETWORKS[way]
    assert repaired(spec) == (spec, ())
    assert built.knobs(spec), "the builder's controls cannot say this network"
    plan = next(p for p in fast_ways.plans() if (p.series, p.name) == way)
    timed = plan.make()
    net = build(spec)
    blocks = net.blocks()[1:] if way[0] == "units" else net.blocks()
    ours = [m for block in blocks for m in block.modules() if isinstance(m, nn.Conv2d)]
    theirs = [m for m in timed.modules() if isinstance(m, nn.Conv2d)]
    for mine, other in zip(ours, theirs, strict=True):
        other.weight.data = mine.weight.data
        if other.bias is not None:  # folded BatchNorm; the builder's has none
            nn.init.zeros_(other.bias)
    x = torch.randn(1, *plan.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = nn.Sequential(*blocks)(x)
        torch.testing.assert_close(found, timed(x), rtol=1e-5, atol=1e-5)
