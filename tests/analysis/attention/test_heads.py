import copy
import math

import pytest
import torch
from torch.nn import functional

from viz_models.analysis.attention import heads
from viz_models.models import text_models, weights
from viz_models.models.vocabulary import BOS, EOS, french_ids, tokenize
from viz_models.recordings import attention as recordings_attention
from viz_models.records import HeadsSpec
from viz_models.training.data import grammar

TEXT = "we do not find the mouse"
OFF = (("cross", 0, 2), ("decoder", 1, 0))


@pytest.fixture(scope="module")
def model():
    with text_models.translator() as shared:
        return copy.deepcopy(shared)


@pytest.fixture(scope="module")
def found():
    return heads.heads(HeadsSpec(text=TEXT, off=OFF))


def without(model, off):
    """The network with the heads' columns of W_O set to 0: no gate anywhere."""
    cut = copy.deepcopy(model)
    for part, layer, head in off:
        block = (cut.encoder if part == "encoder" else cut.decoder)[layer]
        attention = block.cross_attention if part == "cross" else block.self_attention
        d_k = model.config.d_model // model.config.num_heads
        attention.o_proj.weight.data[:, d_k * head : d_k * (head + 1)] = 0
    return cut


def said(model, text=TEXT):
    source = torch.tensor([[*tokenize(text).ids, EOS]])
    with torch.no_grad():
        return source, model.write(source)[0].tolist()


def test_all_heads_are_named_once(model):
    known = heads.all_heads(model)
    assert len(known) == len(set(known)) == 3 * 2 * 4


def test_every_cost_is_that_of_a_network_whose_output_weights_are_cut(model, found):
    source, reference = said(model)
    target = torch.tensor([[BOS, *reference[:-1]]])
    for cost in (found.full, found.now, *found.alone):
        cut = without(model, cost.off)
        with torch.no_grad():
            loss = functional.cross_entropy(cut(source, target)[0], torch.tensor(reference))
        assert cost.loss == pytest.approx(float(loss), rel=1e-3, abs=1e-6)
        assert cost.probability == pytest.approx(
            math.exp(-float(loss) * len(reference)), rel=2e-3, abs=1e-9
        )
        assert french_ids(cost.translation) == tuple(i for i in said(cut)[1] if i != EOS)


def test_a_gate_is_the_same_as_cutting_exactly(found):
    assert found.max_difference < 1e-6


def test_weights_are_those_of_the_network_without_these_heads(model, found):
    cut = without(model, OFF)
    source, reference = said(model)
    with torch.no_grad():
        passed = cut.run(source, torch.tensor([[BOS, *reference[:-1]]]))
    for i in range(2):
        for ours, theirs in (
            (found.encoder[i], passed.encoder[i].attended),
            (found.decoder[i], passed.decoder[i].attended),
            (found.cross[i], passed.decoder[i].cross),
        ):
            torch.testing.assert_close(torch.from_numpy(ours), theirs.weights[0])
    assert found.weights("cross").shape == (2, 4, len(found.target), len(found.source))
    assert found.cross.sum(-1) == pytest.approx(1, abs=1e-5)


def test_the_shared_network_stays_as_it_was_bit_by_bit():
    with text_models.translator() as shared:
        before = {name: value.clone() for name, value in shared.state_dict().items()}
    heads.heads(HeadsSpec(text=TEXT, off=OFF))
    heads.over_sentences([(("i", "sleep"), ("je", "dors"))], OFF)
    with text_models.translator() as shared:
        assert not shared.training
        for name, value in shared.state_dict().items():
            assert torch.equal(value, before[name]), name


def test_restored_is_what_it_was():
    first, _, again = (
        heads.heads(HeadsSpec(text=TEXT, off=off)) for off in ((), (("encoder", 0, 1),), ())
    )
    assert first.now == again.now
    assert first.full == again.full
    assert (first.cross == again.cross).all()


def test_one_head_off_as_the_state_is_that_head_alone():
    head = ("decoder", 0, 1)
    result = heads.heads(HeadsSpec(text=TEXT, off=(head,)))
    alone = result.cost(head)
    assert result.now.translation == alone.translation
    assert result.now.loss == pytest.approx(alone.loss, rel=1e-4)


@pytest.mark.parametrize("count", [1, 128])
def test_one_word_and_as_many_as_are_allowed(count):
    result = heads.heads(HeadsSpec(text=" ".join(["cat"] * count)))
    assert len(result.source) == count + 1
    assert math.isfinite(result.full.loss)


@pytest.mark.parametrize(("spec", "says"), [
    (HeadsSpec(text=" ".join(["cat"] * 129)), "the limit is 128"),
    (HeadsSpec(text="!"), "no word"),
    (HeadsSpec(off=(("cross", 2, 0),)), "no head cross 2 0"),
    (HeadsSpec(off=(("encoder", 0, 4),)), "head 0 to 3"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(spec, says):
    with pytest.raises(ValueError, match=says):
        heads.heads(spec)


def test_an_unknown_word_is_told():
    assert heads.heads(HeadsSpec(text="the zebra sleeps")).unknown == ("zebra",)


# ---------------------------------------------------------------- many sentences


@pytest.mark.parametrize("off", [(), OFF])
def test_many_sentences_are_counted_one_by_one(model, off):
    pairs = [(p.english, p.french) for p in grammar.test_pairs(12, seed=3)]
    cost = heads.over_sentences(pairs, off)
    cut, exact, losses = without(model, off), 0, []
    for english, french in pairs:
        source, written = said(cut, " ".join(english))
        right = [*french_ids(french), EOS]
        exact += written == right
        with torch.no_grad():
            logits = cut(source, torch.tensor([[BOS, *right[:-1]]]))[0]
        losses += functional.cross_entropy(logits, torch.tensor(right), reduction="none").tolist()
    assert cost.exact == exact
    assert cost.loss == pytest.approx(sum(losses) / len(losses), rel=1e-3, abs=1e-6)


def test_no_sentence_is_refused():
    with pytest.raises(ValueError, match="at least one pair"):
        heads.over_sentences([])


def test_the_recording_is_of_the_network_that_is_shipped():
    recorded = recordings_attention.load_heads()
    again = "run `python -m viz_models record attention_heads`"
    assert recorded.weights == weights.cards()["translate"].sha256, again
    with text_models.translator() as shared:
        assert [c.off for c in recorded.alone] == [(h,) for h in heads.all_heads(shared)]
    assert recorded.full.off == ()
    assert recorded.full.exact >= 0.98 * recorded.sentences
    assert recorded.provenance.kind == "recorded run"


@pytest.mark.slow
def test_what_was_recorded_is_measured_again():
    recorded = recordings_attention.load_heads()
    pairs = [(p.english, p.french) for p in grammar.test_pairs(recorded.sentences, recorded.seed)]
    for cost in (recorded.full, min(recorded.alone, key=lambda c: c.exact)):
        again = heads.over_sentences(pairs, cost.off)
        assert (
            abs(again.exact - cost.exact) <= 1
        )  # another CPU may round a close call the other way
        assert again.loss == pytest.approx(cost.loss, rel=1e-2)


def test_each_alone_tells_its_progress_and_survives_its_file(tmp_path):
    pairs = [(("i", "sleep"), ("je", "dors")), (("cats", "sleep"), ("les", "chats", "dorment"))]
    seen = []
    result = heads.each_alone(pairs, 0, lambda done, of: seen.append((done, of)))
    assert seen == [(i, 25) for i in range(1, 26)]
    path = recordings_attention.save(result, tmp_path / "heads.json")
    assert recordings_attention.load_heads(path) == result
