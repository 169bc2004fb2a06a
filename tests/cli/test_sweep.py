"""`sweep` as people type it."""

import json

import pytest

from tests.runs.rig import Rig
from viz_models.__main__ import main

pytestmark = pytest.mark.slow
TINY = ("--rows", "rate=0.03,0.1", "--columns", "layers=3", "--seeds", "2", "--epochs", "1")


@pytest.fixture
def rig(tmp_path, monkeypatch):
    made = Rig(tmp_path / "home", monkeypatch)
    yield made
    made.end()


def test_a_table_is_trained_and_told_as_json(rig, capsys):
    assert main(["sweep", *TINY, "--json"]) == 0
    said = capsys.readouterr()
    assert "4 runs, about" in said.err
    told = json.loads(said.out)
    assert told["rows"] == {"setting": "rate", "values": ["0.03", "0.1"]}
    assert [cell["cell"] for cell in told["cells"]] == ["rate 0.03, 3 layers", "rate 0.1, 3 layers"]
    for cell in told["cells"]:
        assert cell["runs"] == {"finished": 2}
        assert cell["mean"] == pytest.approx(sum(cell["seeds"].values()) / 2)
        assert all(0 < value <= 1 for value in cell["seeds"].values())


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--rows", "nonsense"), "write a setting and its values, as in rate=0.01,0.1"),
        (("--rows", "color=red"), "unknown setting 'color'"),
        (("--network", "GPT"), "choose MLP, CNN, Transformer"),
        (("--seeds", "0"), "choose 1 or more"),
        (("--columns", "layers=99999"), "from 1 to 64"),
    ],
)
def test_what_means_nothing_is_one_line(options, line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["sweep", *options, "--price"])
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    assert line in said
    assert "\n" not in said


def test_the_price_is_told_without_a_run(capsys):
    assert main(["sweep", *TINY, "--price", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 4
