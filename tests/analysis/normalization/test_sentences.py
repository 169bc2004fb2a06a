import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.normalization import sentences
from viz_models.records import SentenceSpec

SPEC = SentenceSpec()


@pytest.fixture(scope="module")
def found():
    return sentences(SPEC)


def test_padding_is_zero_and_marked(found):
    assert found.tokens.shape == (4, 9, 16)
    assert found.real.sum(1).tolist() == list(SPEC.lengths)
    assert (found.tokens[~found.real] == 0).all()
    assert (found.tokens[found.real] != 0).all()


def test_who_moves_the_first_sentence(found):
    batch, layer, both = found.rows
    assert [r.label for r in found.rows] == ["BN over (B, T)", "LN over C", "LN over (T, C)"]
    assert (batch.padding_change > 0.01, batch.neighbor_change > 0.01) == (True, True)
    assert (layer.padding_change, layer.neighbor_change) == (0.0, 0.0)
    assert (both.padding_change > 0.01, both.neighbor_change) == (True, 0.0)


def test_outputs_are_torchs(found):
    tokens = torch.from_numpy(found.tokens)
    padded = torch.cat([tokens, torch.zeros(4, SPEC.more_padding, 16)], dim=1)

    def expected(label, x):
        if label == "BN over (B, T)":
            return nn.functional.batch_norm(x.transpose(1, 2), None, None, training=True).mT
        return nn.functional.layer_norm(x, x.shape[2:] if label == "LN over C" else x.shape[1:])

    for row in found.rows:
        plain, longer = expected(row.label, tokens), expected(row.label, padded)
        np.testing.assert_allclose(row.output, plain, atol=1e-6)
        np.testing.assert_allclose(row.padded_output, longer, atol=1e-6)
        change = (longer[0, :5] - plain[0, :5]).abs().max().item()
        assert row.padding_change == pytest.approx(change, abs=2e-6)


def test_the_means_that_the_first_token_sees(found):
    x = found.tokens.astype(float)
    batch, layer, both = (r.means for r in found.rows)
    assert batch[0] == pytest.approx(x[..., 0].mean())
    assert batch[1] == pytest.approx(x[..., 0].sum() / (4 * 13))
    assert layer[0] == layer[1] == layer[2] == pytest.approx(x[0, 0].mean())
    assert both[0] == both[2] == pytest.approx(x[0].mean())
    assert both[1] == pytest.approx(x[0].sum() / (13 * 16))


def test_without_more_padding_nothing_moves():
    for row in sentences(SentenceSpec(more_padding=0)).rows:
        assert row.padding_change == 0.0


def test_one_token_and_a_lot_of_padding_stay_finite():
    for row in sentences(SentenceSpec(lengths=(1, 1), channels=2, more_padding=100)).rows:
        assert all(np.isfinite(a).all() for a in (row.output, row.padded_output))


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"lengths": (5,)}, "two sentences"),
        ({"lengths": (5, 0)}, "1 to 512 tokens"),
        ({"lengths": (5, 513)}, "1 to 512 tokens"),
        ({"channels": 1}, "2 channels"),
        ({"more_padding": -1}, "padding of 0"),
        ({"channels": 2**20}, "limit is"),
        ({"eps": 0.0}, "eps"),
    ],
)
def test_what_cannot_be_had(options, hint):
    with pytest.raises(ValueError, match=hint):
        sentences(SentenceSpec(**options))
