import json

import pytest

from viz_models.__main__ import main
from viz_models.recordings.vision import inception as recordings


def test_the_price_a_value_and_all_trainings_are_one_object(capsys):
    assert main(["inception", "--module", "3b", "--cell", "20,3,4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["price"]["macs"] == found["price"]["torch_reduced"]
    assert found["price"]["naive_macs"] == found["price"]["torch_naive"]
    assert found["value"]["branch"] == "3x3"
    assert all(step["agrees"] for step in found["value"]["steps"])
    assert len(found["trainings"]) == len(recordings.load().runs)


def test_other_widths_are_counted(capsys):
    assert main(["inception", "--reduce5", "192"]) == 0
    assert "torch counts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--module", "9z"], "choose 3a"),
        (["--cell", "1,2"], "map,row,column"),
        (["--cell", "999,0,0"], "channel"),
        (["--one", "0"], "1 or more"),
        (["--side", "100000"], "1 to 512"),
        (["--digit", "12", "--cell", "0,0,0"], "0 to 9"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_line(options, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["inception", *options])
    assert end.value.code == 2
    assert said in capsys.readouterr().err
