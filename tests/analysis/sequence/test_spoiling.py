import math

import pytest
import torch
from scipy.stats import binom
from torch.nn import functional

from viz_models.analysis.sequence import spoiling
from viz_models.analysis.sequence.spoiling import NOT_CHOSEN, masked_loss, roc_area, spoil
from viz_models.models.sequence import masked
from viz_models.models.sequence.masked import FIRST_WORD, MASK
from viz_models.models.vocabulary import UNK
from viz_models.records.sequence.masked_words import ARMS, Shares


def rows(count=400):
    dice = torch.Generator().manual_seed(1)
    words = torch.randint(FIRST_WORD, MASK, (count, 9), generator=dice).tolist()
    return masked.rows([(row[:4], row[4:]) for row in words]).ids


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


def inside(count, n, p):
    """Within the bounds that 99.9 % of all binomial counts keep."""
    low, high = binom.interval(0.999, n, p)
    return low <= count <= high


def test_counts_are_those_of_the_dice():
    ids = rows(2000)
    found = spoil(ids, 0.15, ARMS["bert"], dice())
    words = int(spoiling.can_be_chosen(ids).sum())
    chosen = found.labels != NOT_CHOSEN
    n = int(chosen.sum())
    assert words == 2000 * 9
    assert inside(n, words, 0.15)
    same = 1 / (MASK - FIRST_WORD)  # a random word may be the true one
    assert inside(int((found.ids == MASK).sum()), n, 0.8)
    assert inside(int((chosen & (found.ids == ids)).sum()), n, 0.1 + 0.1 * same)
    changed = chosen & (found.ids != ids) & (found.ids != MASK)
    assert inside(int(changed.sum()), n, 0.1 * (1 - same))
    assert torch.equal(found.labels[chosen], ids[chosen])
    assert torch.equal(found.ids[~chosen], ids[~chosen])


def test_only_words_of_the_grammar_are_chosen():
    ids = masked.rows([((10, UNK, 11), (12,)), ((13,), ())]).ids
    found = spoil(ids, 1.0, Shares(1, 0, 0), dice())
    assert found.ids.tolist()[0] == [masked.CLS, MASK, UNK, MASK, masked.SEP, MASK, masked.SEP]
    assert found.ids.tolist()[1] == [masked.CLS, MASK, masked.SEP, 0, 0, 0, 0]


def test_loss_is_the_cross_entropy_of_the_chosen_places_alone():
    model, ids = masked.build(0), rows(8)
    found = spoil(ids, 0.3, ARMS["bert"], dice())
    logits = model(found.ids, torch.zeros_like(ids))
    chosen = found.labels != NOT_CHOSEN
    alone = functional.cross_entropy(logits[chosen], ids[chosen])
    torch.testing.assert_close(masked_loss(logits, found.labels), alone)
    one_by_one = [-math.log(p) for p in logits.softmax(-1)[chosen, ids[chosen]].tolist()]
    assert alone.item() == pytest.approx(sum(one_by_one) / len(one_by_one), rel=1e-5)


def test_without_a_chosen_word_there_is_no_loss_and_that_is_said():
    ids = rows(3)
    found = spoil(ids, 0, ARMS["bert"], dice())
    assert torch.equal(found.ids, ids)
    with pytest.raises(ValueError, match="no word was chosen, so there is no loss"):
        masked_loss(torch.zeros(*ids.shape, MASK), found.labels)


@pytest.mark.parametrize(
    ("rate", "shares", "said"), [(1.5, ARMS["bert"], "0 to 1"), (0.1, Shares(0.5, 0.5, 0.5), "sum")]
)
def test_shares_that_are_none_are_refused(rate, shares, said):
    with pytest.raises(ValueError, match=said):
        spoil(rows(1), rate, shares, dice())


def test_area_under_the_curve_counts_pairs():
    high, low = torch.tensor([3.0, 1.0, 2.0]), torch.tensor([1.0, 0.0])
    pairs = [(h > x) + (h == x) / 2 for h in high.tolist() for x in low.tolist()]
    assert roc_area(high, low) == pytest.approx(sum(pairs) / len(pairs))


def test_scores_of_a_network_that_copies():
    class Copies(masked.MaskedModel):
        def forward(self, ids, segments):
            return functional.one_hot(ids.clamp(max=MASK - 1), MASK).float() * 9

    read = masked.rows([((10, 11, 12), (13, 14))] * 50)
    found = spoiling.scores(Copies().eval(), read, [True] * 50)
    assert found.kept == 1
    assert found.random == 0
    assert found.found == 0.5  # it believes every word alike
    context = spoiling.context(Copies().eval(), read, 1.0, 2)
    assert context.right == (0, 0)
    assert context.chosen == 5
