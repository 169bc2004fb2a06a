from dataclasses import replace

import numpy as np
import pytest

from viz_models.figures.build import surface as figures
from viz_models.records import Provenance
from viz_models.records.build.surface import GUESSING, Surface, Surfaces, SurfaceSpec

SPEC = SurfaceSpec(points=3, steps=4)


def net(low, high):
    before = np.full((3, 3), 2.4)
    after = np.full((3, 3), float(high))
    after[1, 1] = low
    return Surface(before=before, after=after, training=np.array([4.0, 3, 2, 1]), accuracy=0.5)


@pytest.fixture
def found():
    provenance = Provenance(kind="recorded run")
    return Surfaces(
        spec=SPEC, plain=net(1, 5), skips=net(0.1, 10), cpu_seconds=1.0, provenance=provenance
    )


@pytest.mark.parametrize("dark", [False, True])
def test_reliefs_share_their_scale(found, dark):
    fig = figures.surfaces(found, dark=dark)
    plain, _, skips, _ = fig.data
    assert (plain.cmin, plain.cmax) == (skips.cmin, skips.cmax) == (-1, 1)
    np.testing.assert_allclose(10 ** np.array(skips.z), found.skips.after)
    np.testing.assert_array_equal(skips.customdata, found.skips.after)
    assert fig.layout.scene.zaxis.range == fig.layout.scene2.zaxis.range
    assert [a.text for a in fig.layout.annotations] == [
        "without skips<br>1 nats",
        "with skips<br>0.1 nats",
    ]


@pytest.mark.parametrize("view", ["relief", "map"])
def test_one_color_bar_says_the_loss_of_both(found, view):
    fig = figures.surfaces(found, view=view)
    first, second = (t for t in fig.data if t.type in ("surface", "contour") and t.colorscale)
    assert (first.showscale, second.showscale) == (False, True)
    bar = second.colorbar
    assert bar.title.text == "loss (nats)"
    assert [float(text) for text in bar.ticktext] == [0.1, 0.3, 1, 3, 10]
    np.testing.assert_allclose(10 ** np.array(bar.tickvals), [0.1, 0.3, 1, 3, 10])


def test_the_heights_have_no_numbers_of_their_own_that_a_narrow_scene_would_cut_off(found):
    fig = figures.surfaces(found)
    for scene in (fig.layout.scene, fig.layout.scene2):
        assert not scene.zaxis.showticklabels
        assert (
            scene.zaxis.tickvals == fig.data[2].colorbar.tickvals
        )  # the lines are those of the bar


def test_the_mark_stands_where_the_weights_are(found):
    ring = figures.surfaces(found).data[3]
    assert (ring.x, ring.y, ring.z) == ((0,), (0,), (-1,))
    ring = figures.surfaces(found, view="map").data[5]
    assert (ring.x, ring.y) == ((0,), (0,))


def test_before_training_is_another_picture_on_the_same_scale(found):
    before, after = (figures.surfaces(found, when) for when in ("before", "after"))
    assert before.data[0].cmax == after.data[0].cmax
    np.testing.assert_allclose(10 ** np.array(before.data[0].z), 2.4)


def test_the_map_has_a_line_at_guessing(found):
    lines = [t for t in figures.surfaces(found, view="map").data if t.type == "contour"]
    values = [t.contours.value for t in lines if t.contours.type == "constraint"]
    assert values == [pytest.approx(np.log10(GUESSING))] * 2


def test_what_was_lost_leaves_a_hole(found):
    lost = replace(found.skips, after=np.where(found.skips.after > 9, np.nan, 1.0))
    for view in ("relief", "map"):
        fig = figures.surfaces(replace(found, skips=lost), view=view)
        assert np.isfinite(fig.data[0].cmax if view == "relief" else fig.data[0].zmax)


def test_training_curves(found):
    plain, skips = figures.training(found).data
    assert list(plain.x) == [1, 2, 3, 4]
    assert (plain.name, skips.name) == ("without skips", "with skips")
    assert list(skips.y) == [4, 3, 2, 1]
