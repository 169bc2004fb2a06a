"""What an opened network is given: shapes, numbers, files, a text; beside transformers itself."""

from dataclasses import replace

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


class Scores(nn.Module):
    """A language model that others have exported."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 4)

    def forward(self, input_ids, attention_mask=None):
        out = self.words(input_ids)
        return out if attention_mask is None else out * attention_mask[..., None]


@pytest.mark.parametrize("by_name", [False, True])
def test_an_exported_language_model_reads_numbers_where_it_had_its_own(tmp_path, by_name):
    ids, long = torch.tensor([[1, 2, 3]]), torch.export.Dim("long", min=2, max=9)
    both = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    args, kwargs = ((), both) if by_name else ((ids,), {})
    shapes = {key: {1: long} for key in both} if by_name else ({1: long},)
    net = Scores().eval()
    program = torch.export.export(net, args, kwargs, dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "scores.pt2")
    found = opened(OpenSpec(source=str(tmp_path / "scores.pt2"), sentence="4 5 6 7"))
    assert found.recorded.network == "scores.pt2"
    with torch.no_grad():
        wanted = net(torch.tensor([[4, 5, 6, 7]]))
    np.testing.assert_array_equal(found.recorded.values[-1][0], wanted.numpy())


def looking(tmp_path, text="Looks"):
    file = tmp_path / "looks.py"
    file.write_text(
        "import torch\nfrom torch import nn\n\n\nclass Looks(nn.Module):\n"
        "    def forward(self, picture):\n        return picture.mean((-2, -1))\n"
    )
    return f"{file}:{text}"


def test_a_photo_covers_the_picture_that_a_network_takes(tmp_path):
    from torchvision.models import ResNet18_Weights

    from viz_models.images import samples

    found = opened(OpenSpec(source=looking(tmp_path), photo="cat"))
    assert found.reads == "photo"
    picture = found.recorded.value("input")
    assert picture.shape == (1, 3, 224, 224)
    transforms = ResNet18_Weights.IMAGENET1K_V1.transforms(resize_size=224)
    pixels = torch.tensor(samples.load("cat").pixels).permute(2, 0, 1)
    assert np.abs(picture[0] - transforms(pixels).numpy()).mean() < 0.05  # tensors resize alike
    wide = opened(OpenSpec(source=looking(tmp_path), inputs=("1,32,80",), batch=2, photo="cat"))
    both = wide.recorded.value("input")
    assert both.shape == (2, 1, 32, 80)
    np.testing.assert_array_equal(both[0], both[1])


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"photo": "gone.jpg"}, "no such photo: gone.jpg; name a file, or one of cat"),
        ({"photo": "cat", "inputs": ("8,8",)}, "Looks takes no photo: none of its inputs"),
    ],
)
def test_what_is_no_photo_gets_one_line(tmp_path, more, line):
    with pytest.raises(ValueError, match=line) as caught:
        opened(OpenSpec(source=looking(tmp_path), **more))
    assert "\n" not in str(caught.value)


def test_a_file_without_a_name_says_which_networks_it_has(tmp_path):
    with pytest.raises(ValueError, match=r"names no network: write looks.py:NAME; there is Looks$"):
        opened(OpenSpec(source=looking(tmp_path, "").removesuffix(":")))


def test_a_type_that_transformers_does_not_have_names_one_that_is_alike():
    pytest.importorskip("transformers", reason="see requirements-dev.txt")
    with pytest.raises(ValueError, match=r"has no type 'gtp2'.*did you mean gpt2"):
        opened(OpenSpec(source="hf:gtp2"))


def test_a_vision_model_of_transformers_is_given_a_picture(tmp_path):
    transformers = pytest.importorskip("transformers", reason="see requirements-dev.txt")
    sizes = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1}
    config = transformers.ViTConfig(**sizes, intermediate_size=8, image_size=32, patch_size=8)
    config.save_pretrained(tmp_path)
    found = opened(OpenSpec(source=f"hf:{tmp_path}", photo="cat"))
    assert found.recorded.value("input").shape == (1, 3, 32, 32)
    assert found.recorded.check.exact


def test_a_script_in_a_file_is_called_like_the_file(tmp_path):
    torch.jit.save(torch.jit.script(nn.Linear(4, 3)), tmp_path / "net.pt")
    spec = OpenSpec(source=str(tmp_path / "net.pt"), inputs=("4",))
    assert opened(spec).recorded.network == "net.pt"
    with pytest.raises(ValueError, match=r"^net.pt raised RuntimeError"):
        opened(replace(spec, inputs=("5",)))


TABLE = """
from torch import nn

def words():
    return nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 2))
"""


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("5", "it reads whole numbers, which are written --input ids:8"),
        ("[3,9]", r"its embeddings take these whole numbers: 0 \(0 to 8\)"),
    ],
)
def test_a_table_of_words_says_what_it_takes(tmp_path, given, line):
    (tmp_path / "table.py").write_text(TABLE)
    with pytest.raises(ValueError, match=line):
        opened(OpenSpec(source=f"{tmp_path / 'table.py'}:words", inputs=(given,)))
