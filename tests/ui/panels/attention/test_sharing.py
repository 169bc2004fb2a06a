"""How the lesson on sharing names rows and layers, and what its shares are of."""

import pytest

from viz_models.analysis.attention import sharing
from viz_models.recordings import sharing as recordings_sharing
from viz_models.records import SharingSpec
from viz_models.ui.panels.attention import sharing as panel
from viz_models.ui.panels.attention import sharing_cards as cards


@pytest.fixture(scope="module")
def view():
    recorded = recordings_sharing.load()
    return panel.View(sharing.sharing(SharingSpec()), recorded, recorded.times)


def test_layers_count_from_0_as_in_torch():
    assert panel.PLACES["cross-attention, layer 1"] == ("cross", 1)
    assert {layer for _, layer in panel.PLACES.values()} == {0, 1}


def test_rows_have_the_names_that_the_other_lessons_give_them(view):
    said = panel.rows_and_columns(view)
    assert said.startswith("rows, the word just read: → ")
    assert " eos · equal" in said


def test_percents_are_a_share_of_the_sentences_and_not_a_number_of_them(view):
    shown = cards._accuracies(view)
    pooled = view.recorded.accuracy("pooled", 2)
    assert shown.unit == "%"
    assert shown.title == f"unseen sentences right, in % of {pooled.of:,}"
    assert shown.values[0, 0, 0] == pytest.approx(100 * pooled.right / pooled.of, abs=0.06)
