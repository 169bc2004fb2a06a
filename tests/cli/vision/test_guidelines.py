import json

import pytest

from viz_models.__main__ import main
from viz_models.recordings.vision import fast as recordings


def test_every_way_is_timed_in_every_round(capsys):
    assert main(["guidelines", "--rounds", "5", "--seconds", "0.1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    recorded = recordings.load()
    assert [(w["series"], w["name"], w["macs"], w["access"]) for w in found["ways"]] == [
        (w.series, w.name, w.macs, w.access) for w in recorded.ways
    ]
    assert {len(w["milliseconds"]) for w in found["ways"]} == {5}
    assert found["ratios"].keys() == {"widths", "groups", "fragments", "elementwise", "units"}


@pytest.mark.parametrize(
    ("option", "value", "said"), [("--rounds", "2", "5 to 100"), ("--seconds", "nan", "seconds")]
)
def test_what_cannot_be_timed_is_refused_in_a_line(option, value, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["guidelines", option, value])
    assert end.value.code == 2
    assert said in capsys.readouterr().err
