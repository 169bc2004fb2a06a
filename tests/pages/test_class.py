"""The class page without a browser: links of teachers, forged ones, and codes that are guessed."""

import pytest

from viz_models.records.classroom.room import QuestionSpec
from viz_models.runs import client
from viz_models.runs.classroom import classes, polls
from viz_models.ui.kit import owner
from viz_models.ui.results.classroom import room as results

pytestmark = pytest.mark.slow
SPEC = QuestionSpec(text="A or B?", choices=("A", "B"), answer="1")


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A class in which a question is open: (store, code, the teacher's secret)."""
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    database = client.store().database
    code, secret = classes.start(database)
    classes.come(database, code, "teacher", secret=secret)
    polls.ask(database, code, "teacher", SPEC)
    return database, code, secret


def visit(open_page, **query):
    at = open_page("pages/site.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.switch_page("classroom/room.py").run()


def buttons(at):
    return {button.label for button in at.button}


def test_the_link_of_a_teacher_teaches_and_leaves_the_address_bar(open_page, lesson):
    database, code, secret = lesson
    at = visit(open_page, teacher=secret)
    assert {"Reveal", "Ask", "End this class"} <= buttons(at)
    assert dict(at.query_params) == {"room": code}
    next(button for button in at.button if button.label == "Reveal").click().run()
    assert polls.room(database, code).question.revealed


@pytest.mark.parametrize("forged", ["", "0" * 32, "teacher"])
def test_a_forged_link_opens_nothing(open_page, lesson, forged):
    _, code, _ = lesson
    at = visit(open_page, teacher=forged, room=code)
    assert not {"Reveal", "Ask", "End this class"} & buttons(at)
    assert [w.value for w in at.warning] == [str(classes.NoSuchClassError())]


def test_a_students_link_shows_neither_votes_nor_buttons_of_the_teacher(open_page, lesson):
    at = visit(open_page, room=lesson[1])
    assert [t.value for t in at.title] == ["A or B?"]
    assert not {"Reveal", "Ask", "End this class"} & buttons(at)
    ballot = next(e for e in at.get("bidi_component") if '"choices"' in e.proto.json)
    assert '"right": ""' in ballot.proto.json
    assert '"shows": false' in ballot.proto.json


def test_whoever_guesses_codes_is_stopped_also_at_a_right_one(open_page, lesson, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    monkeypatch.setattr(owner, "may_take_part", lambda: True)
    monkeypatch.setattr(owner, "browser", lambda: "eve")
    monkeypatch.setattr(results, "_wrong", {"browser": results.Share(3)})
    for wrong in ("AAAAA", "CCCCC", "DDDDD"):
        at = visit(open_page, room=wrong)
        assert [w.value for w in at.warning] == [str(classes.NoSuchClassError())]
    at = visit(open_page, room=lesson[1])
    assert "Too many wrong codes" in at.warning[0].value
    monkeypatch.setattr(owner, "browser", lambda: "teacher")  # who is in the class stays in it
    assert "Reveal" in buttons(visit(open_page, room=lesson[1]))
