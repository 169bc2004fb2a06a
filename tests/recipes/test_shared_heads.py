import pytest
import torch

from viz_models.analysis.attention import cache_costs, sharing
from viz_models.models.vocabulary import BOS, EOS, english_ids
from viz_models.recipes import shared_heads
from viz_models.recipes.fitting import FitSpec
from viz_models.recordings import sharing as recordings
from viz_models.records import CacheTimesSpec

SOURCE = torch.tensor([[*english_ids(("the", "black", "cat", "sleeps")), EOS]])
TARGET = torch.tensor([[BOS, 9, 20, 31]])


@pytest.mark.parametrize("heads", [2, 1])
def test_the_summed_one_begins_as_the_one_that_is_not_trained_on(heads):
    begun = shared_heads.summed(heads, FitSpec(steps=1, lr=0.0, batch_size=2))
    before = sharing.network("summed", heads)
    torch.testing.assert_close(begun(SOURCE, TARGET), before(SOURCE, TARGET))


def test_its_groups_still_ask_as_one_after_training():
    trained = shared_heads.summed(2, FitSpec(steps=3, batch_size=4, lr=1e-3))
    before = sharing.network("summed", 2)
    for layer, old in zip(trained.decoder, before.decoder, strict=True):
        weight, was = layer.cross_attention.q_proj.weight, old.cross_attention.q_proj.weight
        assert not torch.equal(weight, was)
        heads = weight.unflatten(0, (2, 2, 8))
        assert torch.equal(heads[:, 0], heads[:, 1])


def test_networks_in_use_are_left_alone_by_the_training():
    before = {n: t.clone() for n, t in sharing.network("pooled", 2).state_dict().items()}
    shared_heads.summed(2, FitSpec(steps=2, batch_size=4, lr=1e-2))
    after = sharing.network("pooled", 2).state_dict()
    assert all(torch.equal(t, after[n]) for n, t in before.items())


def test_the_recording_is_what_the_lesson_asks_for():
    recorded = recordings.load()
    found = [(a.kind, a.kv_heads) for a in recorded.accuracies]
    assert found == list(shared_heads.VERSIONS)
    assert all(a.of == recordings.SENTENCES for a in recorded.accuracies)
    assert recorded.times.spec == CacheTimesSpec()
    parts = (*recorded.accuracies, recorded.growth, recorded.times, recorded.words)
    for part in parts:
        assert part.provenance.kind == "recorded run"
        assert part.provenance.date


def test_its_bytes_are_those_of_the_caches_now():
    recorded, now = recordings.load().growth, cache_costs.growth((1, 8))
    assert recorded.kv_heads == now.kv_heads
    assert recorded.nbytes[:, :2].tolist() == now.nbytes.tolist()
    assert recorded.source_nbytes.tolist() == now.source_nbytes.tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "heads"), [v for v in shared_heads.VERSIONS if v[0] != "summed_retrained"], ids=str
)
def test_its_accuracies_are_those_of_the_networks_now(kind, heads):
    recorded = recordings.load().accuracy(kind, heads)
    now = shared_heads.accuracy(sharing.network(kind, heads), kind, heads, recorded.of)
    # another CPU may decide a tie of two words the other way
    assert abs(now.right - recorded.right) <= 2


def test_the_damage_was_the_pooling_and_not_the_sharing():
    shares = {(a.kind, a.kv_heads): a.right / a.of for a in recordings.load().accuracies}
    assert shares["trained", 4] > 0.98
    for heads in (2, 1):
        assert shares["pooled", heads] < 0.5
        assert shares["retrained", heads] > 0.9
