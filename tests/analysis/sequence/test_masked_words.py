import math

import numpy as np
import pytest
import torch

from viz_models import language
from viz_models.analysis.sequence import masked_words as analysis
from viz_models.analysis.sequence.masked_compare import compared
from viz_models.language import pseudo
from viz_models.models import weights
from viz_models.models.sequence import masked
from viz_models.models.vocabulary import PAD
from viz_models.recordings.sequence.masked_words import load_arms
from viz_models.records.sequence.masked_words import ARMS, MaskedSpec, Spoil


@pytest.mark.parametrize("shipped", [False, True])
def test_the_encoder_is_torchs_own(shipped):
    """On random and on shipped weights, with padding: to 1e-5 of the sum of absolute terms."""
    model = masked.build(3)
    if shipped:
        known = weights.load("masked_bert")
        model.load_state_dict({key: value.float() for key, value in known.items()})
    model = model.eval().requires_grad_(False)
    read = masked.rows([((20, 30, 40), (50, 60)), ((70,), ())])
    done = model.run(*read)
    theirs = analysis.torch_encoder(model)(done.layers[0].x, src_key_padding_mask=read.ids == PAD)
    logits = model.words(theirs)
    terms = done.hidden.abs() @ model.words.weight.abs().T + model.words.bias.abs()
    real = read.ids != PAD
    assert ((logits - done.logits).abs() / terms)[real].max() < 1e-5


@pytest.mark.parametrize(("first", "second"), [("!", "she sleeps"), ("she sleeps", "cat " * 200)])
def test_a_refusal_names_the_sentence_in_the_readers_language(first, second):
    with (
        language.speaking(pseudo.NAME),
        pytest.raises(ValueError, match="!!") as no,
    ):
        analysis.columns(first, second)
    name = "the first sentence" if first == "!" else "the second sentence"
    assert pseudo.marked(name) in str(no.value)


@pytest.mark.parametrize("net", ARMS)
def test_a_reading_says_what_stands_there_and_what_was_spoiled(net):
    spoiled = (Spoil(3, "mask"), Spoil(7, "random", "table"), Spoil(9, "kept"))
    found = analysis.read(MaskedSpec(net=net, spoiled=spoiled))
    assert [p.shown for p in found.places] == (
        [
            "[CLS]",
            "the",
            "black",
            "[MASK]",
            "sleeps",
            "[SEP]",
            "she",
            "table",
            "the",
            "cat",
            "[SEP]",
        ]
    )
    assert found.places[3].p_shown is None
    terms = [-math.log(found.places[i].p_true) for i in (3, 7, 9)]
    assert found.loss == pytest.approx(sum(terms) / 3, rel=1e-5)
    assert found.relative < 1e-5
    assert np.allclose(found.attention.sum(-1), 1, atol=1e-5)
    assert 0 < found.follows < 1


def test_without_a_second_sentence_nothing_follows_and_without_a_spoiled_word_no_loss():
    found = analysis.read(MaskedSpec(first="[MASK] zebra sleeps", second=""))
    assert (found.follows, found.loss, found.unknown) == (None, None, ("zebra",))
    assert [p.known for p in found.places] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", "the cat sleeps", "the first sentence has no word"),
        ("!!!", "", "the first sentence has no word"),
        ("<pad> <pad>", "", "contains <pad>, which is no word"),
        ("cat " * 200, "", "the first sentence has 200 words; the limit is 30"),
        ("cats", "cat " * 31, "the second sentence has 31 words"),
    ],
)
def test_bad_input_is_told_in_one_line(first, second, said):
    with pytest.raises(ValueError, match=said) as refusal:
        analysis.columns(first, second)
    assert "\n" not in str(refusal.value)


def test_the_longest_sentences_can_be_read():
    longest = "cat " * analysis.LONGEST
    assert len(analysis.read(MaskedSpec(first=longest, second=longest)).places) == 63


@pytest.mark.parametrize(
    "spoiled", [Spoil(0, "mask"), Spoil(99, "mask"), Spoil(3, "random", "zebra")]
)
def test_what_cannot_be_spoiled_is_refused(spoiled):
    with pytest.raises(ValueError, match=r"place|does not know"):
        analysis.read(MaskedSpec(spoiled=(spoiled,)))


def test_throws_are_counted():
    ids = analysis.columns("the black cat sleeps", "").ids
    counted = analysis.count_throws(ids, 500, 0)
    assert counted.words == 2000
    assert 0.1 < counted.chosen / counted.words < 0.2
    once = analysis.throw(ids, 3)
    assert all(1 <= s.place <= 4 for s in once)
    assert once == analysis.throw(ids, 3)
    assert {s.deed for seed in range(60) for s in analysis.throw(ids, seed)} == {
        "mask", "random", "kept",
    }  # fmt: skip


def test_a_random_word_is_another_word():
    assert all(analysis.random_word(i, "cat") != "cat" for i in range(200))
    torch.manual_seed(5)
    assert analysis.random_word(3, "cat") == analysis.random_word(3, "cat")


def test_the_recorded_kinds_are_compared_over_five_seeds():
    """The claim of the page: who only ever sees [MASK] has no opinion of a real word."""
    runs = load_arms()
    assert {(r.arm, r.seed) for r in runs.runs} == {(arm, s) for arm in ARMS for s in range(5)}
    by_arm = {kind.arm: kind.scores for kind in compared(runs)}
    assert by_arm["mask"]["kept"].verdict == "lower"
    assert by_arm["mask"]["kept"].mean < 0.1 < 0.9 < by_arm["bert"]["kept"].mean
    differences = [
        next(r.scores.kept for r in runs.runs if (r.arm, r.seed) == ("mask", seed))
        - next(r.scores.kept for r in runs.runs if (r.arm, r.seed) == ("bert", seed))
        for seed in range(5)
    ]
    assert by_arm["mask"]["kept"].difference == pytest.approx(sum(differences) / 5)
