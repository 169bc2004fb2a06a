import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.build.compare import gradient_pair
from viz_models.records import MlpSpec, Provenance, Race, RaceLine, RaceSpec


def line(gradient, seed=0):
    gradient = np.array(gradient, dtype=float)
    return RaceLine(
        seed=seed, loss=1.0, gradient=gradient, weights=gradient[1:], activation=gradient[::-1]
    )


def made(lines):
    specs = {name: RaceSpec(network=MlpSpec()) for name in ("A", "B")}
    return Race(specs=specs, yours="A", lines=lines, provenance=Provenance())


DEEP, SHALLOW = [8.0, 4.0, 4.0, 2.0, 1.0], [30.0, 10.0, 2.0]


def curves(fig):
    return {t.name: t for t in fig.data if t.name}


def test_both_lines_end_at_their_last_block():
    found = curves(gradient_pair(made({"A": (line(DEEP),), "B": (line(SHALLOW),)})))
    np.testing.assert_array_equal(found["A"].x, [-4, -3, -2, -1, 0])
    np.testing.assert_array_equal(found["B"].x, [-2, -1, 0])
    np.testing.assert_allclose(found["A"].y, DEEP)
    np.testing.assert_allclose(found["B"].y, [15, 5, 1])


def test_activations_start_together():
    found = curves(gradient_pair(made({"A": (line(DEEP),), "B": (line(SHALLOW),)}), "activation"))
    np.testing.assert_array_equal(found["A"].x, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(found["B"].x, [0, 1, 2])
    np.testing.assert_allclose(found["B"].y, [2, 10, 30])


def test_the_line_is_the_geometric_mean_and_the_band_all_seeds():
    lines = (line([4.0, 1.0]), line([16.0, 1.0], seed=1))
    fig = gradient_pair(made({"A": lines, "B": (line(SHALLOW),)}))
    np.testing.assert_allclose(curves(fig)["A"].y, [8, 1])
    band = next(t for t in fig.data if t.fill == "toself")
    assert (min(band.y), max(band.y)) == pytest.approx((1, 16))


def test_names_say_the_ratio_and_keep_apart():
    fig = gradient_pair(made({"A": (line([2.0, 1.0]),), "B": (line([2.01, 1.0]),)}))
    names = {a.text: a for a in fig.layout.annotations}
    assert set(names) == {"A  <b>×2</b>", "B  <b>×2</b>"}
    shifts = sorted(a.yshift for a in names.values())
    assert shifts[1] - shifts[0] > 16


def test_the_second_keeps_its_color_when_the_first_did_not_run():
    found = curves(gradient_pair(made({"B": (line(SHALLOW),)}), dark=True))
    assert list(found) == ["B"]
    assert found["B"].line.color == theme.DARK.gold


def test_what_left_the_range_has_no_line_but_says_so():
    lost = line([np.nan, np.nan, 1.0])
    fig = gradient_pair(made({"A": (lost,), "B": (line(SHALLOW),)}))
    assert next(a.text for a in fig.layout.annotations) == "A: outside of float32's range"
    np.testing.assert_array_equal(curves(fig)["A"].x, [0])
