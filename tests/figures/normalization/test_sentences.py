import pytest

from viz_models.figures import theme
from viz_models.figures.normalization import sentences as figures

CHANGES = {"BN": [0.0, 0.5, 0.75], "LN over C": [0.0, 0.0, 0.0], "LN over (T, C)": [0.0, 0.25, 1.0]}


@pytest.fixture
def fig():
    return figures.change_over_padding((0, 2, 4), CHANGES, 2)


def test_every_norm_has_its_line_and_dash(fig):
    lines = [t for t in fig.data if t.name]
    assert {t.name: list(t.y) for t in lines} == CHANGES
    assert len({t.line.dash for t in lines}) == len({t.line.color for t in lines}) == 3
    assert all(list(t.x) == [0, 2, 4] for t in lines)


def test_an_exact_zero_is_on_the_axis(fig):
    assert fig.layout.yaxis.rangemode == "tozero"
    assert fig.layout.yaxis.type is None


@pytest.mark.parametrize(
    ("dark", "orange"), [(False, theme.LIGHT.orange), (True, theme.DARK.orange)]
)
def test_the_chosen_padding_is_orange_on_every_line(dark, orange):
    fig = figures.change_over_padding((0, 2, 4), CHANGES, 4, dark=dark)
    mark = fig.data[-1]
    assert (list(mark.x), list(mark.y)) == ([4, 4, 4], [0.75, 0.0, 1.0])
    assert mark.marker.color == fig.layout.shapes[0].line.color == orange
