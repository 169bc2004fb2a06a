import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from viz_models.analysis.attention import sampling
from viz_models.models import text_models
from viz_models.models.vocabulary import BOS, tokenize
from viz_models.records import SampleSpec


@settings(max_examples=50)
@given(
    seed=st.integers(0, 999),
    words=st.integers(1, 40),
    temperature=st.floats(0.05, 10),
    data=st.data(),
)
def test_tempered_is_torchs_softmax_over_the_top_k(seed, words, temperature, data):
    k = data.draw(st.none() | st.integers(1, words))
    logits = torch.randn(words, generator=torch.Generator().manual_seed(seed))
    found = sampling.tempered(logits, temperature, k)
    top = logits.topk(k or words)
    expected = torch.zeros(words)
    expected[top.indices] = functional.softmax(top.values / temperature, -1)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)
    assert int((found == 0).sum()) >= words - (k or words)


def test_ties_leave_k_words():
    found = sampling.tempered(torch.zeros(9), 1.0, 3)
    assert int((found > 0).sum()) == 3


def test_before_and_after_are_those_of_the_networks_own_pass():
    found = sampling.sample(SampleSpec(prompt="i love", temperature=0.5, top_k=7))
    ids = torch.tensor([[BOS, *tokenize("i love").ids]])
    with text_models.language_model() as model, torch.no_grad():
        logits = model(ids)[0, -1]
    np.testing.assert_array_equal(found.before, functional.softmax(logits, -1).numpy())
    top = logits.topk(7)
    np.testing.assert_allclose(
        np.sort(found.after)[-7:][::-1], functional.softmax(top.values / 0.5, -1), rtol=1e-5
    )
    entropies = [
        float(torch.distributions.Categorical(torch.from_numpy(p)).entropy())
        for p in (found.before, found.after)
    ]
    assert found.entropy == pytest.approx(np.array(entropies) / np.log(2), abs=1e-3)
    assert found.max_difference < 1e-5


def test_one_word_or_a_tiny_temperature_is_greedy():
    for spec in (SampleSpec(top_k=1), SampleSpec(temperature=1e-4)):
        found = sampling.sample(spec)
        assert set(found.sentences) == {found.greedy}


def test_a_seed_repeats_and_more_sentences_change_none():
    few, many = (sampling.sample(SampleSpec(seed=4, sentences=n)) for n in (2, 6))
    assert many.sentences[:2] == few.sentences
    assert sampling.sample(SampleSpec(seed=5, sentences=2)).sentences[0] == few.sentences[1]


def test_words_are_drawn_as_often_as_they_are_likely():
    generator = torch.Generator().manual_seed(0)
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0])
    chances = sampling.tempered(logits, 1.5, 3)
    drawn = torch.multinomial(chances, 20_000, replacement=True, generator=generator)
    shares = torch.bincount(drawn, minlength=4) / 20_000
    torch.testing.assert_close(shares, chances, atol=0.015, rtol=0)


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (SampleSpec(temperature=0.0), "temperature 0.0 is not above 0"),
        (SampleSpec(temperature=float("nan")), "is not above 0"),
        (SampleSpec(top_k=0), "top_k 0 is out of range"),
        (SampleSpec(top_k=10_000), "top_k 10000 is out of range"),
        (SampleSpec(sentences=0), "choose 1 to 20"),
        (SampleSpec(prompt="?!"), None),
    ],
)
def test_what_cannot_be_drawn_is_refused(spec, line):
    if line is None:
        assert sampling.sample(spec).prompt == ("?",)
        return
    with pytest.raises(ValueError, match=line):
        sampling.sample(spec)
