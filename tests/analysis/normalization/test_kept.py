"""The running statistics of eval mode, beside those of a module that saw the same tensors."""

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.normalization import activation, kept, normalize
from viz_models.images import samples
from viz_models.records import NormSpec, SourceSpec

EVAL = NormSpec(norm="batch", mode="eval")
LAYER = SourceSpec(channels=8, side=8)


@pytest.mark.parametrize(
    "source",
    [
        SourceSpec(kind="digits", channels=8),
        SourceSpec(kind="normal"),
        SourceSpec(kind="shifted"),
        SourceSpec(kind="normal", shape=(1, 8, 1, 1)),
        SourceSpec(kind="normal", shape=(64, 64, 56, 56)),
    ],
    ids=["digits", "normal", "shifted", "one value", "large"],
)
def test_one_of_each_channel_and_no_longer_those_of_a_fresh_module(source):
    found = kept(source)
    assert found.mean.shape == found.variance.shape == activation(source).shape[1:2]
    assert not np.allclose(found.mean, 0, atol=1e-6)
    assert (found.variance > 0).all()


@pytest.mark.slow
def test_a_layers_are_near_those_of_all_photos():
    everything = torch.from_numpy(activation(SourceSpec(channels=8, side=8, photos=samples.NAMES)))
    found = kept(LAYER)
    spread = everything.std((0, 2, 3)).numpy()
    off = np.abs(found.mean - everything.mean((0, 2, 3)).numpy())
    assert (off < spread / 2).all()


def test_eval_mode_with_them_is_torchs():
    source = SourceSpec(kind="digits", channels=8)
    x, found = activation(source), kept(source)
    module = nn.BatchNorm2d(x.shape[1]).eval()
    module.running_mean = torch.tensor(found.mean).float()
    module.running_var = torch.tensor(found.variance).float()
    with torch.no_grad():
        truth = module(torch.from_numpy(x.copy())).numpy()
    ours = normalize(x, EVAL, found)
    np.testing.assert_array_equal(ours.output, truth)
    assert ours.agrees
