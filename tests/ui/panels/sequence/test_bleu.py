import subprocess
import sys

import pytest

from viz_models.records.sequence.bleu import BleuSpec
from viz_models.ui.panels.sequence import bleu as panel
from viz_models.ui.results.sequence import bleu as results


def view(reference, translation, most=4):
    spec = BleuSpec(
        reference=tuple(reference.split()), translation=tuple(translation.split()), max_order=most
    )
    return panel.View(results.bleu(spec))


@pytest.mark.parametrize(
    ("translation", "answer"),
    [("a b b c d", "zero"), ("a b c d x", "score"), ("a b c d e f", "equal"), ("", "empty")],
)
def test_the_answer_is_the_one_that_is_true(translation, answer):
    assert panel.answer(view("a b c d e f", translation)) == answer


def test_what_is_too_long_is_refused_and_the_example_stays(open_page):
    at = open_page("pages/sequence/bleu.py")
    at.text_input(key="prediction").set_value("word " * 41).run()
    said = " ".join(c.value for c in at.caption)
    assert "The translation has 41 words; at most 40 can be shown" in said
    assert not at.exception


def test_the_script_alone_prints_the_page_s_numbers(tmp_path):
    shown = view("a b c d e f", "a b b c d", most=3)
    file = tmp_path / "bleu.py"
    file.write_text(panel.code(shown), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert f"BLEU-3 {shown.result.score('paper'):.6g}" in done.stdout
    assert f"d2l {shown.result.score('d2l'):.6g}" in done.stdout
