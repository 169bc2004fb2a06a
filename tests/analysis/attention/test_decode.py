import numpy as np
import pytest
import torch

from viz_models.analysis.attention import decode as decoding
from viz_models.models import text_models
from viz_models.models.vocabulary import BOS, EOS, FRENCH, tokenize
from viz_models.records import DecodeSpec, SlipSpec

TEXT = "the black cat sleeps"


def pass_over(tokens):
    """The network's own pass over a sentence, and the ids of its words."""
    ids = [FRENCH.index(t) for t in tokens]
    source = torch.tensor([[*tokenize(TEXT).ids, EOS]])
    with text_models.translator() as model, torch.no_grad():
        return model.run(source, torch.tensor([[BOS, *ids[:-1]]])), ids


@pytest.mark.parametrize("width", [1, 3])
def test_probabilities_are_torchs_softmax_of_the_networks_logits(width):
    found = decoding.decoding(DecodeSpec(text=TEXT, width=width)).written
    whole, ids = pass_over(found.tokens)
    torchs = torch.nn.functional.softmax(whole.logits[0], dim=-1).numpy()
    np.testing.assert_array_equal(found.probabilities, torchs)
    np.testing.assert_array_equal(found.probability, torchs[np.arange(len(ids)), ids])
    log = torch.nn.functional.cross_entropy(
        whole.logits[0].double(), torch.tensor(ids), reduction="sum"
    )
    assert found.log_probability == pytest.approx(-float(log), abs=1e-5)
    assert found.max_difference < 1e-4


def test_cross_attention_is_that_of_the_pass():
    found = decoding.decoding(DecodeSpec(text=TEXT)).written
    whole, _ = pass_over(found.tokens)
    assert found.cross.shape == (2, 4, len(found.tokens), len(found.source))
    for layer, done in enumerate(whole.decoder):
        np.testing.assert_array_equal(found.cross[layer], done.cross.weights[0].numpy())


def test_greedy_is_what_the_network_writes():
    found = decoding.decoding(DecodeSpec(text=TEXT, width=1))
    assert found.written.tokens == found.greedy
    source = torch.tensor([[*tokenize(TEXT).ids, EOS]])
    with text_models.translator() as model:
        ids = model.write(source, limit=len(found.greedy))[0].tolist()
    assert tuple(FRENCH[i] for i in ids) == found.greedy
    assert found.greedy_log_probability == pytest.approx(found.written.log_probability, abs=1e-4)


def test_the_likeliest_words_come_first():
    found = decoding.decoding(DecodeSpec(text=TEXT)).written
    for t in range(len(found.tokens)):
        best = found.best(t, 5)
        assert [p for _, p in best] == sorted(found.probabilities[t], reverse=True)[:5]
        assert best[0][0] == found.tokens[t]


def test_no_slip_leaves_both_alike():
    found = decoding.slip(SlipSpec(text=TEXT, step=1, rank=0))
    assert found.free.tokens == found.teacher.tokens
    np.testing.assert_array_equal(found.reference_when_free, found.teacher.probability)


@pytest.mark.parametrize(("step", "rank"), [(0, 1), (1, 1), (2, 3)])
def test_a_slip_is_written_and_what_follows_is_the_networks_own(step, rank):
    found = decoding.slip(SlipSpec(text=TEXT, step=step, rank=rank))
    assert found.free.tokens[:step] == found.teacher.tokens[:step]
    assert found.free.tokens[step] == found.teacher.best(step, rank + 1)[rank][0]
    whole, ids = pass_over(found.free.tokens)
    later = whole.logits[0].argmax(-1).tolist()
    assert ids[step + 1 :] == later[step + 1 :]
    np.testing.assert_allclose(
        found.reference_when_free[: step + 1], found.teacher.probability[: step + 1], rtol=1e-4
    )
    over = min(len(found.free.tokens), len(found.teacher.tokens))
    assert np.isnan(found.reference_when_free[over:]).all()
    assert np.isfinite(found.reference_when_free[:over]).all()


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: decoding.decoding(DecodeSpec(width=0)), "choose 1 to 8"),
        (lambda: decoding.decoding(DecodeSpec(width=9)), "choose 1 to 8"),
        (lambda: decoding.decoding(DecodeSpec(text=" ")), "no word"),
        (lambda: decoding.slip(SlipSpec(step=-1)), "there is no word -1"),
        (lambda: decoding.slip(SlipSpec(step=99)), "there is no word 99"),
        (lambda: decoding.slip(SlipSpec(rank=-1)), "rank -1 is out of range"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_one_line(call, line):
    with pytest.raises(ValueError, match=line):
        call()


def test_unknown_words_are_told():
    assert decoding.decoding(DecodeSpec(text="i love zebras")).unknown == ("zebras",)
