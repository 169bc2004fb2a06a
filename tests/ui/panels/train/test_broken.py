import pytest

from viz_models.records.train.broken import FAULTS
from viz_models.training.loop import checks
from viz_models.ui.panels.train import broken as panel
from viz_models.ui.panels.train.broken import NAMES, OTHERS
from viz_models.ui.panels.train.broken_code import LINES
from viz_models.ui.results.train import broken as results

PAGE = "train/broken.py"


def test_every_fault_has_a_name_four_choices_and_two_versions_of_its_line():
    assert set(NAMES) == set(OTHERS) == set(LINES) == set(FAULTS)
    for fault in FAULTS:
        assert len({fault, *OTHERS[fault]}) == 4
        wrong, mended = LINES[fault]
        assert wrong != mended


def test_the_names_of_the_runs_give_nothing_away():
    for case, fault in enumerate(FAULTS, start=1):
        view = panel.View(fault, case, results.recorded(), None)
        asked = panel.here(view, seed=7)
        checks.check(asked.arms[1].run)
        assert asked.seeds == (7,)
        assert [arm.label for arm in asked.arms] == ["healthy", f"case {case}"]
        assert asked.arms[0].run == view.healthy[0].spec
        assert asked.arms[1].run == view.broken[0].spec


@pytest.mark.slow
def test_the_reason_stays_hidden_until_the_reader_has_guessed(open_page):
    for case, fault in enumerate(FAULTS, start=1):
        at = open_page("pages/site.py")
        at.query_params["case"] = str(case)
        at = at.switch_page(PAGE).run()
        assert not at.exception
        assert at.code == []
        at = at.button(key=f"guess_{case}_{fault}").click().run()
        assert not at.exception
        assert [c.value for c in at.code] == list(LINES[fault])
        assert any("correct" in m.value for m in at.markdown)
