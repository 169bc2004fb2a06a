import shutil

import pytest

from tests.alone import printed_alone
from tests.conftest import ROOT
from viz_models.places import PRETRAINED
from viz_models.records.vision.captions import CaptionSpec
from viz_models.ui.panels.vision import captions as panel
from viz_models.ui.panels.vision import captions_cards as cards
from viz_models.ui.panels.vision import captions_covered as covered
from viz_models.ui.panels.vision import captions_tuning as tuning
from viz_models.ui.results.vision import captions as results

PAGE = "pages/vision/captions.py"


def view(net="attention"):
    return panel.View(results.caption(CaptionSpec(net=net)), 1, 0, None)


def said(at):
    return " ".join(c.value for c in at.caption)


def test_the_answer_is_the_one_that_is_true():
    assert panel.answer(view()) == "exact"
    assert panel.answer(view("mean")) == "mean"


def test_the_words_about_fine_tuning_follow_the_numbers():
    found = results.recorded()
    gap = tuning.difference(found, 0)
    runs = zip(found.of(0, "train"), found.of(0, "eval"), strict=True)
    assert gap.mean == pytest.approx(sum(100 * (a.exact - b.exact) for a, b in runs) / 5)
    text = tuning.verdicts(found)["frozen"]
    assert ("seed noise" in text) != gap.decided


def test_the_words_about_covering_follow_the_numbers():
    c = results.recorded().covered
    text = covered.facts()["verdict"]
    assert ("no more" in text) == (c.looked <= c.others)


@pytest.mark.slow
def test_an_own_scene_both_captioners_and_nonsense(open_page):
    at = open_page(PAGE)
    assert "The captioner writes" in said(at)
    at.text_input(key="digits").set_value("37").run()
    assert "three" in said(at)
    at.button_group(key="net").set_value("mean").run()
    assert "No part" in said(at)
    at.text_input(key="digits").set_value("377").run()
    assert "is not 1 to 2 digits" in said(at)
    assert not at.exception


@pytest.mark.slow
@pytest.mark.parametrize("net", ["attention", "mean"])
def test_the_script_alone_writes_the_caption(tmp_path, net):
    shown = view(net)
    file = tmp_path / "captions.py"
    file.write_text(cards.code(shown), encoding="utf-8")
    shutil.copy(PRETRAINED / f"{cards.weights(shown)}.safetensors", tmp_path)
    text = printed_alone(file, folder=ROOT)
    assert text.splitlines()[-1] == shown.found.sentence
    most = shown.found.weights[1].max()
    assert float(text.splitlines()[1].rpartition(" ")[2]) == pytest.approx(most, abs=0.02)
