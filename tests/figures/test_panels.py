import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from viz_models.figures import panels


def test_places_are_those_of_plotlys_own_helper():
    titles = ["a", "b", "c", "d"]
    ours = go.Figure([], panels.grid(titles, [({}, {})] * 4)).layout
    theirs = make_subplots(
        rows=2, cols=2, horizontal_spacing=panels.GAP_X, vertical_spacing=panels.GAP_Y,
        subplot_titles=titles,
    ).layout  # fmt: skip
    for name in ("xaxis", "yaxis", "xaxis2", "yaxis2", "xaxis3", "yaxis3", "xaxis4", "yaxis4"):
        assert ours[name].domain == pytest.approx(theirs[name].domain)
        assert ours[name].anchor == theirs[name].anchor
    for one, other in zip(ours.annotations, theirs.annotations, strict=True):
        assert (one.text, one.x, one.y) == (
            other.text,
            pytest.approx(other.x),
            pytest.approx(other.y),
        )


def test_a_mark_goes_through_every_panel():
    shapes = panels.marks(5, 3, "#123456")
    assert [(s["xref"], s["yref"]) for s in shapes] == [
        ("x", "y domain"), ("x2", "y2 domain"), ("x3", "y3 domain")
    ]  # fmt: skip


def test_every_panel_needs_its_axes():
    with pytest.raises(ValueError, match="2 panels need as many"):
        panels.grid(["a", "b"], [({}, {})])
