"""What the first pictures are drawn from must be what would be computed now."""

import numpy as np
import pytest

from viz_models.analysis.flow.trace import steps_of
from viz_models.recipes.commands.record import flow_recording
from viz_models.recordings import flow as recordings
from viz_models.recordings.shipped import opening
from viz_models.records import TraceSpec


def test_the_flow_recording_is_of_the_pages_default():
    recorded = recordings.load()
    assert recorded.spec == TraceSpec(model=opening())
    assert recorded.provenance.kind == "recorded run"
    assert recorded.provenance.date


def test_it_holds_the_networks_steps_as_they_are():
    assert recordings.load().steps == steps_of(opening())


@pytest.mark.slow
def test_its_faces_are_what_a_forward_pass_gives_now():
    recorded, now = recordings.load(), flow_recording(TraceSpec(model=opening()))
    assert recorded.schemes == now.schemes
    for name, face in now.faces.items():
        # another CPU may round a value across the border between two of 256 colors
        off = np.abs(recorded.faces[name].astype(int) - face.astype(int))
        assert off.max() <= 1, name


def test_what_is_saved_is_what_is_loaded(tmp_path):
    recorded = recordings.load()
    again = recordings.load(recordings.save(recorded, tmp_path / "copy.json"))
    assert again.spec == recorded.spec
    assert again.steps == recorded.steps
    assert again.provenance == recorded.provenance
    for name, face in recorded.faces.items():
        np.testing.assert_array_equal(again.faces[name], face)


def test_an_unknown_recording_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        recordings.load(tmp_path / "nothing.json")
