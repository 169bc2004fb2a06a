import json

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.train import moments as train_moments
from viz_models.records import Moment


def moment(step, norms, layers=None):
    layers = layers or tuple(f"layer{i}" for i in range(len(norms)))
    return Moment(
        step=step,
        samples=32 * step,
        layers=layers,
        gradient_norms=tuple(norms),
        activation_means=tuple(-n for n in norms),
        activation_stds=tuple(norms),
        filters=np.zeros((2, 1, 3, 3), np.float32),
        running_means={},
        running_variances={},
    )


def cells(option):
    return {(c[0], c[1]): c for c in option["series"][0]["data"]}


def test_a_row_is_a_layer_a_column_a_moment_and_colors_are_logarithms():
    moments = [moment(0, (0.1, 10.0)), moment(5, (1.0, 100.0))]
    option = train_moments.heatmap(moments, "gradient norm", 1)
    found = cells(option)
    assert {place: c[2] for place, c in found.items()} == {
        (0, 0): -1,
        (1, 0): 0,
        (0, 1): 1,
        (1, 1): 2,
    }
    assert found[1, 1][3:] == ["100", "layer1", "160"]
    assert option["visualMap"]["text"] == ["100", "0.1"]
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (-1, 2)
    assert option["series"][0]["markLine"]["data"] == [{"xAxis": 1}]
    assert option["series"][0]["markLine"]["lineStyle"]["color"] == theme.LIGHT.orange
    json.dumps(option, allow_nan=False)


def test_a_layer_that_gets_no_gradient_is_left_empty():
    option = train_moments.heatmap([moment(0, (0.0, 2.0))], "gradient norm", 0)
    assert list(cells(option)) == [(0, 1)]


def test_a_layer_that_grew_later_begins_later():
    moments = [moment(0, (1.0,), ("a",)), moment(1, (2.0, 3.0), ("a", "b"))]
    layers, values = train_moments.table(moments, "gradient norm")
    assert layers == ("a", "b")
    np.testing.assert_array_equal(values, [[1, 2], [np.nan, 3]])


def test_means_have_a_sign_and_zero_in_the_middle():
    option = train_moments.heatmap([moment(0, (1.0, -3.0))], "activation mean", 0, dark=True)
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (-3, 3)
    assert tuple(option["visualMap"]["inRange"]["color"]) == theme.DIVERGING_DARK


@pytest.mark.parametrize("count", [1, 24, 25, 200])
def test_a_deep_network_shows_at_most_24_layers_with_both_ends(count):
    layers, values = train_moments.table([moment(0, np.arange(1.0, count + 1))], "activation std")
    assert len(layers) == min(count, 24)
    assert (layers[0], layers[-1]) == ("layer0", f"layer{count - 1}")
    assert values[-1, 0] == count
