"""The home page's picture of normalization must be what the lesson opens with."""

import numpy as np
import pytest

from viz_models.recipes.commands.record import axes_recording
from viz_models.recordings import axes as recordings_axes
from viz_models.ui.panels.normalization.axes import SOURCES


def test_it_is_of_what_the_lesson_opens_with():
    assert recordings_axes.load().source == recordings_axes.LESSON == next(iter(SOURCES.values()))


@pytest.mark.slow
def test_it_is_what_would_be_measured_now():
    recorded, now = recordings_axes.load(), axes_recording(recordings_axes.LESSON)
    np.testing.assert_allclose(recorded.values, now.values, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(recorded.photos, now.photos)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    recorded = recordings_axes.load()
    again = recordings_axes.load(recordings_axes.save(recorded, tmp_path / "copy.json"))
    assert (again.source, again.provenance) == (recorded.source, recorded.provenance)
    np.testing.assert_array_equal(again.values, recorded.values)
