import numpy as np
import pytest

from viz_models.figures.train import optimizers_maps as figures
from viz_models.records.train.optimizers import OPTIMIZERS

STARTS, RATES = np.linspace(-3, 3, 5), np.array([0.001, 0.1, 10.0])
LABELS = np.zeros((len(OPTIMIZERS), 3, 5), np.int8)


def maps(mark, *, log=True):
    rows = RATES if log else np.array([-1.0, 0.0, 2.0])
    return figures.maps(LABELS, 2, (STARTS, rows), ("start", "rate"), mark, log=log)


def test_a_ring_lies_on_the_start_in_every_map():
    rings = maps((2.5, 0.1)).layout.shapes
    assert [(ring.xanchor, ring.yanchor) for ring in rings] == [(2.5, 0.1)] * len(OPTIMIZERS)
    assert len({(ring.xref, ring.yref) for ring in rings}) == len(OPTIMIZERS)


def test_a_start_that_moves_changes_nothing_but_its_rings():
    one, other = (maps(mark).to_plotly_json() for mark in ((2.5, 0.1), (-3.0, 10.0)))
    for fig in (one, other):
        del fig["layout"]["shapes"]
    np.testing.assert_equal(one, other)


@pytest.mark.parametrize(("log", "low", "high"), [(True, -3.0, 1.0), (False, -1.0, 2.0)])
def test_a_ring_on_the_border_has_room(log, low, high):
    bottom, top = maps((3.0, 1.0), log=log).layout.yaxis.range
    assert bottom == pytest.approx(low - figures.BORDER * (high - low))
    assert top == pytest.approx(high + figures.BORDER * (high - low))
