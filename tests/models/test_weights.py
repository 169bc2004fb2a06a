import hashlib
import re
from datetime import date

import pytest
import torch

from viz_models.models import text_models, vision_models, weights
from viz_models.models.vocabulary import EOS, french_tokens, tokenize
from viz_models.recipes import language, translate
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES
from viz_models.recipes.vision import patches as vision
from viz_models.training.data.grammar import test_pairs as drawn_for_tests

NAMES = ("translate", "translate_kv2", "translate_kv1", "translate_orderless", "language")
ENTRY = {
    "source": "a test",
    "licence": "none",
    "command": "make it",
    "recipe": 'quoted "twice" \\ once',
    "seed": 3,
    "date": "2026-11-21",
    "device": "cpu",
    "versions": "torch",
    "tested_on": "nothing",
    "accuracy": 0.5,
}


@pytest.mark.parametrize("name", [*NAMES, "vit_digits"])
def test_a_shipped_file_is_the_one_of_the_manifest(name):
    card = weights.cards()[name]
    content = (weights.FOLDER / card.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) < 2**20
    assert date.fromisoformat(card.date)
    assert re.fullmatch(r"python -m viz_models train-attention \w+ --seed \d+", card.command)
    assert weights.load(name).keys() == _fresh(name).state_dict().keys()


def _fresh(name):
    return vision_models.build() if name == "vit_digits" else text_models.build(name)


def test_nothing_lies_there_that_the_manifest_does_not_name():
    named = {card.file for card in weights.cards().values()}
    assert {p.name for p in weights.FOLDER.glob("*.safetensors")} == named


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_a_translator_is_as_good_as_its_manifest_says(kv_heads):
    card = weights.cards()[text_models.NAMES[kv_heads]]
    assert card.accuracy >= 0.98
    with text_models.translator(kv_heads) as model:
        assert model.config.num_kv_heads == kv_heads
        assert translate.exact(model, drawn_for_tests(150, 77)) >= card.accuracy - 0.04


@pytest.mark.slow
@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_the_accuracy_of_the_manifest_is_measured_again(kv_heads):
    card = weights.cards()[text_models.NAMES[kv_heads]]
    with text_models.translator(kv_heads) as model:
        measured = translate.exact(model, drawn_for_tests(TEST_SENTENCES, TEST_SEED))
    assert measured == pytest.approx(card.accuracy, abs=2 / TEST_SENTENCES)


@pytest.mark.parametrize("text", ["i love cats", "i love cat"])
def test_the_notes_own_sentence(text):
    with text_models.translator() as model, torch.no_grad():
        written = model.write(torch.tensor([[*tokenize(text).ids, EOS]]))
    assert " ".join(french_tokens(written[0].tolist())) == "j' aime les chats"


def test_language_and_vision_are_as_good_as_their_manifest_says():
    with text_models.language_model() as model:
        found = language.accuracy(model, drawn_for_tests(TEST_SENTENCES, TEST_SEED))
    assert found == pytest.approx(weights.cards()["language"].accuracy, abs=0.002)
    with vision_models.digits_vit() as model:
        found = vision.accuracy(model)
    assert found >= 0.95
    assert found == pytest.approx(weights.cards()["vit_digits"].accuracy, abs=1 / 360)


def test_what_is_shared_is_one_frozen_network_in_eval_mode():
    with text_models.translator(2) as first:
        assert not first.training
        assert not any(p.requires_grad for p in first.parameters())
    with text_models.translator(2) as second:
        assert second is first


def test_what_is_saved_is_loaded(tmp_path):
    tensors = {"a.weight": torch.randn(3, 4), "b": torch.randn(5)[::2]}
    weights.save("one", tensors, tmp_path, **ENTRY)
    weights.save("two", {"c": torch.ones(1)}, tmp_path, **ENTRY)
    loaded = weights.load("one", tmp_path)
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[k], t) for k, t in tensors.items())
    cards = weights.cards(tmp_path)
    assert list(cards) == ["one", "two"]
    assert {k: getattr(cards["one"], k) for k in ENTRY} == ENTRY


def test_a_changed_file_is_refused_in_one_line(tmp_path):
    path = weights.save("one", {"a": torch.ones(8)}, tmp_path, **ENTRY)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="not the recorded file") as refusal:
        weights.load("one", tmp_path)
    assert "\n" not in str(refusal.value)


def test_unknown_weights_are_refused():
    with pytest.raises(ValueError, match="choose translate"):
        weights.load("gpt")
