from viz_models.figures import theme
from viz_models.figures.attention import heads as figures
from viz_models.recordings import attention as recordings_attention


def test_bars_are_the_recorded_shares_with_the_costliest_first():
    recorded = recordings_attention.load_heads()
    chosen = ("encoder", 1, 2)
    (bars,) = figures.exact_without(recorded, chosen).data
    shares = {"{} {}.{}".format(*c.off[0]): c.exact / recorded.sentences for c in recorded.alone}
    assert dict(zip(bars.x, bars.y, strict=True)) == shares
    assert list(bars.y) == sorted(bars.y)
    orange = [x for x, c in zip(bars.x, bars.marker.color, strict=True) if c == theme.LIGHT.orange]
    assert orange == ["encoder 1.2"]


def test_the_whole_network_is_a_line():
    recorded = recordings_attention.load_heads()
    (line,) = figures.exact_without(recorded, ("cross", 0, 0)).layout.shapes
    assert line.y0 == line.y1 == recorded.full.exact / recorded.sentences
