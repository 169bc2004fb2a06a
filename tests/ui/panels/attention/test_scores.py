"""The script that the lesson on scores gives away prints the numbers of its page, alone."""

import subprocess
import sys

import pytest

from viz_models.records import AttendSpec, MaskSpec
from viz_models.ui.panels.attention import scores_cards as cards
from viz_models.ui.panels.attention.scores import BESIDE, View
from viz_models.ui.results.attention import scores as results


def view(**mask):
    spec = AttendSpec(batch=BESIDE, mask=MaskSpec(kinds=("padding", "causal"), **mask))
    return View(spec, results.stages(spec), results.text(spec))


@pytest.mark.slow
@pytest.mark.parametrize("fill", ["-inf", "0", "after"])
def test_the_script_runs_alone_and_prints_the_weights(tmp_path, fill):
    shown = view(fill=fill)
    script = tmp_path / "scores.py"
    script.write_text(cards.code(shown), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    query, _ = shown.cell()
    printed = [line.split() for line in done.stdout.splitlines() if "weight" in line]
    assert [float(p[-1]) for p in printed] == pytest.approx(
        shown.stages.weights[query].tolist(), abs=6e-5
    )
    assert ("difference to torch" in done.stdout) == (fill == "-inf")


def test_the_table_has_a_row_for_every_score():
    shown = view()
    lines = cards.table(shown).splitlines()
    assert lines[0] == "query,key,score,scaled,allowed,weight"
    assert len(lines) == 1 + shown.stages.scores.size
