import numpy as np
import pytest

from viz_models.recordings import sharing as recordings


def test_what_is_saved_is_what_is_loaded(tmp_path):
    recorded = recordings.load()
    again = recordings.load(recordings.save(recorded, tmp_path / "copy.json"))
    assert again.accuracies == recorded.accuracies
    assert again.times.spec == recorded.times.spec
    for part, names in (
        ("growth", ("lengths", "nbytes", "source_nbytes")),
        ("times", ("milliseconds", "nbytes")),
        ("words", ("lengths", "cached", "recomputed")),
    ):
        old, new = getattr(recorded, part), getattr(again, part)
        assert new.provenance == old.provenance
        for name in names:
            np.testing.assert_array_equal(getattr(new, name), getattr(old, name))
    assert again.growth.kv_heads == recorded.growth.kv_heads == (4, 2, 1)


def test_the_trained_network_is_one_for_all_numbers_of_heads():
    recorded = recordings.load()
    assert recorded.accuracy("trained", 2) is recorded.accuracy("trained", 4)
    assert recorded.accuracy("pooled", 2).kv_heads == 2


def test_an_unknown_recording_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        recordings.load(tmp_path / "nothing.json")
