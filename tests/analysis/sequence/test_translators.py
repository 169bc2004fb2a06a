import numpy as np
import pytest
import torch

from viz_models.analysis.seed_noise import MIN_PAIRS
from viz_models.analysis.sequence.translators import translation
from viz_models.analysis.sequence.translators_loss import forcing, masked_loss, padded_states
from viz_models.models import weights
from viz_models.models.sequence import shipped
from viz_models.models.vocabulary import EOS, FRENCH, tokenize
from viz_models.recipes.sequence import translators_runs
from viz_models.recordings.sequence import translators as recordings
from viz_models.records.sequence.translators import TranslateSpec

SHORT = "i love cats"
WRONG = TranslateSpec(model="lstm")  # which the plain LSTM gets wrong


@pytest.mark.parametrize("model", ["lstm", "lstm_attention", "rnn_attention"])
def test_a_translation_equals_torch_and_its_rows_sum_to_one(model):
    found = translation(TranslateSpec(text=SHORT, model=model))
    assert found.source == ("i", "love", "cats", "<eos>")
    assert found.written == found.reference == ("j'", "aime", "les", "chats", "<eos>")
    assert found.max_difference < 1e-4
    np.testing.assert_allclose(found.influence.sum(1), 1, rtol=1e-5)
    assert (found.weights is None) == (model == "lstm")
    if found.weights is not None:
        np.testing.assert_allclose(found.weights.sum(1), 1, rtol=1e-5)
    assert found.likely[0][0] == ("j'", pytest.approx(float(found.probability[0])))


def test_the_share_of_the_gradient_is_what_a_small_push_moves():
    found = translation(TranslateSpec(text=SHORT, model="lstm"))
    source = torch.tensor([[*tokenize(SHORT).ids, EOS]])
    ids = [FRENCH.index(w) for w in found.written]
    target = torch.tensor([[1, *ids[:-1]]])
    with shipped.recurrent("lstm") as net:
        double = type(net)(net.config, *(e.num_embeddings for e in (
            net.source_embedding, net.target_embedding))).double()  # fmt: skip
        double.load_state_dict(net.state_dict())
    with torch.no_grad():
        base = double.source_embedding(source)
        norms = torch.zeros(base.shape[1])
        for s in range(base.shape[1]):
            slopes = []
            for unit in range(base.shape[2]):
                push = torch.zeros_like(base)
                push[0, s, unit] = 1e-5
                up, down = (
                    double.run(source, target, vectors=base + sign * push).logits[0, 1, ids[1]]
                    for sign in (1, -1)
                )
                slopes.append((up - down) / 2e-5)
            norms[s] = torch.stack(slopes).norm()
    np.testing.assert_allclose(found.influence[1], norms / norms.sum(), atol=1e-4)


def test_forced_words_read_the_reference_and_free_ones_their_own():
    found = forcing(WRONG)
    assert found.free != found.reference
    first = next(t for t, w in enumerate(found.reference) if w != found.free[t])
    np.testing.assert_allclose(found.teacher_loss[: first + 1], found.free_loss[: first + 1],
                               atol=1e-5)  # fmt: skip
    assert np.nansum(found.free_loss) > found.teacher_loss.sum()
    right = forcing(TranslateSpec(text=SHORT, model="lstm"))
    assert right.free == right.teacher == right.reference
    np.testing.assert_allclose(right.teacher_loss, right.free_loss, atol=1e-6)


def test_the_masked_loss_is_torchs_and_counts_words_only():
    found = masked_loss(WRONG)
    assert found.max_difference < 1e-9
    words = np.array([[w != "<pad>" for w in row] for row in found.targets])
    assert np.array_equal(words, found.counted)
    assert found.masked == pytest.approx(found.losses[words].mean())
    assert found.unmasked == pytest.approx(found.losses.mean())


def test_padding_moves_the_state_only_if_it_is_read():
    found = padded_states(WRONG)
    assert found.states[0].moved == 0
    assert all(s.moved > 0.01 for s in found.states[1:])
    assert found.skipped < 1e-5


@pytest.mark.parametrize("text", ["", "! ,", "cat " * 200])
def test_bad_text_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        translation(TranslateSpec(text=text))


def test_unknown_words_are_named():
    assert translation(TranslateSpec(text="i love kangaroos")).unknown == ("kangaroos",)


def test_what_was_recorded_is_of_the_shipped_networks():
    kept = recordings.load()
    assert {s.model for s in kept.scores} == {*shipped.CONFIGS, "transformer"}
    assert all(s.sentences == 2000 for s in kept.scores)
    for model in translators_runs.COMPARED:
        assert [r.seed for r in kept.runs if r.model == model] == [0, 1, 2, 3, 4]
        runs = kept.trained(model)
        assert [r.seed for r in runs] == list(range(translators_runs.LONG_SEEDS))
        assert len(runs) >= MIN_PAIRS
        assert all(r.score.sentences == 2000 and len(r.held) == 3 for r in runs)
        assert runs[0].score.exact == pytest.approx(kept.score(model).exact, abs=5e-3)
    few = translators_runs.scores(count=60)
    for score in few.scores:
        assert score.parameters == kept.score(score.model).parameters
        assert score.exact == pytest.approx(kept.score(score.model).exact, abs=0.15)
    for name in shipped.CONFIGS:
        card = weights.cards()[shipped.entry(name)]
        assert kept.score(name).exact == pytest.approx(card.accuracy, abs=1e-3)
