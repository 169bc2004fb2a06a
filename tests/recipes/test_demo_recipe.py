"""How well the first preset learns, and how long it takes."""

import time
from dataclasses import replace

import pytest

from viz_models.training.loop import loop
from viz_models.training.presets import preset

SECONDS = 30  # of one core, for one run


@pytest.mark.slow
def test_small_cnn_reaches_98_percent():
    begin = time.process_time()  # the clock on the wall also counts what others compute
    ends = [list(loop.train(replace(preset("small-cnn"), seed=seed)))[-1] for seed in range(3)]
    seconds = (time.process_time() - begin) / 3
    mean = sum(end.evaluation.accuracy for end in ends) / 3
    assert mean >= 0.98
    assert seconds <= SECONDS
