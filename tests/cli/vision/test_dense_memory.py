import json

import pytest

from viz_models.__main__ import main


def test_what_is_held_follows_the_formulas(capsys):
    command = ["dense-memory", "--layers", "4,2", "--growth", "4", "--side", "8", "--repeats", "1"]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(s["depth"], s["keeping"]) for s in found["steps"]] == [
        (2, "keep"), (2, "checkpoint"), (4, "keep"), (4, "checkpoint")
    ]  # fmt: skip
    for step in found["steps"]:
        statistics = 8 * 4 * sum(range(step["depth"] + 1))  # mean and 1 / std of every BatchNorm
        assert 0 <= step["held_bytes"] - step["formula_bytes"] <= statistics
        assert step["mean_updates"] == pytest.approx(2 if step["keeping"] == "checkpoint" else 1)
    assert found["largest_gradient_difference"] < 1e-3
    assert main(command) == 0
    assert "gradients of both ways differ by at most" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--layers", "x"], "4,8,16"),
        (["--layers", "0"], "1 or more"),
        (["--growth", "0"], "1 or more"),
        (["--layers", "999"], "choose fewer layers"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_line(options, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["dense-memory", *options])
    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1)
    assert said in err
