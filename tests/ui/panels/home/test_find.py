"""What the search of the home page finds."""

import pytest

from viz_models.ui.panels.home import find

FILES = {
    "attend": "attention/scores.py",
    "sharing": "attention/sharing.py",
    "scale": "attention/scale.py",
    "build": "build/builder.py",
    "sentences": "normalization/sentences.py",
}
ENTRIES = find.of_pages(FILES)


def paths(query):
    return [entry.path for entry in find.matching(query, ENTRIES)]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("mask", "attend"),
        ("GQA", "sharing"),
        ("gqa ", "sharing"),
        ("dropout", "build"),
        ("layer norm", "sentences"),
        ("layer-norm", "sentences"),
        ("divide by sqrt", "scale"),
        ("√d_k", "scale"),
        ("softmax key", "attend"),
    ],
)
def test_a_word_finds_its_lesson_in_any_spelling(query, path):
    assert path in paths(query)


def test_what_no_lesson_is_about_finds_nothing():
    assert paths("blockchain") == []


def test_a_question_is_the_headline_of_its_page():
    by_path = {entry.path: entry for entry in ENTRIES}
    assert by_path["scale"].question == "Why divide by √d_k?"
    assert by_path["scale"].label == "**Why divide by √d_k** · Why divide by √d_k?"


def test_a_step_asks_what_the_flow_page_asks():
    (entry,) = find.of_steps("flow/tensor_flow.py", ["layer1.0.conv1"])
    assert entry.question == "How do 64 maps become 64 new ones?"
    assert entry.params == {"step": "layer1.0.conv1"}


def test_every_card_of_train_has_an_entry_that_opens_it():
    found = find.of_cards("train/train.py")
    assert {entry.params["card"] for entry in found} == {entry.name for entry in found}
    assert "Is a small batch always better? 64 against 640 examples in each step" in {
        e.question for e in found
    }
