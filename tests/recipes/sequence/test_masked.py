from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch.nn import functional

from viz_models.models import weights
from viz_models.models.sequence import masked as models
from viz_models.models.vocabulary import PAD, english_ids
from viz_models.recipes.sequence import masked, masked_runs
from viz_models.records.sequence.masked_words import ARMS
from viz_models.training.data import pairs
from viz_models.training.data.grammar import held_out
from viz_models.training.data.pairs import test_together as drawn_for_tests

QUICK = replace(masked.SPEC, steps=6, batch_size=8)


@pytest.fixture(autouse=True)
def small_pool(monkeypatch):
    monkeypatch.setattr(pairs, "POOL", 400)
    monkeypatch.setattr(pairs.training_together, "__defaults__", (400,))


def test_training_is_the_same_twice_and_lowers_the_loss():
    kept = []
    for _ in range(2):
        model = models.build(0)
        records = list(masked.train(model, replace(QUICK, steps=30), ARMS["bert"]))
        kept.append(torch.cat([p.flatten() for p in model.parameters()]))
    assert torch.equal(*kept)
    assert records[-1].loss < records[0].loss
    assert records[-1].state == "finished"


def test_one_that_follows_has_a_noun_of_the_first_one():
    drawn = list(islice(pairs.training_together(0), 300))
    assert all(pairs.nouns(p.first) & pairs.nouns(p.second) for p in drawn if p.follows)
    assert 100 < sum(p.follows for p in drawn) < 200
    found = drawn_for_tests(20, 1)
    assert len(found) == 20
    assert found == drawn_for_tests(20, 1)


def test_no_training_sentence_has_a_held_out_pairing():
    drawn = islice(pairs.training_together(1), 200)
    assert not any(
        {a, n} <= set(p.first) and abs(p.first.index(a) - p.first.index(n)) == 1
        for p in drawn
        for a, n in held_out()
    )


def test_batches_hold_pairs_of_similar_length():
    batches = list(islice(masked.alike(pairs.training_together(0), 16, 0), 20))
    assert {len(b) for b in batches} == {16}
    padding = [(masked.together(b).ids == PAD).float().mean().item() for b in batches]
    assert sum(padding) / len(padding) < 0.1


def test_runs_are_put_together_by_seed(monkeypatch):
    monkeypatch.setattr(masked_runs, "SEEDS", range(1))
    told = []
    found = masked_runs.arms(lambda *done: told.append(done), QUICK, pairs=20)
    assert [run.arm for run in found.runs] == list(ARMS)
    assert told[-1] == (4, 4)
    assert all(0 <= run.scores.found <= 1 for run in found.runs)


@pytest.mark.slow
@pytest.mark.parametrize("arm", ARMS)
def test_the_manifest_says_how_good_the_shipped_network_is(arm):
    card = weights.cards()[f"masked_{arm}"]
    with models.trained(f"masked_{arm}") as model:
        assert masked.measured(model).masked == pytest.approx(card.accuracy, abs=2e-4)
    assert card.command == f"python -m viz_models train-sequence masked_{arm} --seed 0"
    assert (weights.FOLDER / card.file).stat().st_size < 120_000


def test_the_loss_of_training_is_that_of_the_chosen_words_and_the_next_sentence():
    drawn = tuple(islice(pairs.training_together(0), 8))
    first = next(masked.train(models.build(0), replace(QUICK, steps=1, lr=0.0), ARMS["kept"], 1.0))
    batch = next(masked.alike(pairs.training_together(0), 8, 0))
    read, model = masked.together(batch), models.build(0)
    done = model.run(*read)
    words = read.ids.masked_fill(read.ids < models.FIRST_WORD, -100)
    expected = functional.cross_entropy(done.logits.flatten(0, 1), words.flatten())
    expected += functional.cross_entropy(
        done.follows, torch.tensor([0 if p.follows else 1 for p in batch])
    )
    assert first.loss == pytest.approx(expected.item(), rel=1e-5)
    assert english_ids(drawn[0].first)
