"""Bars of parts that are off: heights, colors and lines are the record's."""

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.flow import off as flow_off
from viz_models.records import Provenance
from viz_models.records.flow.ablation import NetworkAblation, Off, PartAccuracy, Switched


def switched(name, after):
    before = np.array([3.0, 4.0], np.float32)
    off = Off(branches=(name,))
    return Switched(off=off, before=before, after=np.float32(after), provenance=Provenance())


FOUND = [switched("a.add", [3, 4]), switched("b.add", [6, 0])]


@pytest.mark.parametrize("dark", [False, True])
def test_a_bar_is_how_far_the_logits_move_and_what_is_off_is_orange(dark):
    labels = {"a.add": "block a", "b.add": "block b"}
    fig = flow_off.moved(FOUND, labels, ["b.add"], dark=dark)
    (bars,) = fig.data
    p = theme.palette(dark)
    assert list(bars.x) == ["block a", "block b"]
    assert list(bars.y) == [0, pytest.approx(1)]  # 5 long, moved by (3, -4)
    assert list(bars.marker.color) == [p.blue, p.orange]
    assert list(bars.text) == ["", "other top 1"]


def network(*parts):
    return NetworkAblation(title="", whole=0.9, classes=10, parts=parts)


def test_accuracies_stand_beside_all_on_and_guessing():
    parts = (PartAccuracy("layer1.0.add", 0.8), PartAccuracy("layer4.1.add", 0.3))
    fig = flow_off.accuracies(network(*parts))
    (bars,) = fig.data
    assert list(bars.y) == [0.8, 0.3]
    assert list(bars.x) == ["1.0", "4.1"]
    assert list(bars.customdata) == ["layer1.0", "layer4.1"]
    assert sorted(shape.y0 for shape in fig.layout.shapes) == [0.1, 0.9]
    assert fig.layout.xaxis.title.text == flow_off.SKIPPED


def test_layers_of_a_network_without_skips_are_counted():
    fig = flow_off.accuracies(network(PartAccuracy("stages.0.0.branch.conv1", 0.1)))
    assert list(fig.data[0].x) == ["1"]
    assert fig.layout.xaxis.title.text == flow_off.PASSED
