import pytest

from viz_models.runs.classroom import polls
from viz_models.training.cards.cards import CARDS
from viz_models.ui.panels.classroom import room_ask
from viz_models.ui.panels.home import chapters
from viz_models.ui.results.classroom import room_cards, room_steps


@pytest.mark.parametrize(
    ("lines", "choices", "answer"),
    [
        ("a\nb", ("a", "b"), ""),
        ("a\n* b\n\n  c ", ("a", "b", "c"), "1"),
        ("*a\n*b", ("a", "b"), ""),  # both: no right one
        ("*\n\n*  \n", (), ""),
        ("2 * 3\n6", ("2 * 3", "6"), ""),
    ],
)
def test_a_typed_question_is_read(lines, choices, answer):
    spec = room_ask.own("  Which? ", lines)
    assert (spec.text, spec.choices, spec.answer) == ("Which?", choices, answer)


@pytest.mark.parametrize("id", CARDS)
def test_every_question_card_can_be_asked(id):
    spec = room_cards.question(id)
    polls._check(spec)
    assert spec.answer  # its recorded runs showed something
    assert spec.link.partition("?")[0] in chapters.every()


@pytest.mark.parametrize("title", room_steps.questions())
def test_every_question_of_a_lesson_can_be_asked(title):
    spec = room_steps.questions()[title]
    polls._check(spec)
    assert spec.answer
    assert spec.link.partition("?")[0] in chapters.every()
    assert "lesson=" in spec.link
