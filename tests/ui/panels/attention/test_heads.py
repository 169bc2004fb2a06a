"""What the lesson on heads says and gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alone import printed_alone
from viz_models.analysis.attention import heads
from viz_models.records import HeadsSpec
from viz_models.ui.panels.attention import heads as panel

HEADS = st.tuples(st.sampled_from(list(panel.PARTS)), st.integers(0, 1), st.integers(0, 3))


@pytest.fixture(scope="module")
def view():
    result = heads.heads(HeadsSpec(text=panel.TEXT))
    head = panel.costliest(result)
    return panel.View(result, head, head, query=1)


@given(st.lists(HEADS))
def test_heads_survive_the_address(chosen):
    text = ",".join(map(panel.name_of, chosen))
    assert panel.parse(text) == tuple(sorted(set(chosen)))


@pytest.mark.parametrize("text", ["cross", "cross.0", "cross.2.0", "other.0.0", "cross.0.0,", " "])
def test_what_is_no_head_is_not_taken_for_one(text):
    assert panel.parse(text) is None


def test_elided_words_stand_close():
    assert panel.french(("j'", "aime", "l'", "oiseau")) == "j'aime l'oiseau"
    assert panel.french(()) == "(nothing)"


def test_the_answer_counts_the_heads_that_change_the_sentence(view):
    section, facts = panel.answer_section(view)
    changing = [c for c in view.result.alone if c.translation != view.result.full.translation]
    assert section == "All on"
    assert facts["changing"] == str(len(changing))
    assert len(changing) > 0, "the lesson opens on a sentence where something happens"


def test_captions_stand_below_their_heads(view):
    part = panel._part(view.result, "cross")
    cost = view.result.cost(("cross", 1, 3))
    assert part.captions[1][3] == panel._short(cost.probability)
    assert part.warned[1][3] == (cost.translation != view.result.full.translation)


def test_a_tiny_probability_is_never_written_as_none():
    assert panel._short(3e-9) == "3e−09"
    assert panel._short(0.9994) == "0.999"


def test_the_table_has_a_row_a_head(view):
    lines = panel.table(view).splitlines()
    assert lines[0].startswith("part,layer,head,probability,loss,translation,exact_of_held_out")
    assert len(lines) == 1 + len(view.result.alone)


@pytest.mark.slow
def test_the_script_finds_gates_and_cut_weights_equal(view, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(panel.code(view), encoding="utf-8")
    said = printed_alone(path)
    lines = said.splitlines()
    assert len(lines) == 4
    assert all(float(line.rsplit(" ", 1)[1]) < 1e-6 for line in lines)
    assert all("moves by 0.0 %" not in line for line in lines)
