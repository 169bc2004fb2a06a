"""The cards of the lesson on train and eval."""

import re

import pytest

from viz_models.digits import digits
from viz_models.records import RunningSpec
from viz_models.ui.panels.normalization import tensors, train_eval
from viz_models.ui.results.normalization import train_eval as results


@pytest.fixture(scope="module", params=[0.1, 0.03, None], ids=["0.1", "0.03", "average"])
def trace(request):
    return results.running(tensors.DIGITS, RunningSpec(momentum=request.param, shift_at=30))


@pytest.mark.parametrize("step", [1, 2, 7, 31, 38, 60])
def test_the_line_that_moves_the_running_mean_is_true(trace, step):
    for channel in range(8):
        view = train_eval.View(tensors.DIGITS, trace, channel, step)
        (line,) = (x.label for x in train_eval._modes(view) if "·" in x.label)
        text = line.replace("−", "-").replace("·", "*")
        value = eval(text, {})
        assert digits(value) == digits(trace.running_mean[step, channel])


def test_what_is_called_a_variance_is_one(trace):
    view = train_eval.View(tensors.DIGITS, trace, 0, 38)
    lines = {x.label: x.value for x in train_eval._variance(view)}
    assert not any("√" in label for label in lines)
    assert lines["train uses: sum ÷ n"] == digits(trace.biased_variance[37, 0])
    assert lines["kept for eval: sum ÷ (n − 1)"] == digits(trace.unbiased_variance[37, 0])
    assert lines["eval uses: the running variance"] == digits(trace.running_variance[38, 0])


def test_no_number_stands_without_its_minus(trace):
    view = train_eval.View(tensors.DIGITS, trace, 0, 7)
    (line,) = (x.label for x in train_eval._modes(view) if "·" in x.label)
    assert re.fullmatch(r"\S+ · (\S+) \+ \S+ · (\S+)", line)
