import numpy as np
import pytest

from tests.alone import printed_alone
from viz_models.places import PRETRAINED
from viz_models.records.vision.detector import DetectSpec, RoiSpec
from viz_models.records.vision.scene import SceneSpec
from viz_models.ui.panels.vision import detector as panel
from viz_models.ui.panels.vision import detector_cards as cards
from viz_models.ui.panels.vision import detector_scene
from viz_models.ui.results.vision import detector as results

PAGE = "pages/vision/detector.py"


def view(**options):
    scene = options.pop("scene", SceneSpec())
    spec = DetectSpec(scene=scene, **options)
    roi = results.roi(RoiSpec(scene=scene, pool=spec.pool))
    return panel.View(results.detection(spec), roi, "masks", None)


def test_the_answer_is_the_one_that_is_true():
    assert panel.answer(view()) == "found"
    assert panel.answer(view(scene=SceneSpec(count=0))) == "empty"
    facts = panel.facts(view())
    assert facts["anchors"] == "1,536"
    assert facts["things"] == "3 things"


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("1,2,3,4", (1, 2, 3, 4)),
        ("1.26,2,3,4", (1.3, 2, 3, 4)),
        ("1,2,3", None),
        ("a,b,c,d", None),
        ("nan,1,2,3", None),
        ("inf,1,2,3", None),
        ("", None),
    ],
)
def test_a_box_in_a_link_is_four_numbers(text, edges):
    assert detector_scene.edges(text) == edges


@pytest.mark.slow
def test_every_stage_and_every_pooling_can_be_drawn(open_page):
    at = open_page(PAGE)
    for stop in panel.STOPS:
        at.button_group(key="stop").set_value(stop).run()
        assert not at.exception, stop
    at.button_group(key="pool").set_value("roi_pool").run()
    assert not at.exception


@pytest.mark.slow
def test_an_own_scene_an_empty_one_and_nonsense(open_page):
    at = open_page(PAGE)
    at.text_input(key="digits").set_value("37").run()
    assert "a three" in " ".join(c.value for c in at.caption)
    for stop in panel.STOPS:
        at.button_group(key="stop").set_value(stop).run()
        at.text_input(key="digits").set_value("none").run()
        assert not at.exception, stop
    assert "There is no digit in this scene" in " ".join(c.value for c in at.caption)
    at.text_input(key="digits").set_value("cats").run()
    said = " ".join(c.value for c in at.caption)
    assert "is not 1 to 4 digits" in said
    assert not at.exception


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["roi_align", "roi_pool"])
def test_the_script_alone_prints_the_page_s_numbers(tmp_path, pool):
    shown = view(pool=pool)
    file = tmp_path / "detector.py"
    file.write_text(cards.code(shown), encoding="utf-8")
    weights = str(PRETRAINED / "digits_mask_rcnn.safetensors")
    said = printed_alone(file, weights)
    found = shown.found.found
    for i, digit in enumerate(found.digits):
        edges = ", ".join(f"{edge:.2f}" for edge in found.boxes[i])
        assert f"digit {digit}: score {found.scores[i]:.4f}, box {edges}" in said
    scores = np.array(said.split("class scores")[1].split(), float)
    np.testing.assert_allclose(scores, shown.roi.scores, atol=6e-5)


def test_the_table_has_a_row_for_every_proposal():
    shown = view()
    assert len(cards.table(shown).splitlines()) == 1 + len(shown.found.proposals.kept)
