"""Small twins: their blocks, their training, and what was recorded of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from viz_models.models.vision.architectures_twins import Shuffle, twin
from viz_models.recordings.vision import architectures as recordings
from viz_models.records.vision.architectures import COMPARED, FAMILY, SWITCHES, TwinRun, TwinSpec
from viz_models.training.vision import architectures_grid
from viz_models.training.vision.architectures import enlarged, run


@pytest.mark.parametrize("name", [a.name for a in FAMILY])
def test_a_twin_names_ten_digits_and_is_as_large_as_recorded(name):
    net = twin(TwinSpec(network=name)).eval()
    assert net(torch.zeros(2, 1, 32, 32)).shape == (2, 10)
    recorded = recordings.load_twins().twin(name)
    assert sum(p.numel() for p in net.parameters()) == recorded.parameters


def test_the_shuffle_is_torchs():
    x = torch.randn(2, 12, 3, 3)
    assert torch.equal(Shuffle(3)(x), nn.ChannelShuffle(3)(x))


def test_switches_change_what_they_name():
    def kinds(spec):
        return [type(m) for m in twin(spec).modules()]

    assert nn.Tanh not in kinds(TwinSpec())
    assert nn.ReLU not in kinds(SWITCHES["tanh"])
    assert kinds(SWITCHES["lrn"]).count(nn.LocalResponseNorm) == 2
    assert nn.Dropout in kinds(TwinSpec())
    assert nn.Dropout not in kinds(SWITCHES["no dropout"])


def test_a_training_goes_as_recorded_and_leaves_torchs_generator_alone():
    record = recordings.load_twins()
    before = torch.random.get_rng_state()
    found = run(replace(record.spec, seed=record.seeds[0]))
    assert torch.equal(before, torch.random.get_rng_state())
    cell = record.twin("alexnet")
    assert len(found.accuracies) == len(cell.curves[0])
    # another processor adds in another order
    assert found.accuracy == pytest.approx(cell.accuracies[0], abs=0.1)


def test_the_recording_is_of_all_twins_over_five_seeds():
    record = recordings.load_twins()
    assert [t.name for t in record.twins] == [a.name for a in FAMILY]
    assert [s.name for s in record.switches] == list(SWITCHES)
    assert record.spec == TwinSpec()
    assert len(record.seeds) == 5
    assert (record.train, record.tests) == (len(enlarged()[0]), len(enlarged()[2]))


def test_differences_are_paired_by_seed():
    record = recordings.load_twins()
    pairs = [(t, record.twin(COMPARED)) for t in record.twins if t.name != COMPARED]
    pairs += [(s, record.twin("alexnet")) for s in record.switches]
    for cell, other in pairs:
        gaps = np.subtract(cell.accuracies, other.accuracies)
        low, high = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
        assert cell.difference.mean == pytest.approx(gaps.mean())
        assert (cell.difference.low, cell.difference.high) == pytest.approx((low, high))
    assert record.twin(COMPARED).difference is None


def test_two_short_trainings_make_a_record():
    short = TwinSpec(steps=2, batch_size=4, look=1)
    asked = []

    def trained(spec):
        asked.append(spec)
        return recorded_run(spec)

    made = architectures_grid.measure(seeds=(0, 1), base=short, run=trained)
    assert len(asked) == 2 * (len(FAMILY) + len(SWITCHES))
    assert {s.seed for s in asked} == {0, 1}
    assert made.twin("vgg11").accuracies == (0.5, 0.6)


def recorded_run(spec):
    accuracy = 0.5 + spec.seed / 10
    return TwinRun(spec=spec, accuracies=(0.1, accuracy), accuracy=accuracy, cpu_seconds=1.0)


def test_wrong_questions_are_refused():
    with pytest.raises(ValueError, match="has no twin; choose alexnet"):
        twin(TwinSpec(network="lenet"))
    with pytest.raises(ValueError, match="must each be 1 or more"):
        run(TwinSpec(steps=0))
