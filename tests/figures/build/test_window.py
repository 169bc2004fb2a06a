"""Figures of the lesson on windows say what the records say."""

import numpy as np
import pytest

from viz_models.analysis.build.window import windows
from viz_models.analysis.build.window_bottleneck import bottleneck
from viz_models.figures.build import window as receptive
from viz_models.records import BottleneckSpec, WindowSpec


@pytest.mark.parametrize("dark", [False, True])
def test_profile_shows_both_and_the_paths(dark):
    result = windows(WindowSpec(channels=8))
    fig = receptive.profile(result, dark=dark)
    assert [t.name for t in fig.data] == ["3 × (3×3)", "7×7", "paths through the stack"]
    assert list(fig.data[0].x) == [-3, -2, -1, 0, 1, 2, 3]
    assert np.allclose(fig.data[0].y, result.stack.share.sum(0))
    assert np.allclose(fig.data[2].y, result.paths)


def test_hourglass_names_channels_and_what_is_seen():
    fig = receptive.hourglass(bottleneck(BottleneckSpec(stage=2)))
    narrow, basic = fig.data
    assert list(narrow.y) == [512, 128, 128, 512]
    assert narrow.text[1] == "128<br>sees 1×1"
    assert [t.partition("sees ")[2] for t in basic.text] == ["1×1", "3×3", "5×5"]
    assert not set(narrow.x) & set(basic.x)
    assert fig.layout.xaxis.ticktext[1:4] == ("1×1", "3×3", "1×1")
