"""What the lesson on costs prints and gives away."""

from dataclasses import replace

import pytest

from tests.alone import printed_alone
from viz_models.recordings import attention as recordings_attention
from viz_models.records import LAYER_KINDS, CostSpec
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.panels.attention import cost as panel


@pytest.fixture(scope="module")
def view():
    return panel.View(recordings_attention.load_cost(), 1024)


def test_cells_hold_the_papers_order_above_what_was_measured(view):
    cells = panel._cells(view, "recurrence")
    assert [c[0] for c in cells[:3]] == ["O(n·d²)", "O(n)", "O(n)"]
    assert cells[0][1] == "8.4 M ~n^1.00"
    assert cells[2][1] == "1,024"


def test_a_path_beyond_what_was_measured_says_where_it_was(view):
    assert panel._path(replace(view, n=4096), "recurrence") == "1,024 at 1,024"


def test_a_run_that_was_stopped_says_so(view):
    short = replace(view.run, points=view.run.points[:7])
    assert f"stopped after {7 + len(short.paths)} of 80 parts" in panel.layers(short)
    assert "stopped" not in panel.layers(view.run)
    later = replace(view, run=short, n=32)
    assert panel._cells(later, "windowed")[0] == ("O(r·n·d)", "")


def test_rows_of_another_length_are_refused():
    with pytest.raises(ValueError, match="2 cells are needed in the row 'b'"):
        sheet(("x", "y"), [("a", [("1", ""), ("2", "")]), ("b", [("1", "")])], key="k")


def test_the_table_has_a_row_a_point(view):
    lines = panel.table(view).splitlines()
    assert lines[0].startswith("kind,n,multiply_adds,chain,milliseconds")
    assert len(lines) == 1 + len(LAYER_KINDS) * len(CostSpec().sizes)


@pytest.mark.slow
def test_the_script_times_every_layer(view, tmp_path):
    small = replace(view.run, spec=replace(view.run.spec, sizes=(8, 16)))
    path = tmp_path / "script.py"
    path.write_text(panel.code(replace(view, run=small)), encoding="utf-8")
    said = printed_alone(path)
    lines = said.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        f"n = {n}, {kind}" for n in (8, 16) for kind in LAYER_KINDS
    ]
    assert all(float(line.split(": ")[1].removesuffix(" ms")) > 0 for line in lines)
