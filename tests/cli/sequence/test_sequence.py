import json

import pytest

from viz_models.__main__ import main


def test_a_sentence_with_all_that_was_computed(capsys):
    main(["sequence", "--text", "i love cats", "--model", "lstm_attention", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["translation"] == "j' aime les chats"
    assert said["max_difference"] < 1e-4
    assert len(said["attention"]) == 5
    assert set(said["encoder"]["gates"]) == {"i", "f", "g", "o"}
    assert [len(said["encoder"][k]) for k in ("states", "cells")] == [4, 4]


def test_a_plain_network_has_no_attention(capsys):
    main(["sequence", "--text", "i love kangaroos", "--model", "lstm"])
    out = capsys.readouterr().out
    assert "share of the gradient" in out
    assert "unknown, read as <unk>: kangaroos" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the text has no word; try: i love cats"),
        ("!.", "no word"),
        ("cat " * 200, "the text has 200 words; the limit is 128"),
        ("<pad> <pad>", "the text contains <pad>, which is no word"),
    ],
)
def test_bad_input_is_told_in_one_line(capsys, text, said):
    with pytest.raises(SystemExit) as stop:
        main(["sequence", "--text", text])
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
