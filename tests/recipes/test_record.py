import json

import pytest

from viz_models.__main__ import main
from viz_models.recipes.commands import record
from viz_models.recordings import flow as recordings


def test_an_unknown_recording_is_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["record", "dreams"])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err.count("\n")) == (2, "", 1)
    assert "norm_training" in err


@pytest.mark.slow
def test_one_recording_can_be_made_alone(tmp_path, capsys):
    kept = json.loads(recordings.PATH.read_text(encoding="utf-8"))
    assert main(["record", "flow", "--into", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'flow.json'}\n"
    assert [p.name for p in tmp_path.iterdir()] == ["flow.json"]
    made = json.loads((tmp_path / "flow.json").read_text(encoding="utf-8"))
    assert (made["spec"], made["steps"]) == (kept["spec"], kept["steps"])


def test_progress_speaks_rarely_and_at_the_end(capsys):
    tell = record._progress("grid")
    for done in range(1, 101):
        tell(done, 100)
    assert capsys.readouterr().err == "grid: 100 of 100 parts, 0 s\n"
