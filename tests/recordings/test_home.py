"""The home page's thumbnails must be what the lessons compute."""

import numpy as np
import pytest

from viz_models.recipes.commands.record import home_recording
from viz_models.recordings import home as recordings_home


@pytest.mark.slow
def test_it_is_what_is_measured_now():
    recorded, now = recordings_home.load(), home_recording()
    for name in ("apart", "shuffled", "weights"):
        np.testing.assert_allclose(getattr(recorded, name), getattr(now, name), atol=1e-5)
    assert (recorded.queries, recorded.keys) == (now.queries, now.keys)
    assert recorded.groups == now.groups


def test_groups_cut_channels_apart_and_a_shuffle_joins_them():
    recorded = recordings_home.load()
    share = 1 / recorded.groups
    assert (recorded.apart > 0).mean() == share
    assert (recorded.shuffled > 0).mean() == 1


def test_every_word_s_attention_is_all_of_it():
    recorded = recordings_home.load()
    heads, queries, keys = recorded.weights.shape
    assert (queries, keys) == (len(recorded.queries), len(recorded.keys))
    np.testing.assert_allclose(recorded.weights.sum(-1), np.ones((heads, queries)), atol=1e-6)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    recorded = recordings_home.load()
    again = recordings_home.load(recordings_home.save(recorded, tmp_path / "copy.json"))
    np.testing.assert_array_equal(again.weights, recorded.weights)
    np.testing.assert_array_equal(again.apart, recorded.apart)
    assert again.provenance == recorded.provenance
