from dataclasses import replace

import numpy as np
import pytest

from viz_models.analysis.attention import cache_costs
from viz_models.analysis.attention.sharing import network
from viz_models.records import CacheTimesSpec

SMALL = CacheTimesSpec(num_heads=4, d_k=16, lengths=(4, 64), repeats=2)


def test_bytes_read_off_the_caches_follow_the_formula():
    found = cache_costs.growth((1, 3, 7))
    for kv_heads, held in zip(found.kv_heads, found.nbytes, strict=True):
        config = network("retrained", kv_heads).config
        each = 4 * 2 * config.layers * kv_heads * config.d_model // config.num_heads
        np.testing.assert_array_equal(held, each * np.array([1, 3, 7]))
    np.testing.assert_array_equal(found.source_nbytes, found.nbytes[:, 0])
    np.testing.assert_array_equal(found.nbytes[0], 4 * found.nbytes[2])


def test_a_layer_is_timed_with_a_cache_of_that_length():
    found = cache_costs.layer_times(SMALL)
    assert found.milliseconds.shape == found.nbytes.shape == (3, 2)
    assert (found.milliseconds > 0).all()
    for kv_heads, held in zip(SMALL.kv_heads, found.nbytes, strict=True):
        each = 4 * 2 * kv_heads * SMALL.d_k
        assert held.tolist() == [each * n for n in SMALL.lengths]


def test_words_are_timed_with_and_without():
    found = cache_costs.word_times((1, 5), repeats=1)
    assert found.cached.shape == found.recomputed.shape == (3, 2)
    assert (found.cached > 0).all()
    assert (found.recomputed > 0).all()


@pytest.mark.slow
def test_fewer_heads_to_read_take_less_time():
    found = cache_costs.layer_times(CacheTimesSpec(kv_heads=(4, 1), lengths=(8192,)))
    assert found.milliseconds[1, 0] < found.milliseconds[0, 0]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: cache_costs.growth(()), "1 to 128 words"),
        (lambda: cache_costs.growth((129,)), "1 to 128 words"),
        (lambda: cache_costs.word_times((0,)), "1 to 128 words"),
        (lambda: cache_costs.layer_times(replace(SMALL, lengths=(0,))), "must be 1 or more"),
        (
            lambda: cache_costs.layer_times(CacheTimesSpec(lengths=(1 << 20,))),
            "over 64 MiB; at most 16384 tokens fit",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call, line):
    with pytest.raises(ValueError, match=line):
        call()
