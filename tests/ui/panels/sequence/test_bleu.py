import pytest

from tests.alone import printed_alone
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


@pytest.mark.parametrize(
    ("field", "typed", "line"),
    [
        ("prediction", "word " * 200, "The translation has 200 words; at most 40 can be shown"),
        ("label", "word " * 200, "The reference has 200 words; at most 40 can be shown"),
        ("label", "", "The reference is empty; type at least one word"),
        ("label", " \t ", "The reference is empty; type at least one word"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_line_and_the_example_stays(
    open_page, field, typed, line
):
    at = open_page("pages/sequence/bleu.py")
    at.text_input(key=field).set_value(typed).run()
    assert [c.value for c in at.caption if ":red[" in c.value] == [
        f":red[{line}.] The example is shown instead."
    ]
    assert not at.exception


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("", "empty"), ("   ", "empty"), ("😀 😀", "zero"), ("**a** <b>", "zero")],
)
def test_a_translation_without_words_or_of_signs_is_counted(open_page, typed, answer):
    at = open_page("pages/sequence/bleu.py")
    at.text_input(key="prediction").set_value(typed).run()
    shown = view(panel.REFERENCE, typed)
    assert panel.answer(shown) == answer
    assert shown.result.score("paper") == 0
    assert not at.exception
    assert not any(":red[" in c.value for c in at.caption)


def test_the_script_alone_prints_the_page_s_numbers(tmp_path):
    shown = view("a b c d e f", "a b b c d", most=3)
    file = tmp_path / "bleu.py"
    file.write_text(panel.code(shown), encoding="utf-8")
    said = printed_alone(file)
    assert f"BLEU-3 {shown.result.score('paper'):.6g}" in said
    assert f"d2l {shown.result.score('d2l'):.6g}" in said
