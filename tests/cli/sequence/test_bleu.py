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


@pytest.mark.parametrize(
    ("reference", "translation", "line"),
    [
        ("", "a", "the reference is empty; type at least one word"),
        ("   ", "a", "the reference is empty; type at least one word"),
        ("a", "word " * 200, "the translation has 200 words; at most 40 can be shown"),
        ("word " * 200, "a", "the reference has 200 words; at most 40 can be shown"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_line(capsys, reference, translation, line):
    with pytest.raises(SystemExit) as end:
        main(["bleu", "--label", reference, "--prediction", translation])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith(f": {line}\n")


@pytest.mark.parametrize(("translation", "right"), [("", 0), (" ", 0), ("😀", 1), ("😀 😀", 1)])
def test_nothing_and_signs_are_counted(capsys, translation, right):
    assert main(["bleu", "--label", "😀 a", "--prediction", translation, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["orders"][0]["matched"] == right
    assert found["scores"]["paper"] == 0
