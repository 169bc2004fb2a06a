"""What results really hold, and which of them are kept apart."""

import numpy as np
import pytest
import torch

from viz_models.analysis.normalization import normalize
from viz_models.records import NormSpec, SourceSpec
from viz_models.ui.kit import cache
from viz_models.ui.kit.sizes import SMALL, held_bytes
from viz_models.ui.results.normalization import axes as results

LARGE = SourceSpec(kind="normal", shape=(6, 64, 56, 56))  # 1.2 million values


def test_views_count_what_they_keep_alive():
    column = np.zeros((1000, 1))
    assert held_bytes(column) == SMALL + 8000
    assert held_bytes(np.broadcast_to(column, (1000, 500))) == SMALL + 8000
    assert held_bytes(column[:3]) == SMALL + 8000


def test_the_same_memory_counts_once():
    a, b = np.zeros(1000), np.zeros(1000)
    assert held_bytes({"all": (a, [a[2:], b]), "none": None}) == SMALL + 16_000
    tensor = torch.zeros(1000)
    assert held_bytes((tensor.numpy(), tensor.numpy())) == SMALL + 4000


@pytest.mark.parametrize(("over", "groups"), [("c", 2 * 40 * 40), ("chw", 2)])
def test_a_normalized_tensor_counts_its_statistics(over, groups):
    x = np.random.default_rng(0).normal(size=(2, 3, 40, 40)).astype(np.float32)
    found = held_bytes(normalize(x, NormSpec(norm="layer", over=over)))
    ids = mean = variance = rms = divided = mean_after = variance_after = 8 * groups
    expected = x.nbytes + ids + mean + variance + rms + divided + mean_after + variance_after
    assert found == SMALL + expected


def test_large_tensors_are_kept_apart_from_the_traces():
    shared, large = cache._store, cache._large_store
    before, apart = shared.bytes, large.bytes
    x = results.activation(LARGE)
    first = results.normalized(LARGE, NormSpec())
    results.cell(LARGE, NormSpec(), (0, 0, 0, 0))
    assert results.normalized(LARGE, NormSpec()) is first
    assert shared.bytes == before
    assert large.bytes - apart > x.nbytes + first.output.nbytes
    results.activation(SourceSpec(kind="normal", seed=99))
    assert shared.bytes > before
    assert large.limit < shared.limit
