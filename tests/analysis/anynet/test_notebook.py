"""The tutorial on any network: every cell of it runs, in order."""

import json

from tests.conftest import ROOT


def test_every_cell_of_the_tutorial_runs():
    notebook = json.loads((ROOT / "docs/any_network.ipynb").read_text(encoding="utf-8"))
    names = {}
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    assert len(cells) == 6
    for cell in cells:
        exec(compile(cell, "any_network.ipynb", "exec"), names)
    assert names["found"].check.exact
    assert names["text"].startswith("<!doctype html>")
    assert "not kept" in names["quick"].notes[0]
