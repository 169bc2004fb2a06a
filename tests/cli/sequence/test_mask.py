import json

import pytest

from viz_models.__main__ import main


def test_a_masked_word_is_guessed(capsys):
    assert main(["mask", "--text", "the black [MASK] sleeps | she loves the cat", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["places"][3]["shown"] == "[MASK]"
    assert len(found["places"][3]["guesses"]) == 5
    assert found["loss"] is None
    assert found["max_difference"] < 1e-4
    assert main(["mask", "--mask", "3"]) == 0
    assert "loss at the chosen words" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"), [(["--text", ""], "no word"), (["--mask", "x"], "no column")]
)
def test_bad_input_is_told_in_one_line(capsys, given, said):
    with pytest.raises(SystemExit) as stop:
        main(["mask", *given])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err
