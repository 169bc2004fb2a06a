import numpy as np
import pytest
import torch

from viz_models.models.sequence.shipped import recurrent
from viz_models.recipes.sequence.gates_readouts import classes, kind, readouts
from viz_models.recordings.sequence import gates as recordings
from viz_models.training.data.grammar import test_pairs as unseen_pairs


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("the cats sleep", "a statement", ("determiner", "noun", "verb")),
        ("she loves her", "a statement", ("pronoun", "verb", "pronoun")),
        ("does her dog listen to him ?", "a question",
         ("verb", "determiner", "noun", "verb", "other", "pronoun", "other")),
        ("it is not very big", "a negation", ("pronoun", "verb", "adverb", "adverb", "adjective")),
        ("the black cat", "no verb", ("determiner", "adjective", "noun")),
    ],
)  # fmt: skip
def test_what_stands_in_a_sentence(text, name, said):
    assert kind(text.split()) == name
    assert classes(text.split()) == said


def test_every_word_of_the_grammar_has_a_class():
    other = {
        word
        for pair in unseen_pairs(300, 1)
        for word, name in zip(pair.english, classes(pair.english), strict=True)
        if name == "other"
    }
    assert other <= {"?", "and", "to", "for"}


def test_a_layer_reads_what_a_softmax_of_torch_reads():
    pairs = unseen_pairs(40, 2)
    with recurrent("lstm") as model:
        kinds, words = readouts(model, pairs, fitted_on=60)
    assert kinds.of == len(pairs)
    assert words.of == sum(len(p.english) for p in pairs)
    assert kinds.guessed < kinds.right <= kinds.of
    states = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    layer = torch.nn.Linear(64, len(words.classes))
    layer.load_state_dict(
        {"weight": torch.from_numpy(words.weight), "bias": torch.from_numpy(words.bias)}
    )
    theirs = layer(torch.from_numpy(states)).softmax(-1).detach().numpy()
    np.testing.assert_allclose(words.probabilities(states), theirs, atol=1e-5)


def test_what_is_recorded_reads_more_than_a_guess():
    for net in recordings.load().nets:
        for layer in (net.kinds, net.words):
            assert layer.guessed < layer.right <= layer.of
