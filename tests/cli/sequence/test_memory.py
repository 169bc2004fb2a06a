import json

import pytest

from viz_models.__main__ import main


def test_a_forget_bias_keeps_the_first_input(capsys):
    arguments = ["memory", "--length", "40", "--cell", "lstm", "--forget-bias", "4", "--json"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["influence"]) == len(found["forget_gates"]) == 40
    assert found["first_over_last"] == pytest.approx(found["influence"][0] / found["influence"][-1])
    assert found["first_over_last"] > 0.1
    assert found["step_factor"] == pytest.approx(0.98201379)
    assert [run["seed"] for run in found["recorded"]] == [0, 1, 2, 3, 4]


def test_the_table_names_a_few_inputs(capsys):
    assert main(["memory", "--length", "7", "--cell", "gru"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ["1", "2", "4", "5", "7"]
    assert lines[-1].startswith("one step")


def test_an_unknown_cell_is_refused_in_a_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(["memory", "--cell", "tree"])
    assert end.value.code == 2
    assert "choose rnn, lstm, gru or attention" in capsys.readouterr().err
