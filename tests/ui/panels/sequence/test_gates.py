"""The lesson on gates: the page with every choice, and its script run as a stranger would."""

import shutil

import pytest
from scipy.stats import ttest_rel

from tests.alone import printed_alone
from tests.conftest import ROOT
from viz_models.analysis.seed_noise import MIN_PAIRS
from viz_models.digits import signed
from viz_models.ui.panels.sequence import gates as panel
from viz_models.ui.results.sequence import gates as results


def view(net="lstm", text=panel.TEXT):
    found = results.unrolled(panel.GatesSpec(text=text, net=net))
    return panel.View(found, results.recorded(), "f", None, (5, 2), results.trainings())


def test_the_page_holds_a_gate_and_refuses_what_is_no_text(open_page):
    at = open_page("pages/sequence/gates.py")
    assert not at.exception
    at.button_group(key="hold").set_value("mean").run()
    at.text_input(key="text").set_value("!!!").run()
    assert not at.exception
    assert any("the text has no word" in c.value for c in at.caption)
    at.text_input(key="text").set_value("<pad> <pad>").run()
    assert any("which is no word" in c.value for c in at.caption)
    at.text_input(key="text").set_value("cat " * 200).run()
    assert any("has 200 words; the limit is 128" in c.value for c in at.caption)
    at.text_input(key="text").set_value("zebra " * 100).run()
    assert any("zebra" in c.value and "unk" in c.value for c in at.caption)
    assert not at.exception


def test_the_answer_says_which_network_forgets():
    shown = view()
    facts = panel.facts(shown)
    alone, looking = (shown.lives(net) for net in panel.NAMES)
    found = ttest_rel(looking, alone).confidence_interval(0.95)
    decided = len(alone) >= MIN_PAIRS and found.high < 0
    assert panel.section(shown) == ("Answer: forgets" if decided else "Answer: keeps")
    assert facts["life_low"] == signed(found.low, 2)
    assert facts["life_verdict"] == panel.VERDICTS[shown.change.verdict]
    assert facts["alone_range"] == f"{min(alone):.1f} to {max(alone):.1f}"


def test_units_are_sorted_by_how_long_they_remember():
    shown = view()
    lives = shown.net.half_lives[shown.order]
    assert (lives[:-1] >= lives[1:]).all()


@pytest.mark.parametrize("net", ["lstm", "lstm_attention"])
def test_the_script_alone_prints_the_page_s_numbers(net, tmp_path):
    shown = view(net)
    (tmp_path / "gates.py").write_text(panel.code(shown), encoding="utf-8")
    shutil.copy(ROOT / "pretrained" / f"{results.file(net)}.safetensors", tmp_path)
    said = printed_alone(tmp_path / "gates.py")
    at = shown.word, shown.unit
    h = float(next(x for x in said.splitlines() if x.startswith("h =")).split()[-1])
    assert h == pytest.approx(float(shown.found.h[at]), rel=1e-4)
    assert "equal nn.LSTM" in said
