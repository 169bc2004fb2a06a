"""What the lesson on images says of one row of weights, and how it names layers and heads."""

import pytest

from viz_models.records import DigitSpec
from viz_models.ui.panels.attention import patches as panel
from viz_models.ui.panels.attention import patches_stage
from viz_models.ui.results.attention import patches as results


@pytest.fixture(scope="module")
def view():
    return panel.View("digits", results.digit(DigitSpec()), 0, "patch", 2, 3, (1, 2))


def test_layers_and_heads_count_from_0_as_in_torch(view):
    facts = panel.facts(view)
    assert (facts["layer"], facts["head"]) == ("2", "3")
    assert patches_stage._patches(view).note == "layer 2, head 3"
    layers, heads = view.result.weights.shape[:2]
    shown = patches_stage._every_head(view)
    assert shown.row_labels == tuple(f"layer {i}" for i in range(layers))
    assert shown.column_labels == tuple(str(i) for i in range(heads))
    first = panel.table(view).splitlines()[1].split(",")
    assert first[:3] == ["0", "0", "0"]


def test_what_goes_to_patches_and_to_cls_adds_up_as_it_is_written(view):
    patches, cls, together = (line.value for line in panel._row(view)[:3])
    decimals = len(together.partition(".")[2])
    assert f"{float(patches) + float(cls):.{decimals}f}" == together


def test_the_query_is_the_patch_that_asks(view):
    assert view.query == 1 + 1 * view.grid + 2
    assert view.looks.sum() == pytest.approx(1 - view.result.weights[2, 3, view.query, 0], abs=1e-5)
