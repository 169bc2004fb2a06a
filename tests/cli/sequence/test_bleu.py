import json

import pytest

from viz_models.__main__ import main


def test_the_example_of_the_notes(capsys):
    assert main(["bleu", "--label", "a b c d e f", "--prediction", "a b b c d", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(o["matched"], o["total"]) for o in found["orders"]] == [(4, 5), (3, 4), (1, 3), (0, 2)]
    assert found["scores"]["paper"] == 0
    assert found["scores"]["exp"] == pytest.approx(0.3872, abs=5e-5)


def test_the_table_has_a_line_for_each_convention(capsys):
    assert main(["bleu", "--label", "a b", "--prediction", "a b", "--n", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["p_1     2/2", "p_2     1/1", "BP      1"]
    assert lines[3:5] == ["paper   1", "nltk    1"]
    assert len(lines) == 10


def test_an_empty_reference_is_refused_in_a_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(["bleu", "--label", " ", "--prediction", "a"])
    assert end.value.code == 2
    assert "the reference is empty" in capsys.readouterr().err
