import pytest

from viz_models.analysis.sequence import new_task as analysis
from viz_models.analysis.sequence.verb_forms import other_forms
from viz_models.recordings.sequence import new_task as recordings
from viz_models.records.sequence.new_task import SIZES, WAYS, JudgeSpec
from viz_models.training.data.acceptable import test_examples as drawn_for_tests
from viz_models.training.data.acceptable import training_examples


def test_a_wrong_sentence_differs_from_a_right_one_in_one_verb():
    assert other_forms(["the", "cat", "sleeps"]) == ((2, "sleep"),)
    assert other_forms(["i", "am", "happy"]) == ((1, "is"), (1, "are"))
    assert other_forms(["the", "black", "cat"]) == ()
    drawn = training_examples(40, 0)
    assert [e.right for e in drawn] == [True, False] * 20
    assert training_examples(10, 0) == drawn[:10]
    assert len(drawn_for_tests(30, 0)) == 30


def test_a_sentence_is_judged_with_its_variants():
    found = analysis.judging(JudgeSpec(text="the zebra sleeps"))
    assert [s.words[-1] for s in found.sentences] == ["sleeps", "sleep"]
    assert found.unknown == ("zebra",)
    assert all(0 <= p <= 1 for s in found.sentences for p in s.right.values())


@pytest.mark.parametrize("text", ["", "cat " * 200, "<pad>"])
def test_bad_input_is_told_in_one_line(text):
    with pytest.raises(ValueError, match=r"^the sentence ") as refusal:
        analysis.judging(JudgeSpec(text=text))
    assert "\n" not in str(refusal.value)


def test_what_was_recorded_has_five_seeds_and_pairs_of_them():
    found = analysis.learned(recordings.load())
    assert [(o.way, o.examples) for o in found] == [(w, n) for w in WAYS for n in SIZES]
    assert {len(o.values) for o in found} == {5}
    assert all(o.low <= o.mean <= o.high for o in found)
    assert {o.verdict for o in found if o.way == "frozen"} == {None}
