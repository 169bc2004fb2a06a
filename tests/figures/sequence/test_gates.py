from viz_models.figures.sequence import gates as figures
from viz_models.recordings.sequence import gates as recordings


def test_every_unit_of_both_networks_has_a_mark():
    fig = figures.half_lives(recordings.load(), {"lstm": [5.0], "lstm_attention": []}, "lstm", 3)
    assert sorted(len(t.x) for t in fig.data) == [1, 64, 64]
    assert len(fig.layout.shapes) == 2 + 1


def test_names_of_rows_stand_over_them_in_one_line():
    fig = figures.half_lives(recordings.load(), {"lstm": [], "lstm_attention": []}, "lstm", 3)
    names = fig.layout.annotations
    assert [n.text for n in names] == list(figures.NAMES.values())
    assert not fig.layout.yaxis.showticklabels
    for name, shape in zip(names, fig.layout.shapes, strict=True):
        assert shape.y1 < name.y < fig.layout.yaxis.range[1]


def test_the_held_value_is_orange():
    fig = figures.held_shares(recordings.load(), "lstm", "i", "mean")
    colors = [color for bar in fig.data for color in bar.marker.color]
    assert len(colors) == 12
    assert len(set(colors)) == 2
    assert fig.data[1].marker.color[3] != fig.data[1].marker.color[0]


def test_a_word_is_no_markup():
    fig = figures.reading(("<b>",), ("x",))
    assert "<span>&lt;b&gt;</span>" in [note.text for note in fig.layout.annotations]
