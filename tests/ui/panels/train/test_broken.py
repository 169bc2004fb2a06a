import pytest

from viz_models.records.train.broken import FAULTS
from viz_models.ui.panels.train.broken import NAMES, OTHERS
from viz_models.ui.panels.train.broken_code import LINES

PAGE = "train/broken.py"


def test_every_fault_has_a_name_four_choices_and_two_versions_of_its_line():
    assert set(NAMES) == set(OTHERS) == set(LINES) == set(FAULTS)
    for fault in FAULTS:
        assert len({fault, *OTHERS[fault]}) == 4
        wrong, mended = LINES[fault]
        assert wrong != mended


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
