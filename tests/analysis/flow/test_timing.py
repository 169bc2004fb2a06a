import time

import numpy as np
import pytest
import torch

from viz_models.analysis.flow.timing import milliseconds
from viz_models.analysis.flow.trace import steps_of
from viz_models.models import registry
from viz_models.records import ModelRef

REF = ModelRef()
X = np.random.default_rng(0).standard_normal((3, 224, 224), dtype=np.float32)


@pytest.fixture(scope="module")
def measured():
    return milliseconds(REF, X)


def test_one_time_per_step(measured):
    assert measured.shape == (len(steps_of(REF)),)
    assert measured.dtype == np.float64
    assert measured[0] == 0
    assert (measured[1:] > 0).all()


def test_convolutions_take_most_of_it(measured):
    convs = [step.op == "conv2d" for step in steps_of(REF)]
    assert measured[convs].sum() > 0.5 * measured.sum()


def test_the_sum_is_about_one_forward_pass():
    with registry.shared(REF) as model, torch.no_grad():
        photo = torch.from_numpy(X)[None]
        passes = []
        for _ in range(6):
            start = time.perf_counter()
            model(photo)
            passes.append((time.perf_counter() - start) * 1e3)
    ratio = milliseconds(REF, X).sum() / np.median(passes)
    assert 0.2 < ratio < 5  # a unit or a factor would be off by more; a busy machine is not


def test_nothing_is_changed():
    x = X.copy()
    with registry.shared(REF) as model:
        before = {k: v.clone() for k, v in model.state_dict().items()}
    milliseconds(REF, x, repeats=1)
    with registry.shared(REF) as model:
        assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    np.testing.assert_array_equal(x, X)


def test_no_repeats_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        milliseconds(REF, X, repeats=0)
