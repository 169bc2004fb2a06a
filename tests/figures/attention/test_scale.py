import numpy as np
import pytest

from viz_models.analysis.attention import scale
from viz_models.figures import theme
from viz_models.figures.attention import scale as figures
from viz_models.records import ScaleSpec

SPEC = ScaleSpec(widths=(1, 16, 1024), keys=8, seeds=6)


@pytest.fixture(scope="module")
def swept():
    return scale.sweep(SPEC)


def test_each_panel_has_both_ways_with_their_bands(swept):
    fig = figures.over_width(swept, 16)
    for i, what in enumerate(figures.PANELS):
        axis = f"x{i + 1 if i else ''}"
        lines = {t.name: t for t in fig.data if t.xaxis == axis and t.mode == "lines+markers"}
        assert set(lines) == {figures.RAW, figures.SCALED}
        for name, bands in ((figures.RAW, swept.raw), (figures.SCALED, swept.scaled)):
            np.testing.assert_array_equal(lines[name].y, getattr(bands, what)[:, 1])
            np.testing.assert_array_equal(lines[name].customdata, getattr(bands, what)[:, [0, 2]])
    assert sum(bool(t.showlegend) for t in fig.data) == 2


def test_the_mean_query_is_dotted_beside_the_median(swept):
    dotted = [t for t in figures.over_width(swept, 16).data if t.line.dash == "dot"]
    np.testing.assert_array_equal(dotted[0].y, swept.raw.gradient_mean[:, 1])
    np.testing.assert_array_equal(dotted[1].y, swept.scaled.gradient_mean[:, 1])


def test_the_chosen_width_is_marked_in_every_panel(swept):
    shapes = figures.over_width(swept, 16).layout.shapes
    assert [s.x0 for s in shapes] == [16] * 4
    assert {s.line.color for s in shapes} == {theme.LIGHT.orange}


def test_histograms_count_every_score(swept):
    found = scale.rows(SPEC, 1024)
    fig = figures.both_ways(found)
    raw, scaled = (t for t in fig.data if t.type == "scatter")
    assert sum(raw.y) == pytest.approx(1)
    assert sum(scaled.y) == pytest.approx(1)
    assert max(scaled.y) > max(raw.y)  # narrower, so higher
    bars = [t for t in fig.data if t.type == "bar"]
    np.testing.assert_array_equal(bars[0].y, found.raw)
    np.testing.assert_array_equal(bars[1].y, found.scaled)


def test_presenting_enlarges_letters(swept):
    plain, large = (figures.over_width(swept, 16, scale=s) for s in (1.0, 1.3))
    assert large.layout.height == round(1.3 * plain.layout.height)
    assert large.layout.annotations[0].font.size == pytest.approx(theme.TEXT_SIZE * 1.3)
