"""What the page on Inception says of the trainings follows the recording."""

from viz_models.digits import percent
from viz_models.recordings.vision import inception as recordings
from viz_models.records.vision.inception import WEIGHT, WEIGHTS
from viz_models.ui.panels.vision import inception_training as panel


def test_every_weight_of_the_auxiliary_losses_is_told_with_its_verdict():
    record = recordings.load()
    text = panel.facts()["other_weights"]
    for weight in WEIGHTS:
        runs = record.of(auxiliary=weight)
        mean = percent(sum(r.accuracy for r in runs) / len(runs))
        assert len(runs) == len(record.seeds)
        assert (f"With the weight {weight:g} it is {mean}" in text) == (weight != WEIGHT)
    assert text.count("95 % interval") == len(WEIGHTS) - 1


def test_the_table_has_a_row_for_every_training():
    assert len(panel.table().splitlines()) == 1 + len(recordings.load().runs)
