import json

import pytest

from viz_models.__main__ import main


def printed(capsys, *arguments):
    assert main(["caption", *arguments]) == 0
    return capsys.readouterr().out


def test_caption_says_what_is_written_and_where_it_looked(capsys):
    found = json.loads(printed(capsys, "--digits", "37", "--json"))
    assert found["exact"] == (found["sentence"] == found["truth"])
    assert found["max_difference"] < 1e-4
    assert found["words"][-1]["word"] == "<eos>"
    assert all(sum(map(sum, w["weights"])) == pytest.approx(1, abs=1e-5) for w in found["words"])
    assert f"it writes: {found['sentence']}\n" in printed(capsys, "--digits", "37")


def test_what_a_word_looked_at_can_be_covered(capsys):
    found = json.loads(printed(capsys, "--digits", "37", "--cover", "1", "--json"))["covered"]
    assert len(found["looked"]["cells"]) == len(found["others"]["cells"])
    assert "what it looked at covered" in printed(capsys, "--digits", "37", "--cover", "1")


@pytest.mark.parametrize(
    "arguments", [("--cover", "99"), ("--digits", "377"), ("--digits", "x"), ("--scene", "-1")]
)
def test_bad_input_is_told_in_one_line(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(["caption", *arguments])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
