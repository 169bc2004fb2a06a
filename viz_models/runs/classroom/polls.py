"""What a class is asked, and what it votes. The teacher asks and reveals; all others vote."""

import json
import math
import time
import uuid
from collections import Counter

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.language import gettext as _
from viz_models.records.classroom.room import (
    MOST_CHOICES,
    Question,
    QuestionSpec,
    Room,
    Tally,
)
from viz_models.runs.classroom import classes, votes
from viz_models.runs.classroom.tables import people, questions
from viz_models.runs.database import Database
from viz_models.runs.database import votes as ballots
from viz_models.runs.owners import QuotaError

MOST_QUESTIONS = 100  # in one class
LONGEST_TEXT, LONGEST_CHOICE, LONGEST_LINK = 400, 160, 500  # characters
LONGEST_NUMBER = 30  # characters
LARGEST_NUMBER = 1e15


class ClosedError(ValueError):
    """Nobody votes on this any more."""

    def __str__(self) -> str:
        """One line for people."""
        return "This question is closed: what you chose before counts."


def ask(database: Database, code: str, person: str, spec: QuestionSpec) -> str:
    """Put a question to the room; the one before it is closed.

    Returns:
        The question's id.

    Raises:
        ValueError: If the question is not whole, or somebody else than the teacher asks.
    """
    _check(spec)
    new = uuid.uuid4().hex
    with database.write() as connection:
        classes.check_teacher(connection, code, person)
        asked = sql.select(sql.func.count()).where(questions.c.room == code)
        before = connection.scalar(asked) or 0
        if before >= MOST_QUESTIONS:
            raise QuotaError(
                _("{most_questions} questions are enough: start another class").format(
                    most_questions=MOST_QUESTIONS
                )
            )
        row = {
            "id": new,
            "room": code,
            "place": before + 1,
            "text": spec.text,
            "choices": json.dumps(spec.choices),
            "answer": spec.answer,
            "link": spec.link,
            "asked": time.time(),
        }
        connection.execute(sql.insert(questions).values(row))
    return new


def reveal(database: Database, code: str, person: str, question: str) -> None:
    """Show the room its votes and the answer; from now on nobody votes on this question.

    Raises:
        ValueError: If somebody else than the teacher asks for it.
    """
    with database.write() as connection:
        classes.check_teacher(connection, code, person)
        open_ = sql.and_(questions.c.id == question, questions.c.room == code)
        shown = sql.update(questions).where(open_, questions.c.revealed.is_(None))
        connection.execute(shown.values(revealed=time.time()))


def vote(
    database: Database, code: str, person: str, question: str, choice: str, address: str = ""
) -> None:
    """Count a vote; until the teacher reveals, a second one of the same person replaces the first.

    Nobody sees the votes before that, so whoever changes their mind follows no crowd.

    Raises:
        ClosedError: If this is not the open question of the class.
        ValueError: If the choice is none of this question.
        QuotaError: If the room, or the share of the address, is full.
    """
    with database.write() as connection:
        classes.alive(connection, code)
        asked = _latest(connection, code)
        if asked is None or asked.id != question or asked.revealed:
            raise ClosedError
        said = _meant(asked.spec, choice)
        if classes.seat(connection, code, person, address):
            raise ValueError(_("You teach this class: your vote does not count."))
        votes.forget(connection, question, person)
        if not votes.put(connection, question, person, said, address):
            raise QuotaError(_("Too many browsers of your network have voted already."))


def mine(database: Database, question: str, person: str) -> str | None:
    """Return what somebody voted for; None for nothing."""
    said = sql.select(ballots.c.choice).where(
        ballots.c.question == question, ballots.c.voter == person
    )
    with database.read() as connection:
        found: str | None = connection.scalar(said)
        return found


def room(database: Database, code: str) -> Room:
    """Return a class as it stands.

    Raises:
        NoSuchClassError: If there is none now.
    """
    with database.read() as connection:
        row = classes.alive(connection, code)
        here = sql.select(people.c.person).where(
            people.c.room == code,
            people.c.teaches == 0,
            people.c.seen >= time.time() - classes.HERE_S,
        )
        present = set(connection.scalars(here))
        asked = _latest(connection, code)
        return Room(
            code=code,
            ends=row.created + classes.DAY_S,
            present=len(present),
            question=asked,
            tally=_tally(connection, asked.id, present) if asked else Tally(),
        )


def _tally(connection: Connection, question: str, present: set[str]) -> Tally:
    said = sql.select(ballots.c.voter, ballots.c.choice).where(ballots.c.question == question)
    rows = connection.execute(said).all()
    return Tally(
        counts=Counter(row.choice for row in rows),
        voters=len(rows),
        gone=sum(row.voter not in present for row in rows),
    )


def _latest(connection: Connection, code: str) -> Question | None:
    asked = sql.select(questions).where(questions.c.room == code)
    row = connection.execute(asked.order_by(questions.c.place.desc()).limit(1)).first()
    if row is None:
        return None
    spec = QuestionSpec(
        text=row.text, choices=tuple(json.loads(row.choices)), answer=row.answer, link=row.link
    )
    return Question(id=row.id, place=row.place, spec=spec, revealed=row.revealed is not None)


def _check(spec: QuestionSpec) -> None:
    """Nothing, if a question can be asked.

    Raises:
        ValueError: If not; one line says what to do.
    """
    if not spec.text.strip() or len(spec.text) > LONGEST_TEXT:
        raise ValueError(
            _("Write a question of 1 to {longest_text} characters.").format(
                longest_text=LONGEST_TEXT
            )
        )
    if not spec.is_number and not 2 <= len(spec.choices) <= MOST_CHOICES:
        raise ValueError(
            _("Write 2 to {most_choices} choices, one a line.").format(most_choices=MOST_CHOICES)
        )
    if any(not choice.strip() or len(choice) > LONGEST_CHOICE for choice in spec.choices):
        raise ValueError(
            _("Write choices of 1 to {longest_choice} characters.").format(
                longest_choice=LONGEST_CHOICE
            )
        )
    if len(set(spec.choices)) < len(spec.choices):
        raise ValueError(_("Two choices are the same: change one."))
    if len(spec.link) > LONGEST_LINK:
        raise ValueError(
            _("The link is longer than {longest_link} characters.").format(
                longest_link=LONGEST_LINK
            )
        )
    if spec.answer:
        _meant(spec, spec.answer)


def _meant(spec: QuestionSpec, choice: str) -> str:
    """Return a vote as it is kept.

    Raises:
        ValueError: If it is none of this question.
    """
    if not spec.is_number:
        if choice in {str(place) for place in range(len(spec.choices))}:
            return choice
        raise ValueError(_("This is none of the choices: choose one of them."))
    try:
        value = float(choice) if len(choice) <= LONGEST_NUMBER else math.nan
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST_NUMBER:  # nor nan
        raise ValueError(_("Type a number between −1e15 and 1e15."))
    return repr(value + 0.0)
