"""How well the first preset learns, and how long it takes."""

from dataclasses import replace

import pytest

from viz_models.training import loop
from viz_models.training.presets import preset

SECONDS = 30  # on two cores


@pytest.mark.slow
def test_small_cnn_reaches_98_percent():
    ends = [list(loop.train(replace(preset("small-cnn"), seed=seed)))[-1] for seed in range(3)]
    mean = sum(end.evaluation.accuracy for end in ends) / 3
    assert mean >= 0.98
    assert max(end.seconds for end in ends) <= SECONDS
