import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.normalization import sentences
from viz_models.models.text_models import translator
from viz_models.models.vocabulary import ENGLISH, PAD, english_ids
from viz_models.records import SentenceSpec

SPEC = SentenceSpec()


@pytest.fixture(scope="module")
def found():
    return sentences(SPEC)


def test_the_tokens_are_what_the_encoder_of_the_translator_reads(found):
    ids = torch.full((4, 9), PAD)
    for row, text in zip(ids, SPEC.sentences, strict=True):
        row[: len(text.split())] = torch.tensor(english_ids(text.split()))
    with translator() as model:
        truth = model.run(ids, torch.ones(4, 1, dtype=torch.long)).source
    np.testing.assert_array_equal(found.tokens, truth.detach().numpy())
    np.testing.assert_array_equal(found.real, (ids != PAD).numpy())


def test_every_word_is_one_of_the_vocabulary():
    words = {word for text in (*SPEC.sentences, *SPEC.neighbors) for word in text.split()}
    assert words <= set(ENGLISH)
    assert SPEC.lengths == (5, 9, 3, 7)


def test_the_first_sentence_is_the_same_in_all_three(found):
    for other in (found.padded, found.neighbors):
        np.testing.assert_array_equal(other[0, :5], found.tokens[0, :5])
    assert not np.array_equal(found.neighbors[1], found.tokens[1])


def test_who_moves_the_first_sentence(found):
    batch, layer, both = found.rows
    assert [r.label for r in found.rows] == ["BN over (B, T)", "LN over C", "LN over (T, C)"]
    assert (batch.padding_change > 0.01, batch.neighbor_change > 0.01) == (True, True)
    assert (layer.padding_change, layer.neighbor_change) == (0.0, 0.0)
    assert (both.padding_change > 0.01, both.neighbor_change) == (True, 0.0)


def test_outputs_are_torchs(found):
    tokens, padded = torch.tensor(found.tokens), torch.tensor(found.padded)

    def expected(label, x):
        if label == "BN over (B, T)":
            return nn.functional.batch_norm(x.transpose(1, 2), None, None, training=True).mT
        return nn.functional.layer_norm(x, x.shape[2:] if label == "LN over C" else x.shape[1:])

    for row in found.rows:
        plain, longer = expected(row.label, tokens), expected(row.label, padded)
        np.testing.assert_allclose(row.output, plain, atol=2e-6)
        np.testing.assert_allclose(row.padded_output, longer, atol=2e-6)
        change = (longer[0, :5] - plain[0, :5]).abs().max().item()
        assert row.padding_change == pytest.approx(change, abs=4e-6)


def test_the_means_that_the_first_token_sees(found):
    x, padded = found.tokens.astype(float), found.padded.astype(float)
    batch, layer, both = (r.means for r in found.rows)
    assert batch[0] == pytest.approx(x[..., 0].mean())
    assert batch[1] == pytest.approx(padded[..., 0].mean())
    assert layer[0] == layer[1] == layer[2] == pytest.approx(x[0, 0].mean())
    assert both[0] == both[2] == pytest.approx(x[0].mean())
    assert both[1] == pytest.approx(padded[0].mean())


def test_without_more_padding_nothing_moves():
    for row in sentences(SentenceSpec(more_padding=0)).rows:
        assert row.padding_change == 0.0


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"sentences": ("i run",)}, "two sentences"),
        ({"neighbors": ()}, "one other neighbor"),
        ({"sentences": ("i run", "")}, "1 to 64 words"),
        ({"sentences": ("i run", "cat " * 65)}, "1 to 64 words"),
        ({"sentences": ("i run", "i compile")}, "does not know 'compile'"),
        ({"more_padding": -1}, "padding of 0"),
        ({"eps": 0.0}, "eps"),
    ],
)
def test_what_cannot_be_had(options, hint):
    with pytest.raises(ValueError, match=hint):
        sentences(SentenceSpec(**options))
