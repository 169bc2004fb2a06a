import math

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.attention.positions import first_head, order, position_table, reordered
from viz_models.models import text_models
from viz_models.models.vocabulary import EOS, tokenize
from viz_models.records import OrderSpec


@pytest.mark.parametrize("kind", ["swap", "reverse", "shuffle"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 128])
def test_every_word_stays_and_the_end_too(kind, count):
    places = reordered(count, kind, 3)
    assert sorted(places) == list(range(count + 1))
    assert places[-1] == count


def test_orders_by_hand():
    assert reordered(5, "swap") == (0, 4, 2, 3, 1, 5)
    assert reordered(3, "reverse") == (2, 1, 0, 3)
    assert reordered(2, "swap") == (1, 0, 2)
    assert reordered(6, "shuffle", 1) == reordered(6, "shuffle", 1) != reordered(6, "shuffle", 2)


@pytest.mark.parametrize(
    "text", ["the dog sees the cat", "i love cats", "cat", "two big birds eat"]
)
@pytest.mark.parametrize("kind", ["swap", "reverse", "shuffle"])
def test_without_positions_attention_sees_a_set(text, kind):
    found = order(OrderSpec(text=text, order=kind, seed=4))
    assert found.untold.change_anywhere < 1e-5
    assert found.untold.memory_change < 1e-4
    assert found.untold.translation == found.untold.moved_translation


def test_with_positions_the_order_matters():
    found = order(OrderSpec())
    assert found.told.change_anywhere > 0.1
    assert found.told.translation == ("le", "chien", "voit", "le", "chat")
    assert found.told.moved_translation == ("le", "chat", "voit", "le", "chien")
    assert found.told.change == pytest.approx(np.abs(found.told.weights - found.told.moved).max())


def test_the_weights_are_those_of_torchs_own_attention():
    spec = OrderSpec(text="she does not see the dog", head=1)
    found = order(spec)
    ids = torch.tensor([[*tokenize(spec.text).ids, EOS]])
    with text_models.translator() as model, torch.no_grad():
        ours = model.encoder[0].self_attention
        theirs = nn.MultiheadAttention(32, 4, batch_first=True)
        parts = (ours.q_proj, ours.k_proj, ours.v_proj)
        theirs.in_proj_weight.copy_(torch.cat([p.weight for p in parts]))
        theirs.in_proj_bias.copy_(torch.cat([p.bias for p in parts]))
        x = torch.from_numpy(found.words + found.waves)[None]
        torch.testing.assert_close(
            x[0] - torch.from_numpy(found.waves),
            model.source_embedding(ids)[0] * math.sqrt(32),
            atol=1e-5,
            rtol=1e-5,
        )
        x = model.encoder[0].self_norm(x)
        _, expected = theirs(x, x, x, average_attn_weights=False)
    np.testing.assert_allclose(found.told.weights, expected[0, 1].numpy(), atol=1e-6)


@pytest.mark.parametrize("d_model", [1, 4, 5])
def test_the_table_is_as_wide_as_asked(d_model):
    found = position_table(4, d_model).waves
    assert found.shape == (4, d_model)
    for feature in range(d_model):  # eq. in section 3.5: the rate belongs to a pair of features
        angles = np.arange(4) / 10_000 ** (2 * (feature // 2) / d_model)
        expected = np.cos(angles) if feature % 2 else np.sin(angles)
        np.testing.assert_allclose(found[:, feature], expected, atol=1e-6)


def test_positions_are_alike_by_distance_alone():
    table = position_table(40, 32)
    for distance in (0, 1, 9):
        line = np.diagonal(table.similarity, distance)
        np.testing.assert_allclose(line, line[0], atol=1e-5)
    angles = 3 / 10_000 ** (np.arange(0, 32, 2) / 32)
    assert table.similarity[0, 3] == pytest.approx(np.cos(angles).mean(), abs=1e-5)


def test_a_head_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="choose 0 to 3"):
        order(OrderSpec(head=4))


def test_the_script_alone_prints_the_same_changes(capsys):
    from viz_models.ui.panels.attention import positions as panel

    spec = OrderSpec(text="the black cat sees me", order="shuffle", seed=2, head=1)
    found = order(spec)
    exec(panel.code(panel.View(found)), {})  # what the page hands out
    untold, told = capsys.readouterr().out.splitlines()
    assert float(told.split()[-1]) == pytest.approx(found.told.change, rel=6e-3)
    assert float(untold.split()[-1]) < 1e-6
    assert set(first_head(spec)) >= {"told_words", "untold_w_q"}
