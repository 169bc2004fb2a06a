"""The lesson on memory: its words follow what was measured, and its script prints the numbers."""

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.records.sequence.memory import ReaderSpec
from viz_models.ui.panels.sequence import memory as panel
from viz_models.ui.results.sequence import memory as results


def view(reader, at=0):
    return panel.View(results.recorded(), reader, results.untrained(reader, 5), at)


def test_the_page_opens_an_input_and_says_what_was_not_trained(open_page):
    at = open_page("pages/sequence/memory.py")
    assert not at.exception
    at.select_slider(key="at").set_value(80).run()  # beyond the 40 inputs there are
    at.select_slider(key="bias").set_value(2).run()
    assert not at.exception
    assert any("LSTM, b = 2 is measured now" in c.value for c in at.caption)
    for text, said in (("<pad>", "which is no word"), ("cat " * 200, "the limit is 128")):
        at.text_input(key="text").set_value(text).run()
        assert any(said in c.value for c in at.caption)
    assert not at.exception


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "attention"])
def test_the_lines_of_every_cell(cell):
    lines = [*panel._expected(v := view(ReaderSpec(cell=cell, length=10))), *panel._measured(v)]
    assert any(line.role == "chosen" for line in lines)
    last = view(ReaderSpec(cell=cell, length=10), at=9)
    assert panel._measured(last)[0].value == "1"


@pytest.mark.parametrize("cell", ["lstm", "attention"])
def test_the_script_alone_prints_the_page_s_numbers(cell, tmp_path):
    bias = 4.0 if cell == "lstm" else 0.0
    shown = view(ReaderSpec(cell=cell, forget_bias=bias, length=10))
    file = tmp_path / "memory.py"
    file.write_text(panel.code(shown), encoding="utf-8")
    said = printed_alone(file)
    median = float(said.splitlines()[-1].split()[-1])
    assert median == pytest.approx(shown.share, rel=6e-3)


def test_the_table_has_a_row_for_each_input_of_each_run():
    shown = view(ReaderSpec(length=10))
    assert len(panel.table(shown).splitlines()) == 1 + sum(
        run.spec.length for run in shown.grid.runs
    )


def test_an_influence_that_float32_cannot_hold_is_not_called_zero():
    shown = view(ReaderSpec(cell="rnn", length=80))
    facts = panel.facts(shown)
    medians = np.median([r.before[0] / r.before[-1] for r in shown.grid.of(panel.READERS[0], 80)])
    assert facts["rnn"] == ("less than 1e−38" if medians < 1e-38 else panel.digits(medians, 1))
    assert 0 < float(facts["rnn_step"]) < 1
    gone = panel._step(np.array([0, 0, 1e-4, 1e-2, 1.0], np.float32))
    assert gone == pytest.approx(1e-2)
