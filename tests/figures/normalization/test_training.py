from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from viz_models.figures.normalization import training as figures
from viz_models.records import (
    GridCell,
    GridRun,
    NormGrid,
    NormGridSpec,
    PairedDifference,
    Provenance,
)

SPEC = NormGridSpec(
    norms=("none", "layer"), lrs=(0.1, 1.0, 10.0), batch_sizes=(4, 32), seeds=(0, 1)
)
MEANS = {"none": (0.5, 0.1, None), "layer": (0.9, 0.95, 0.12)}

LOSSES = {"none": [(2.0, 1.0), (2.0, 2.0)], "layer": [(2.0,), (2.0, 0.5)]}  # by seed


@pytest.fixture
def grid():
    cells = [
        GridCell(
            norm=norm, lr=lr, batch_size=size, mean=m,
            finished=0 if m is None else 2 - (lr == 10),
            diverged=2 if m is None else int(lr == 10),
            low=None if m is None else m - 0.04, high=None if m is None else m + 0.03,
        )
        for size in SPEC.batch_sizes
        for i, lr in enumerate(SPEC.lrs)
        for norm in SPEC.norms
        for m in [MEANS[norm][i]]
    ]  # fmt: skip
    runs = [
        GridRun(
            norm=run.model.norm, lr=run.optimizer.lr, batch_size=run.batch_size, seed=run.seed,
            state="finished", steps=9, test_accuracy=0.5,
            losses=LOSSES[run.model.norm][run.seed],
        )
        for run in SPEC.runs()
    ]  # fmt: skip
    differences = [
        PairedDifference(
            norm="layer", lr=lr, batch_size=size, n=n, mean=m, low=low, high=high, verdict=verdict
        )
        for size in SPEC.batch_sizes
        for lr, n, m, low, high, verdict in (
            (0.1, 5, 0.4, 0.3, 0.5, "higher"),
            (1.0, 2, 0.85, -0.1, 1.8, "too few pairs"),
            (10.0, 0, None, None, None, "too few pairs"),
        )
    ]
    return NormGrid(
        spec=SPEC, runs=tuple(runs), cells=tuple(cells), differences=tuple(differences),
        cpu_seconds=1.0, provenance=Provenance(kind="recorded run"),
    )  # fmt: skip


def named(fig, name):
    return [t for t in fig.data if t.name == name]


def test_one_panel_a_batch_size_one_line_a_norm(grid):
    fig = figures.accuracy_over_rate(grid)
    lines = named(fig, "layer")
    assert len(lines) == len(named(fig, "no norm")) == 2
    assert {line.xaxis for line in lines} == {"x", "x2"}
    assert list(lines[0].x) == [0.1, 1.0, 10.0]
    assert list(lines[0].y) == list(MEANS["layer"])
    assert list(named(fig, "no norm")[0].y) == list(MEANS["none"])
    assert "batch size 32" in [a.text for a in fig.layout.annotations]
    assert fig.layout.xaxis.type == "log"
    low, high = (10**v for v in fig.layout.xaxis.range)
    assert low < 0.1 < 10 < high


def test_only_the_panels_that_were_asked_for(grid):
    fig = figures.accuracy_over_rate(grid, (32,))
    assert len(named(fig, "layer")) == 1
    assert "batch size 4" not in [a.text for a in fig.layout.annotations]


def test_a_band_is_the_range_of_the_seeds_and_stops_where_none_finished(grid):
    fig = figures.accuracy_over_rate(grid, (4,))
    bands = [t for t in fig.data if t.fill == "toself"]
    none, layer = sorted(bands, key=lambda t: len(t.x))
    assert list(none.x) == [0.1, 1.0, 1.0, 0.1]
    np.testing.assert_allclose(none.y, [0.53, 0.13, 0.06, 0.46])
    assert len(layer.x) == 6


def test_crosses_stand_where_seeds_diverged(grid):
    fig = figures.accuracy_over_rate(grid, (4,))
    (none,), (layer,) = named(fig, "no norm diverged"), named(fig, "layer diverged")
    assert none.marker.symbol == layer.marker.symbol == "x"
    assert [list(d) for d in none.customdata] == [[10.0, 2, 2]]
    assert [list(d) for d in layer.customdata] == [[10.0, 1, 2]]
    assert none.x[0] != layer.x[0]
    assert none.x[0] == pytest.approx(10, rel=0.3)
    assert "×" in fig.layout.xaxis.title.text


def test_no_cross_where_all_finished(grid):
    calm = tuple(replace(c, diverged=0) for c in grid.cells)
    fig = figures.accuracy_over_rate(replace(grid, cells=calm))
    assert not [t for t in fig.data if t.marker.symbol == "x"]
    assert "×" not in fig.layout.xaxis.title.text


def test_names_stand_at_the_ends_of_their_lines_and_never_on_each_other(grid):
    fig = figures.accuracy_over_rate(grid, (4,))
    ends = {
        a.text: (10**a.x, a.y) for a in fig.layout.annotations if a.text in ("no norm", "layer")
    }
    assert ends["no norm"][0] == pytest.approx(1.0)
    assert ends["layer"][0] == pytest.approx(10.0)
    assert abs(ends["no norm"][1] - ends["layer"][1]) >= figures.LABEL_GAP - 1e-9
    assert ends["no norm"][1] == pytest.approx(0.1)


@pytest.mark.parametrize("height", [0.0, 0.5, 1.0])
def test_four_lines_that_meet_have_four_readable_names(grid, height):
    cells = tuple(
        replace(grid.cells[0], norm=n, lr=1.0, mean=height)
        for n in ("none", "batch", "layer", "group")
    )
    fig = figures.accuracy_over_rate(replace(grid, cells=cells), (4,))
    names = set(figures.NAME.values())
    y = sorted(a.y for a in fig.layout.annotations if a.text in names)
    assert len(y) == 4
    assert np.diff(y).min() >= figures.LABEL_GAP - 1e-9
    assert y[0] >= 0
    assert y[-1] <= 1 + 1e-9


def test_differences_carry_interval_count_and_verdict(grid):
    fig = figures.paired_differences(grid)
    first, second = named(fig, "layer")
    assert list(first.y) == [0.4, 0.85]
    np.testing.assert_allclose(first.error_y.array, [0.1, 0.95])
    assert list(first.marker.symbol) == ["circle", "circle-open"]
    assert "+40 points, 95 % interval +30 to +50" in first.text[0]
    assert "5 pairs: higher" in first.text[0]
    assert "2 pairs: too few pairs" in first.text[1]
    assert fig.layout.title.text.startswith("6 comparisons")
    assert (first.showlegend, second.showlegend) == (True, False)
    assert not named(fig, "no norm")


def test_losses_are_means_over_the_seeds_that_got_there(grid):
    fig = figures.loss_curves(grid, 32, 1.0)
    (none,), (layer,) = named(fig, "no norm"), named(fig, "layer")
    assert list(none.x) == [256, 768]
    assert list(none.y) == [2.0, 1.5]
    assert list(layer.y) == [2.0, 0.5]
    band = fig.data[0]
    assert list(band.y) == [2.0, 2.0, 1.0, 2.0]
    assert fig.layout.yaxis.type == "log"


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_plotlys_and_wears_the_theme(grid, dark):
    for fig in (
        figures.accuracy_over_rate(grid, dark=dark),
        figures.paired_differences(grid, dark=dark),
        figures.loss_curves(grid, 4, 0.1, dark=dark),
    ):
        go.Figure(fig.to_dict())
        assert fig.layout.font.color == figures.theme.palette(dark).text
        ink = figures.colors(dark=dark)
        assert len(set(ink.values())) == 4
        assert figures.theme.palette(dark).orange not in ink.values()
