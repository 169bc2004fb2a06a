import json

import numpy as np
import pytest

from viz_models.__main__ import main


@pytest.fixture
def run(capsys):
    def _run(*arguments):
        code = main(["attend", *arguments])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return out

    return _run


def test_json_has_the_words_the_weights_and_how_close_torch_is(run):
    report = json.loads(run("--text", "i love cats", "--model", "translate", "--json"))
    assert report["tokens"] == ["i", "love", "cats", "<eos>"]
    assert report["translation"] == "j' aime les chats"
    assert 0 <= report["max_difference"] < 1e-5
    assert [(x["part"], x["layer"]) for x in report["layers"]] == [
        (part, layer) for part in ("encoder", "decoder", "cross") for layer in (0, 1)
    ]
    for layer in report["layers"]:
        weights = np.array(layer["heads"])
        assert weights.shape == (4, len(layer["queries"]), len(layer["keys"]))
        np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)
    assert [n["token"] for n in report["next"]] == ["j'", "aime", "les", "chats", "<eos>"]


def test_a_language_model_has_a_decoder_and_no_translation(run):
    report = json.loads(run("--text", "the cat", "--model", "language", "--json"))
    assert report["tokens"] == ["<bos>", "the", "cat"]
    assert report["translation"] == ""
    assert {x["part"] for x in report["layers"]} == {"decoder"}
    for layer in report["layers"]:
        assert not np.triu(np.array(layer["heads"]), 1).any()


def test_one_word_is_enough_and_unknown_ones_are_told(run):
    report = json.loads(run("--text", "zebras", "--json"))
    assert report["unknown"] == ["zebras"]
    assert report["max_difference"] < 1e-5


def test_a_table_says_where_each_query_looks(run):
    out = run("--text", "i love cats")
    assert "it writes: j' aime les chats" in out
    assert "cross, layer 1: where each query looks most" in out
    assert "largest difference to F.scaled_dot_product_attention" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--text", ""), "the text has no word"),
        (("--text", "cats " * 129), "129 words; the limit is 128"),
        (("--model", "bert"), "invalid choice"),
    ],
)
def test_bad_input_exits_with_2_and_one_line(capsys, arguments, complaint):
    try:
        code = main(["attend", *arguments])
    except SystemExit as stopped:
        code = stopped.code
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert complaint in err
