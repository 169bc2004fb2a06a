import numpy as np

from viz_models.figures.sequence import memory as figures
from viz_models.recordings.sequence import memory as recordings
from viz_models.records.sequence.memory import READERS, ReaderSpec

CHOSEN = ReaderSpec(cell="lstm", forget_bias=2.0, length=10)


def test_every_reader_has_a_line_in_both_panels_and_the_chosen_one_is_on_top():
    fig = figures.over_position(recordings.load(), CHOSEN, [np.ones(10)], 3)
    lines = [t for t in fig.data if t.mode == "lines+markers"]
    before, after = ([t.name for t in lines if t.xaxis == x] for x in ("x", "x2"))
    assert before == [*map(figures.name, READERS), "LSTM, b = 2"]
    assert after == before[:-1]
    assert [shape.x0 for shape in fig.layout.shapes] == [4, 4]


def test_what_float32_cannot_hold_is_drawn_at_the_floor():
    fig = figures.over_position(recordings.load(), CHOSEN, [np.zeros(10)], 0)
    assert min(fig.data[-1].y) > 0
    line = next(t for t in fig.data if t.name == "LSTM, b = 2")
    np.testing.assert_allclose(line.y, figures.FLOOR)


def test_every_seed_has_a_mark_and_a_cross_where_it_did_not_learn():
    grid = recordings.load()
    fig = figures.steps_to_solve(grid, ReaderSpec(length=40))
    assert [len(t.x) for t in fig.data] == [5] * 6
    rnn = fig.data[0]
    runs = grid.of(READERS[0], 40)
    assert [s != "circle" for s in rnn.marker.symbol] == [not run.solved for run in runs]
