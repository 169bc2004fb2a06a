"""The script that the lesson on scores gives away prints the numbers of its page, alone."""

import math
import re

import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.digits import digits
from viz_models.records import AttendSpec, MaskSpec
from viz_models.ui.panels.attention import scores_cards as cards
from viz_models.ui.panels.attention.scores import BESIDE, View, first_cell
from viz_models.ui.results.attention import scores as results


def view(**mask):
    spec = AttendSpec(batch=BESIDE, mask=MaskSpec(kinds=("padding", "causal"), **mask))
    stages = results.stages(spec)
    return View(spec, stages, results.text(spec), first_cell(stages))


@pytest.mark.slow
@pytest.mark.parametrize("fill", ["-inf", "0", "after"])
def test_the_script_runs_alone_and_prints_the_weights(tmp_path, fill):
    shown = view(fill=fill)
    script = tmp_path / "scores.py"
    script.write_text(cards.code(shown), encoding="utf-8")
    said = printed_alone(script)
    query, _ = shown.cell
    printed = [line.split() for line in said.splitlines() if "weight" in line]
    assert [float(p[-1]) for p in printed] == pytest.approx(
        shown.stages.weights[query].tolist(), abs=6e-5
    )
    assert ("difference to torch" in said) == (fill == "-inf")


def test_the_table_has_a_row_for_every_score():
    shown = view()
    lines = cards.table(shown).splitlines()
    assert lines[0] == "query,key,score,scaled,allowed,weight"
    assert len(lines) == 1 + shown.stages.scores.size


def test_the_card_divides_and_exponentiates_the_digits_that_it_shows():
    spec = AttendSpec()
    stages = results.stages(spec)
    for query, key in np.ndindex(stages.scores.shape):
        found = results.score(spec, query, key)
        scaled, share, _ = cards._lines(found)
        total, root = scaled.label.replace("−", "-").split(" ÷ √")
        assert digits(float(total) / float(root) ** 0.5, 3) == scaled.value
        text = share.label.replace("−", "-").replace("∞", "inf")
        power, whole = re.match(r"e\^\(?([^ )]+)\)? ÷ ([^,]+),", text).groups()
        assert digits(math.exp(float(power)) / float(whole), 3) == share.value


def test_a_weight_that_is_zeroed_after_the_softmax_says_so():
    mask = MaskSpec(kinds=("causal",), fill="after")
    found = results.score(AttendSpec(mask=mask), 0, 3)
    line = cards._lines(found)[1]
    assert line.label.endswith("× 0 after the softmax")
    assert line.value == "0"
