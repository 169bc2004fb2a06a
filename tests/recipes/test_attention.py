import math
from itertools import islice

import pytest
import torch
from torch.nn import functional

from viz_models.models import text_models, vision_models
from viz_models.models.vocabulary import BOS, EOS, PAD
from viz_models.recipes import attention as attention_recipes
from viz_models.recipes import language, translate
from viz_models.recipes.fitting import FitSpec, next_word
from viz_models.recipes.vision import patches as vision
from viz_models.training.data import sets as data
from viz_models.training.data.grammar import test_pairs as drawn_for_tests
from viz_models.training.data.grammar import training_pairs

QUICK = FitSpec(steps=12, batch_size=16, lr=5e-3)


def trained(model, records):
    return list(records), [p.detach().clone() for p in model.parameters()]


@pytest.mark.parametrize("kv_heads", [4, 1])
def test_training_lowers_the_loss_and_is_the_same_twice(kv_heads):
    weights = []
    for _ in range(2):
        model = text_models.build(text_models.NAMES[kv_heads], 0)
        records, after = trained(model, translate.train(model, QUICK))
        weights.append(after)
    assert [r.step for r in records] == list(range(1, 13))
    assert [r.state for r in records] == ["running"] * 11 + ["finished"]
    assert records[-1].loss < records[0].loss
    assert records[0].loss == pytest.approx(math.log(len(text_models.FRENCH)), rel=0.15)
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


def test_language_and_vision_learn_too():
    model = text_models.build("language", 0)
    records, _ = trained(model, language.train(model, QUICK))
    assert records[-1].loss < records[0].loss
    net = vision_models.build(0)
    records, _ = trained(net, vision.train(net, FitSpec(steps=30, batch_size=32, lr=3e-3)))
    assert sum(r.loss for r in records[-5:]) < sum(r.loss for r in records[:5])


def test_a_batch_is_what_a_teacher_forces():
    pairs = tuple(islice(training_pairs(2), 5))
    source, target, words = translate.batch(pairs)
    for row, pair in enumerate(pairs):
        french = [text_models.FRENCH.index(w) for w in pair.french]
        english = [text_models.ENGLISH.index(w) for w in pair.english]
        assert [i for i in source[row].tolist() if i != PAD] == [*english, EOS]
        assert [i for i in target[row].tolist() if i != PAD] == [BOS, *french]
        assert [i for i in words[row].tolist() if i != PAD] == [*french, EOS]


def test_padding_does_not_count():
    logits, words = torch.randn(2, 4, 9), torch.tensor([[3, 4, PAD, PAD], [5, 6, 7, 8]])
    loss, share = next_word(logits, words)
    rows = torch.cat([logits[0, :2], logits[1]])
    real = torch.tensor([3, 4, 5, 6, 7, 8])
    torch.testing.assert_close(loss, functional.cross_entropy(rows, real))
    assert share == pytest.approx((rows.argmax(1) == real).float().mean().item())


def test_pooling_to_as_many_heads_changes_nothing():
    model = text_models.build("translate", 1)
    batch = translate.batch(drawn_for_tests(4, 0))
    same = translate.pooled_copy(model, 4)
    assert torch.equal(model(batch.source, batch.target), same(batch.source, batch.target))
    fewer = translate.pooled_copy(model, 1)
    assert fewer.config.num_kv_heads == 1
    assert fewer.load_state_dict(text_models.build("translate_kv1").state_dict())
    assert all(p.requires_grad for p in fewer.parameters())


def test_digits_are_moved_by_whole_pixels():
    images = data.digits().train_inputs[:120]
    moved = vision.moved(images, torch.Generator().manual_seed(0))
    paper = images.min()
    shifts = set()
    for image, result in zip(images[:, 0], moved[:, 0], strict=True):
        wide = functional.pad(image, [1] * 4, value=paper.item())
        fits = [
            (y, x)
            for y in range(3)
            for x in range(3)
            if torch.equal(wide[y : y + 8, x : x + 8], result)
        ]
        assert fits
        shifts.update(fits[:1])
    assert len(shifts) == 9


def test_jobs_cover_every_network_once():
    names = [job.name for job in attention_recipes.jobs("translate", 0, 1)]
    assert names == ["translate", "translate_kv2", "translate_kv1", "translate_orderless"]
    assert [j.name for j in attention_recipes.jobs("language", 0)] == ["language"]
    (job,) = attention_recipes.jobs("vision", 3, 2)
    assert (job.spec.seed, job.spec.steps) == (3, 2)
    assert len(list(job.train())) == 2
    assert 0 <= job.test() <= 1
