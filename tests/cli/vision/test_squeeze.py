import json

import numpy as np
import pytest

from viz_models.__main__ import main
from viz_models.analysis.vision import squeeze as analysis
from viz_models.recordings.vision import squeeze as recordings


def test_the_gates_of_a_digit_are_those_of_torchs_modules(capsys):
    assert main(["squeeze", "--digit", "7", "--example", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    inputs, targets = analysis.images()
    with analysis.shipped() as net:
        gates = analysis.gates(net, inputs[targets == 7][2:3])
    for module, theirs in zip(found["modules"], gates, strict=True):
        np.testing.assert_allclose(module["gates"], theirs[0], atol=1e-6)
        assert module["max_difference"] < 1e-6
    assert len(found["accuracies"]) == len(recordings.load().ends)


def test_the_table_has_a_line_for_every_module_and_every_kind_of_gates(capsys):
    assert main(["squeeze"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 4 + 5
    assert lines[-1].startswith("no SE modules")


@pytest.mark.parametrize("options", [["--digit", "12"], ["--example", "99"], ["--digit", "x"]])
def test_what_cannot_be_meant_is_refused_in_a_line(options, capsys):
    with pytest.raises(SystemExit) as end:
        main(["squeeze", *options])
    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1)
