import numpy as np
import pytest

from viz_models.analysis.flow.trace import trace
from viz_models.figures.flow import tensor_flow as flow
from viz_models.records import TraceSpec


@pytest.fixture(scope="module")
def passed():
    x = np.random.default_rng(0).normal(size=(3, 224, 224)).astype(np.float32)
    return trace(TraceSpec(), x)


def test_the_histogram_counts_every_value_once():
    counts, edges = np.histogram([0.0, 0.1, 0.9, 1.0], bins=2)
    (bars,) = flow.histogram(counts, edges, name="conv1").data
    assert sum(bars.y) == 4
    np.testing.assert_allclose(bars.x, [0.25, 0.75])


def test_the_band_carries_the_numbers_of_every_step(passed):
    fig = flow.depth_band(passed, "layer2.0.add")
    line = fig.data[0]
    assert list(line.text) == [s.name for s in passed.steps]
    np.testing.assert_array_equal(line.y, [s.mean for s in passed.stats])
    np.testing.assert_array_equal(line.customdata[:, 1], [s.min for s in passed.stats])
    assert "unitless" in fig.layout.yaxis.title.text


def test_the_chosen_step_is_marked_and_blocks_are_named(passed):
    fig = flow.depth_band(passed, "layer2.0.add")
    (mark,) = fig.layout.shapes
    assert mark.x0 == passed.index("layer2.0.add")
    assert "block 2.0" in fig.layout.xaxis.ticktext
