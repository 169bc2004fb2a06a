import json

import pytest

from viz_models.__main__ import main


def test_every_step_of_one_optimizer_as_json(capsys):
    asked = ["--start=-2.5", "--lr", "0.1", "--optimizer", "adam", "--steps", "30", "--json"]
    assert main(["descend", *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    [walk] = told["walks"]
    assert walk["optimizer"] == "adam"
    assert walk["end"] == "minimum 1"
    assert len(walk["points"]) == 31
    assert set(walk["states"]) == {"exp_avg", "exp_avg_sq"}


def test_an_overflow_is_null_in_json_and_gone_in_words(capsys):
    assert main(["descend", "--lr", "1000", "--steps", "30", "--optimizer", "sgd", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["walks"][0]["losses"][-1] is None
    assert main(["descend", "--lr", "1000", "--steps", "30"]) == 0
    assert "sgd       gone" in capsys.readouterr().out


def test_a_start_that_is_no_number_is_one_line(capsys):
    with pytest.raises(SystemExit):
        main(["descend", "--start", "here"])
    assert "give one number" in capsys.readouterr().err
