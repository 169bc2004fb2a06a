"""What an opened network is given: shapes, numbers, files, a text; beside transformers itself."""

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.anynet.opening import inputs, weights
from viz_models.analysis.anynet.opening.opened import opened
from viz_models.records import OpenSpec

VOCABULARY = {"<unk>": 0, "the": 1, "cat": 2, "sleeps": 3, "dog": 4}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder as `save_pretrained` writes it, with a tokenizer; and the network."""
    transformers = pytest.importorskip("transformers", reason="see requirements-dev.txt")
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("hf") / "small"
    words = Tokenizer(models.WordLevel(VOCABULARY, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    reader = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>")
    reader.save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 16, "vocab_size": 5}
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    net = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, **ends)).eval()
    net.save_pretrained(folder)
    return folder, net, reader


def test_a_language_model_reads_a_text_with_its_own_weights_and_tokenizer(small):
    folder, net, reader = small
    found = opened(OpenSpec(source=f"hf:{folder}", sentence="the dog sleeps soundly"))
    assert found.reads == "text"
    assert found.tokens == ("the", "dog", "sleeps", "<unk>")
    assert found.recorded.check.exact
    with torch.no_grad():
        wanted = net(**reader("the dog sleeps soundly", return_tensors="pt")).logits
    name = next(o for o in found.recorded.given() if o["output"] == "logits")["step"]
    np.testing.assert_array_equal(found.recorded.value(name), wanted.numpy())


def test_without_a_tokenizer_whole_numbers_are_read(small, tmp_path):
    folder = small[0]
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    found = opened(OpenSpec(source=f"hf:{tmp_path}", sentence="1, 4 3"))
    assert found.recorded.value("input").tolist() == [[1, 4, 3]]
    assert found.reads == "numbers"
    with pytest.raises(ValueError, match="there is no tokenizer here: 'the dog' are no whole"):
        opened(OpenSpec(source=f"hf:{tmp_path}", sentence="the dog"))
    whole = OpenSpec(source=f"hf:{tmp_path}", sentence="the dog", tokenizer=str(folder))
    assert opened(whole).recorded.value("input.input_ids").tolist() == [[1, 4]]
    alone = OpenSpec(
        source=f"hf:{tmp_path}", sentence="cat", tokenizer=str(folder / "tokenizer.json")
    )
    assert opened(alone).tokens == ("cat",)


def test_a_text_fits_no_network_of_photos(small):
    with pytest.raises(ValueError, match="reads no words: it takes no whole numbers"):
        opened(OpenSpec(sentence="the cat", tokenizer=str(small[0])))
    with pytest.raises(ValueError, match="no such tokenizer"):
        opened(OpenSpec(sentence="the cat", tokenizer="nowhere"))


def test_a_shared_weight_may_stand_in_a_file_once(small):
    _, net, _ = small
    there = {k: v for k, v in net.state_dict().items() if k != "lm_head.weight"}
    weights.load(net, there, "a file")
    del there["transformer.wte.weight"]
    with pytest.raises(ValueError, match=r"2 missing: transformer.wte.weight, lm_head.weight"):
        weights.load(net, there, "a file")


def test_inputs_by_name_of_every_type(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0, dtype=np.float32).reshape(2, 3))
    texts = ["a=3,4", "ids=5:int", "keep=5:bool", "attention_mask=5:int", "b=[3,-1, 2]"]
    args, named = inputs.given([*texts, f"c={tmp_path / 'x.npy'}"], nn.Embedding(7, 2), 0, 2)
    assert args == ()
    assert [tuple(t.shape) for t in named.values()] == [
        *[(2, 3, 4), (2, 5), (2, 5), (2, 5), (2, 3), (2, 3)]
    ]
    assert [str(t.dtype)[6:] for t in named.values()] == [
        *["float32", "int64", "bool", "int64", "int64", "float32"]
    ]
    assert int(named["ids"].max()) < 7
    assert bool(named["attention_mask"].all())
    assert named["b"].tolist() == [[3, -1, 2]] * 2
    (first, ids), rest = inputs.given(["3", "ids:4"], nn.Embedding(7, 2), 0)
    assert (tuple(first.shape), tuple(ids.shape), rest) == ((1, 3), (1, 4), {})


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["3,a"], "is no shape"),
        (["0"], "is no shape"),
        (["3:text"], "is no shape"),
        (["[1, two]"], "are no whole numbers"),
        (["[" + "9" * 30 + "]"], "18 digits"),
        (["a=3", "a=4"], "given twice"),
        (["a b=3"], "is no name of an argument"),
        (["a=3", "4"], "has no name"),
        (["none.npy"], "no such file"),
    ],
)
def test_what_says_no_input_gets_one_line(texts, line):
    with pytest.raises(ValueError, match=line) as caught:
        inputs.given(texts, nn.Linear(2, 2), 0)
    assert "\n" not in str(caught.value)


def test_an_array_of_objects_is_not_read(tmp_path):
    np.save(tmp_path / "code.npy", np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="holds no array of numbers"):
        inputs.given([str(tmp_path / "code.npy")], nn.Linear(2, 2), 0)
