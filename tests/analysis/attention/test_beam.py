"""The beam against greedy decoding, against all sentences there are, and against whole passes."""

from itertools import product

import pytest
import torch

from viz_models.analysis.attention.beam import path_to, search
from viz_models.analysis.attention.incremental import Incremental, write
from viz_models.models import text_models
from viz_models.models.transformer import TransformerConfig, Translator
from viz_models.models.vocabulary import BOS, EOS, FRENCH

SOURCE = torch.tensor([[5, 9, 30, EOS]])


def tiny(seed, words=5):
    """A translator into a language of five words, <eos> among them."""
    torch.manual_seed(seed)
    config = TransformerConfig(d_model=16, num_heads=2, num_kv_heads=2, layers=1, hidden=16)
    return Translator(config, 80, words).eval().requires_grad_(False)


def told(model, ids):
    """Sum of the log-probabilities of the words, by one whole pass."""
    target = torch.tensor([[BOS, *ids[:-1]]])
    said = model(SOURCE, target)[0].double().log_softmax(-1)
    return float(said[torch.arange(len(ids)), torch.tensor(ids)].sum())


def found(model, width, limit):
    tree, path = search(Incremental(model, SOURCE, room=limit), width, limit)
    return tree, [FRENCH.index(tree[i].token) for i in path]


@pytest.mark.parametrize("seed", range(6))
def test_width_one_is_greedy(seed):
    model = tiny(seed, words=60)
    assert found(model, 1, 8)[1] == write(model, SOURCE, 8)[0].tolist()


@pytest.mark.parametrize("name", ["translate", "translate_kv1"])
def test_width_one_is_greedy_in_the_real_networks(name):
    model = text_models.build(name).eval().requires_grad_(False)
    assert found(model, 1, 12)[1] == write(model, SOURCE, 12)[0].tolist()


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_wide_enough_finds_the_best_of_all_sentences(seed):
    model, limit = tiny(seed), 3
    ended = [
        (*words, EOS)
        for length in range(limit)
        for words in product([w for w in range(5) if w != EOS], repeat=length)
    ]
    best = max(ended, key=lambda ids: told(model, ids))
    tree, ids = found(model, 5**limit, limit)
    assert ids == list(best)
    assert tree[-1].step <= limit - 1


@pytest.mark.parametrize("width", [1, 2, 4])
def test_every_node_is_worth_what_a_whole_pass_says(width):
    model = tiny(1, words=60)
    tree, _ = found(model, width, 6)
    for i, node in enumerate(tree):
        ids = [FRENCH.index(tree[n].token) for n in path_to(tree, i)]
        assert node.total == pytest.approx(told(model, ids), abs=1e-4)
        assert node.step == len(ids) - 1
        assert node.ended == (ids[-1] == EOS)


@pytest.mark.parametrize("width", [2, 3, 5])
def test_the_kept_are_the_best_of_their_step(width):
    tree, _ = found(tiny(2, words=60), width, 6)
    for step in range(max(n.step for n in tree) + 1):
        nodes = [n for n in tree if n.step == step]
        kept = sorted(n.total for n in nodes if n.kept)
        dropped = [n.total for n in nodes if not n.kept]
        assert len(kept) <= width
        assert not dropped or kept[0] >= max(dropped)


def test_a_sentence_that_never_ends_is_cut_at_the_limit():
    model = tiny(3)
    model.words.bias.data[EOS] = -100.0
    _, ids = found(model, 2, 4)
    assert len(ids) == 4
    assert EOS not in ids
