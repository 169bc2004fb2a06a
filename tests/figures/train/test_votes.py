import json

import pytest

from viz_models.figures import theme
from viz_models.figures.train import votes as train_votes


@pytest.mark.parametrize("dark", [False, True])
def test_one_bar_a_choice_and_ones_own_in_the_color_of_what_is_chosen(dark):
    counts = {"64 is better": 14, "640 is better": 3, "no difference": 0}
    option = train_votes.votes(counts, "640 is better", dark=dark)
    assert option["yAxis"]["data"] == list(counts)
    bars = option["series"][0]["data"]
    assert [bar["value"] for bar in bars] == [14, 3, 0]
    p = theme.palette(dark)
    assert [bar["itemStyle"]["color"] == p.orange for bar in bars] == [False, True, False]
    assert option["xAxis"]["max"] == 14
    json.dumps(option, allow_nan=False)


def test_letters_grow_for_presenting():
    sizes = [
        train_votes.votes({"a": 1, "b": 2}, None, scale=scale)["yAxis"]["axisLabel"]["fontSize"]
        for scale in (1.0, 1.5)
    ]
    assert sizes[1] == pytest.approx(1.5 * sizes[0])
