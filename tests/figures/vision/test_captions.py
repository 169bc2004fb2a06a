from viz_models.figures.vision import captions as figures
from viz_models.recordings.vision.captions import load


def test_every_run_is_a_dot_in_the_column_of_its_blocks():
    found = load()
    fig = figures.tuned(found)
    dots = [x for trace in fig.data for x in trace.x]
    assert len(dots) == len(found.runs)
    assert sorted({round(x) for x in dots}) == [0, 1, 2]
    assert [trace.name for trace in fig.data] == list(figures.NAMES.values())
