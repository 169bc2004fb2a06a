"""The table of a sweep as ECharts gets it."""

import json

import pytest

from viz_models.figures.train import sweep as figures
from viz_models.figures.train import sweep_lines
from viz_models.records.train.sweep import Cell, Grid


def cell(label, values=(), **states):
    mean = sum(values) / len(values) if values else None
    return Cell(
        label=label,
        seeds=tuple(range(len(values))),
        values=tuple(values),
        mean=mean,
        states=tuple(states.items()),
    )


GRID = Grid(
    rows=("plain", "residual"),
    columns=("4 layers", "40 layers"),
    measure="accuracy",
    cells=(
        cell("plain, 4 layers", (0.9, 0.8), finished=2),
        cell("plain, 40 layers", (), queued=1, running=1),
        cell("residual, 4 layers", (0.95,), finished=1, diverged=1),
        cell("residual, 40 layers"),
    ),
)


def color(option, place):
    return option["visualMap"]["pieces"][place]["color"]


def test_each_cell_says_what_is_known_of_it():
    option = figures.heatmap(GRID, 1)
    json.dumps(option)
    named = [data["name"] for data in option["series"][0]["data"]]
    assert named == [
        "plain, 4 layers: 85.0 %, 2 seeds: 80.0 to 90.0",
        "plain, 40 layers: 1 running, 1 waiting",
        "residual, 4 layers: 95.0 %, 1 seed, 1 diverged",
        "residual, 40 layers: not run yet",
    ]
    assert [data["value"][:2] for data in option["series"][0]["data"]] == [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
    ]


@pytest.mark.parametrize(("measure", "best"), [("accuracy", 2), ("test loss", 0)])
def test_the_best_cell_is_the_brightest(measure, best):
    grid = Grid(rows=GRID.rows, columns=GRID.columns, measure=measure, cells=GRID.cells)
    option = figures.heatmap(grid, 0)
    assert color(option, best) == "rgb(253, 231, 37)"  # viridis' bright end
    assert color(option, 2 - best) == "rgb(68, 1, 84)"


def test_seeds_lie_between_the_lowest_and_the_highest_of_all():
    points = figures.heatmap(GRID, 0)["series"][2]["data"]
    across = [round(x % 1, 3) for x, _ in points]
    assert across == [round(0.08 + 0.84 * share, 3) for share in (2 / 3, 0.0, 1.0)]


def test_the_chosen_cell_has_the_frame():
    frame = figures.heatmap(GRID, 3)["series"][3]["data"]
    assert frame[0] == [1, 1]
    assert frame[2] == [2, 2]


def test_one_value_everywhere_has_a_color_too():
    same = tuple(cell(str(i), (0.5,), finished=1) for i in range(4))
    grid = Grid(rows=GRID.rows, columns=GRID.columns, measure="accuracy", cells=same)
    assert len({color(figures.heatmap(grid, 0), i) for i in range(4)}) == 1


def test_a_line_has_a_gap_where_nothing_is_known():
    fig = sweep_lines.lines(GRID, "accuracy")
    assert tuple(fig.data[1].y) == (0.8500000000000001, None)
