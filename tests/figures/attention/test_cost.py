import pytest

from viz_models.figures import theme
from viz_models.figures.attention import cost as figures
from viz_models.recordings import attention as recordings_attention
from viz_models.records import LAYER_KINDS


@pytest.fixture(scope="module")
def run():
    return recordings_attention.load_cost()


def traces(fig, panel):
    axis = f"x{panel + 1 if panel else ''}"
    return {t.name: t for t in fig.data if t.xaxis == axis}


@pytest.mark.parametrize("panel", range(4))
def test_a_panel_draws_what_was_measured(run, panel):
    what = list(figures.PANELS)[panel]
    found = traces(figures.over_length(run, 1024), panel)
    assert set(found) == set(figures.NAME.values())
    for kind in LAYER_KINDS:
        line = found[figures.NAME[kind]]
        if what == "path":
            points = [(p.n, p.length) for p in run.paths if p.kind == kind]
        else:
            points = [(p.n, getattr(p, what)) for p in run.of(kind)]
        assert list(zip(line.x, line.y, strict=True)) == points


def test_hover_tells_the_fitted_slope(run):
    found = traces(figures.over_length(run, 1024), 1)["self-attention"]
    assert "slope 1.95 from n = 512 to 4096" in found.hovertemplate


def test_all_axes_are_logarithmic_and_the_chosen_n_is_marked(run):
    fig = figures.over_length(run, 256)
    axes = [a for name, a in fig.layout.to_plotly_json().items() if name[1:5] == "axis"]
    assert {a["type"] for a in axes} == {"log"}
    assert [s.x0 for s in fig.layout.shapes] == [256] * 4
    assert {s.line.color for s in fig.layout.shapes} == {theme.LIGHT.orange}


@pytest.mark.parametrize("dark", [False, True])
def test_the_two_kernels_share_a_color_and_differ_in_their_dashes(dark):
    ink = figures.colors(dark=dark)
    assert ink["attention"] == ink["fused"]
    assert len({*ink.values()}) == 4
    assert "fused" in figures.DASH
