"""The contract of classes, on every kind of database: who may do what, and that no vote is lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from viz_models.records.classroom.room import QuestionSpec
from viz_models.runs.classroom import classes, polls, votes
from viz_models.runs.database import Database
from viz_models.runs.owners import QuotaError

CHOICES = QuestionSpec(text="Which is deeper?", choices=("VGG16", "ResNet18"), answer="1")
NUMBER = QuestionSpec(text="How many parameters has ResNet18?", answer="11689512")


@pytest.fixture
def box(store):
    return store.database


@pytest.fixture
def lesson(box):
    """A class in which a question is open: (code, id of the question)."""
    code, secret = classes.start(box)
    assert classes.come(box, code, "teacher", secret=secret)
    return code, polls.ask(box, code, "teacher", CHOICES)


def test_a_code_is_short_and_none_of_its_letters_is_mistaken_for_another():
    assert len(classes.LETTERS) ** classes.LENGTH > 5_000_000
    assert not set(classes.LETTERS) & set("0OQ1IL2Z5S6G8B")
    assert classes.LETTERS.isupper()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ac7 kp", "AC7KP"),
        (" AC-7KP\n", "AC7KP"),
        ("AC7K", ""),
        ("AC7KPP", ""),
        ("AC7K0", ""),
        ("AC7K'", ""),
        ("", ""),
        ("ä" * 5, ""),
    ],
)
def test_a_code_is_read_as_people_type_it(typed, code):
    assert classes.cleaned(typed) == code


def test_a_class_begins_empty_and_ends_after_a_day(box, monkeypatch):
    code, secret = classes.start(box)
    assert classes.cleaned(code) == code
    assert len(secret) == 32
    found = polls.room(box, code)
    assert (found.present, found.question, found.tally.voters) == (0, None, 0)
    assert classes.with_secret(box, secret) == code
    later = time.time() + classes.DAY_S + 1
    monkeypatch.setattr(classes.time, "time", lambda: later)
    for ask in (polls.room, lambda b, c: classes.come(b, c, "ann")):
        with pytest.raises(classes.NoSuchClassError, match="no class with this code"):
            ask(box, code)
    with pytest.raises(classes.NoSuchClassError):
        classes.with_secret(box, secret)
    classes.start(box)  # tidies up
    with box.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rooms").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM people").scalar() == 0


def test_the_secret_itself_is_not_in_the_store(box):
    _, secret = classes.start(box)
    with box.read() as connection:
        kept = [str(row) for row in connection.exec_driver_sql("SELECT * FROM rooms").all()]
    assert len(kept) == 1
    assert secret not in kept[0]


def test_the_room_votes_and_the_teacher_reveals(box, lesson, store):
    code, question = lesson
    for name, choice in (("ann", "0"), ("bob", "1"), ("eve", "1")):
        classes.come(box, code, name)
        polls.vote(box, code, name, question, choice)
    found = polls.room(box, code)
    assert found.tally.counts == {"0": 1, "1": 2}
    assert (found.tally.voters, found.present, found.tally.gone) == (3, 3, 0)
    assert not found.question.revealed
    assert found.question.spec == CHOICES
    polls.reveal(box, code, "teacher", question)
    again = Database(box.url)  # as another server sees it, or this one after a restart
    assert polls.room(again, code).question.revealed
    assert polls.room(again, code).tally == found.tally
    again.close()


def test_until_the_answer_shows_a_second_vote_replaces_the_first(box, lesson):
    code, question = lesson
    polls.vote(box, code, "ann", question, "0")
    polls.vote(box, code, "ann", question, "1")
    assert polls.room(box, code).tally.counts == {"1": 1}
    assert polls.mine(box, question, "ann") == "1"
    polls.reveal(box, code, "teacher", question)
    with pytest.raises(polls.ClosedError):
        polls.vote(box, code, "ann", question, "0")
    assert polls.mine(box, question, "ann") == "1"
    assert polls.mine(box, question, "bob") is None


def test_the_next_question_closes_the_one_before(box, lesson):
    code, first = lesson
    polls.vote(box, code, "ann", first, "0")
    second = polls.ask(box, code, "teacher", NUMBER)
    with pytest.raises(polls.ClosedError):
        polls.vote(box, code, "bob", first, "0")
    for name, number in (("ann", "11e6"), ("bob", "-3"), ("eve", "2.5")):
        polls.vote(box, code, name, second, number)
    found = polls.room(box, code)
    assert found.question.place == 2
    assert found.tally.numbers == (-3.0, 2.5, 11e6)


@pytest.mark.parametrize("choice", ["2", "-1", "", "x", "1.0", "١", "9" * 9999])
def test_only_what_is_offered_can_be_chosen(box, lesson, choice):
    code, question = lesson
    with pytest.raises(ValueError, match="none of the choices"):
        polls.vote(box, code, "ann", question, choice)
    assert polls.room(box, code).tally.voters == 0


@pytest.mark.parametrize("number", ["nan", "inf", "1e16", "", "seven", "1" * 31, "0x10"])
def test_an_estimate_is_a_number(box, lesson, number):
    code, _ = lesson
    question = polls.ask(box, code, "teacher", NUMBER)
    with pytest.raises(ValueError, match="Type a number"):
        polls.vote(box, code, "ann", question, number)


# ---------------------------------------------------------------- who may do what


def test_a_stranger_with_the_code_can_vote_but_neither_ask_nor_reveal_nor_end(box, lesson):
    code, question = lesson
    assert not classes.come(box, code, "eve")
    forged = ("", "0" * 32, code, "teacher")
    assert not any(classes.come(box, code, "eve", secret=secret) for secret in forged)
    for secret in forged:
        with pytest.raises(classes.NoSuchClassError):
            classes.with_secret(box, secret)
    for deed in (
        lambda: polls.reveal(box, code, "eve", question),
        lambda: polls.ask(box, code, "eve", CHOICES),
        lambda: classes.end(box, code, "eve"),
    ):
        with pytest.raises(classes.NotTheTeacherError):
            deed()
    assert not polls.room(box, code).question.revealed
    polls.vote(box, code, "eve", question, "0")
    assert polls.room(box, code).tally.voters == 1


def test_the_teacher_of_one_class_is_nobody_in_another(box, lesson):
    code, question = lesson
    other, secret = classes.start(box)
    assert classes.come(box, other, "eve", secret=secret)
    assert not classes.come(box, code, "eve", secret=secret)
    with pytest.raises(classes.NotTheTeacherError):
        polls.reveal(box, code, "eve", question)
    polls.reveal(box, other, "eve", question)  # of another room: nothing happens
    assert not polls.room(box, code).question.revealed


def test_the_secret_works_on_another_device_and_is_needed_once(box):
    code, secret = classes.start(box)
    assert not classes.come(box, code, "phone")
    assert classes.come(box, code, "phone", secret=secret)
    assert classes.come(box, code, "phone")
    assert polls.room(box, code).present == 0  # who teaches is not one of the room
    question = polls.ask(box, code, "phone", CHOICES)
    with pytest.raises(ValueError, match="You teach this class"):
        polls.vote(box, code, "phone", question, "0")


def test_a_deleted_cookie_is_seen_as_more_votes_than_people(box, lesson, monkeypatch):
    code, question = lesson
    for name in ("ann", "eve"):
        polls.vote(box, code, name, question, "0")
    # Eve deletes her cookie, so that she is somebody new, and votes again; Ann stays.
    later = time.time() + classes.HERE_S + 1
    monkeypatch.setattr(classes.time, "time", lambda: later)
    classes.note_here(box, code, ["ann", "of another room"])
    polls.vote(box, code, "eve without her cookie", question, "0")
    found = polls.room(box, code)
    assert (found.tally.voters, found.present, found.tally.gone) == (3, 2, 1)


def test_an_ended_class_is_gone_with_its_questions(box, lesson):
    code, question = lesson
    classes.end(box, code, "teacher")
    with pytest.raises(classes.NoSuchClassError):
        polls.room(box, code)
    with pytest.raises(classes.NoSuchClassError):
        polls.vote(box, code, "ann", question, "0")


# ---------------------------------------------------------------- many at once


def test_sixty_votes_at_once_lose_none(box, lesson):
    """From six connections of their own, as from several servers; each votes twice."""
    code, question = lesson
    servers, together = [Database(box.url) for _ in range(6)], threading.Barrier(60)

    def person(place):
        together.wait()
        for choice in ("0", str(place % 2)):
            polls.vote(servers[place % 6], code, f"person {place}", question, choice, "school")

    with ThreadPoolExecutor(60) as pool:
        list(pool.map(person, range(60)))
    assert polls.room(box, code).tally.counts == {"0": 30, "1": 30}
    for server in servers:
        server.close()


def test_a_full_room_refuses_newcomers_and_drives_nobody_out(box, lesson, monkeypatch):
    code, question = lesson
    monkeypatch.setattr(classes, "MOST_PEOPLE", 5)
    for i in range(5):
        polls.vote(box, code, f"person {i}", question, "0")
    with pytest.raises(QuotaError, match="room is full"):
        polls.vote(box, code, "eve", question, "1")
    polls.vote(box, code, "person 0", question, "1")
    assert polls.room(box, code).tally.counts == {"0": 4, "1": 1}


def test_one_address_fills_neither_the_room_nor_the_server(box, lesson, monkeypatch):
    code, question = lesson
    assert votes.EACH_ADDRESS == classes.EACH_ADDRESS_PEOPLE >= 60 < classes.MOST_PEOPLE
    monkeypatch.setattr(classes, "EACH_ADDRESS_PEOPLE", 5)
    for i in range(5):
        polls.vote(box, code, f"cookie {i}", question, "0", "one address")
    with pytest.raises(QuotaError, match="your network"):
        polls.vote(box, code, "cookie 5", question, "0", "one address")
    polls.vote(box, code, "ann", question, "1", "another")
    for _ in range(classes.EACH_ADDRESS_CLASSES):
        classes.start(box, "one address")
    with pytest.raises(QuotaError, match="from your network today"):
        classes.start(box, "one address")
    classes.start(box, "another")


# ---------------------------------------------------------------- questions


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (QuestionSpec(text=" ", choices=("a", "b")), "Write a question"),
        (QuestionSpec(text="q" * 401, choices=("a", "b")), "Write a question"),
        (QuestionSpec(text="q", choices=("a",)), "2 to 5 choices"),
        (QuestionSpec(text="q", choices=tuple("abcdef")), "2 to 5 choices"),
        (QuestionSpec(text="q", choices=("a", " ")), "1 to 160 characters"),
        (QuestionSpec(text="q", choices=("a", "c" * 161)), "1 to 160 characters"),
        (QuestionSpec(text="q", choices=("a", "a")), "the same"),
        (QuestionSpec(text="q", choices=("a", "b"), answer="2"), "none of the choices"),
        (QuestionSpec(text="q", answer="many"), "Type a number"),
        (QuestionSpec(text="q", choices=("a", "b"), link="x" * 501), "link is longer"),
    ],
)
def test_a_question_that_is_not_whole_is_refused(box, lesson, spec, said):
    code, question = lesson
    with pytest.raises(ValueError, match=said):
        polls.ask(box, code, "teacher", spec)
    assert polls.room(box, code).question.id == question


def test_a_question_may_hold_any_text(box, lesson):
    code, _ = lesson
    spec = QuestionSpec(text="<b>$x$</b> 你好 '; DROP TABLE votes", choices=('"a"', "b\\"))
    polls.ask(box, code, "teacher", spec)
    assert polls.room(box, code).question.spec == spec
