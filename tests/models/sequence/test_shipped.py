import hashlib
import re
from typing import get_args

import pytest
import torch

from viz_models.analysis.sequence.translators_torch import torch_pass
from viz_models.models import weights
from viz_models.models.sequence import shipped
from viz_models.models.vocabulary import EOS, french_tokens, tokenize
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES
from viz_models.recipes.sequence import translators
from viz_models.recipes.translate import batch
from viz_models.records.sequence.translators import RecurrentModel
from viz_models.training.data.grammar import test_pairs as drawn_for_tests

NAMES = get_args(RecurrentModel)
EVERY = pytest.mark.parametrize("name", NAMES)


@EVERY
def test_a_shipped_file_is_the_one_of_the_manifest(name):
    card = weights.cards()[shipped.entry(name)]
    content = (weights.FOLDER / card.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert re.fullmatch(rf"python -m viz_models train-sequence {name} --seed \d+", card.command)
    loaded = weights.load(shipped.entry(name))
    assert loaded.keys() == shipped.build(name).state_dict().keys()
    assert {t.dtype for t in loaded.values()} == {torch.float16}


def test_all_files_together_are_small():
    files = [weights.FOLDER / weights.cards()[shipped.entry(n)].file for n in NAMES]
    assert sum(f.stat().st_size for f in files) < 1.5e6


@pytest.mark.slow
@EVERY
def test_the_accuracy_of_the_manifest_is_measured_again(name):
    card = weights.cards()[shipped.entry(name)]
    with shipped.recurrent(name) as net:
        measured = translators.exact(net, drawn_for_tests(TEST_SENTENCES, TEST_SEED))
    assert measured == pytest.approx(card.accuracy, abs=2 / TEST_SENTENCES)


def test_attention_is_as_good_as_promised():
    assert weights.cards()["translate_lstm_attention"].accuracy >= 0.93


@EVERY
def test_shipped_weights_compute_what_torch_computes(name):
    found = batch(drawn_for_tests(32, 5))
    with shipped.recurrent(name) as net, torch.no_grad():
        mine = net.run(found.source, found.target)
        theirs = torch_pass(net, found.source, found.target)
        largest = float(net.words.weight.abs().sum(1).max())  # no input of the sum is above 1
    atol = 1e-5 * largest
    torch.testing.assert_close(mine.logits, theirs.logits, rtol=0, atol=atol)
    torch.testing.assert_close(mine.handed.h, theirs.last, rtol=0, atol=1e-5)


def test_the_notes_own_sentence_and_where_it_looks():
    source = torch.tensor([[*tokenize("i love cats").ids, EOS]])
    with shipped.recurrent("lstm_attention") as net, torch.no_grad():
        ids = net.write(source)
        target = torch.cat([torch.tensor([[1]]), ids[:, :-1]], dim=1)
        looked = net.run(source, target).looked
    assert " ".join(french_tokens(ids[0].tolist())) == "j' aime les chats"
    most = looked.weights[0].argmax(1).tolist()
    assert [most[t] for t in (0, 1, 3, 4)] == [0, 1, 2, 3]  # j' i, aime love, chats cats, the end
