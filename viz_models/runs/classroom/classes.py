"""Classes without accounts: a secret for the teacher, a short code for the room."""

import hashlib
import secrets
import time
from collections.abc import Collection

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.language import gettext as _
from viz_models.runs.classroom.tables import people, questions, rooms
from viz_models.runs.database import Database
from viz_models.runs.owners import QuotaError

DAY_S = 24 * 3600.0  # a class ends by itself
LETTERS = (
    "ACDEFHJKMNPRTUVWXY3479"  # that nobody mistakes for another one: 5 of them, 5 million codes
)
LENGTH = 5
MOST_CLASSES = 1000  # at a time
EACH_ADDRESS_CLASSES = 20
MOST_PEOPLE = 400  # who ever came into one room
EACH_ADDRESS_PEOPLE = 120  # a class of sixty behind one address, who come twice
HERE_S = 25.0  # who was not seen for so long is not present


class NoSuchClassError(ValueError):
    """No class has this code now."""

    def __str__(self) -> str:
        """One line for people."""
        return "There is no class with this code now: check it, or ask your teacher."


class NotTheTeacherError(ValueError):
    """Somebody else may do this."""

    def __str__(self) -> str:
        """One line for people."""
        return "Only the teacher of this class may do this."


def start(database: Database, address: str = "") -> tuple[str, str]:
    """Begin a class; the secret is not kept, only its hash.

    Args:
        database: Where classes are.
        address: From where it is started; "" counts no addresses.

    Returns:
        (code of the room, secret of the teacher).

    Raises:
        QuotaError: If there are too many already.
    """
    secret, now = secrets.token_hex(16), time.time()
    with database.write() as connection:
        _forget_ended(connection, now)
        taken = set(connection.scalars(sql.select(rooms.c.code)))
        near = sql.select(sql.func.count()).where(rooms.c.address == address)
        if address and (connection.scalar(near) or 0) >= EACH_ADDRESS_CLASSES:
            raise QuotaError(_("too many classes were started from your network today: end one"))
        if len(taken) >= MOST_CLASSES:
            raise QuotaError(_("too many classes are open on this server: try again tomorrow"))
        code = _new_code()
        while code in taken:
            code = _new_code()
        row = {"code": code, "secret": _hash(secret), "address": address, "created": now}
        connection.execute(sql.insert(rooms).values(row))
    return code, secret


def cleaned(typed: str) -> str:
    """Return the code that somebody typed; "" if it cannot be one."""
    code = "".join(typed.split()).replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else ""


def with_secret(database: Database, secret: str) -> str:
    """Return the code of the class whose teacher's secret this is.

    Raises:
        NoSuchClassError: If it is nobody's.
    """
    query = sql.select(rooms.c.code).where(
        rooms.c.secret == _hash(secret), rooms.c.created >= time.time() - DAY_S
    )
    with database.read() as connection:
        code: str | None = connection.scalar(query)
    if code is None:
        raise NoSuchClassError
    return code


def come(database: Database, code: str, person: str, address: str = "", secret: str = "") -> bool:
    """Let somebody in.

    Args:
        database: Where classes are.
        code: Of the room.
        person: Who comes; one a browser.
        address: From where; "" counts no addresses.
        secret: The teacher's: whoever brings it once teaches from then on.

    Returns:
        Whether they teach.

    Raises:
        NoSuchClassError: If there is no such class now.
        QuotaError: If the room is full. Nobody who is in it is driven out.
    """
    with database.write() as connection:
        room = alive(connection, code)
        teaches = bool(secret) and secrets.compare_digest(room.secret, _hash(secret))
        return seat(connection, code, person, address, teaches=teaches)


def note_here(database: Database, code: str, persons: Collection[str]) -> None:
    """Note of all these, who have come in before, that they are still here."""
    here = sql.and_(people.c.room == code, people.c.person.in_(persons))
    with database.write() as connection:
        connection.execute(sql.update(people).where(here).values(seen=time.time()))


def seat(
    connection: Connection, code: str, person: str, address: str, *, teaches: bool = False
) -> bool:
    """Give somebody a place in a room, or keep it for them; returns whether they teach."""
    mine = sql.and_(people.c.room == code, people.c.person == person)
    found = connection.execute(sql.select(people.c.teaches).where(mine)).first()
    now = time.time()
    if found:
        teaches = teaches or bool(found.teaches)
        kept = {"seen": now, "teaches": int(teaches)}
        connection.execute(sql.update(people).where(mine).values(kept))
        return teaches
    here = sql.select(sql.func.count()).where(people.c.room == code, people.c.teaches == 0)
    if not teaches and (connection.scalar(here) or 0) >= MOST_PEOPLE:
        raise QuotaError(_("This room is full: ask your teacher to start another class."))
    near = here.where(people.c.address == address)
    if not teaches and address and (connection.scalar(near) or 0) >= EACH_ADDRESS_PEOPLE:
        raise QuotaError(_("Too many browsers of your network are in this room already."))
    row = {"room": code, "person": person, "address": address, "seen": now, "teaches": int(teaches)}
    connection.execute(sql.insert(people).values(row))
    return teaches


def is_in(database: Database, code: str, person: str) -> bool:
    """Whether somebody has come into this room before."""
    mine = sql.select(people.c.person).where(people.c.room == code, people.c.person == person)
    with database.read() as connection:
        return connection.scalar(mine) is not None


def taught_by(database: Database, person: str) -> tuple[str, ...]:
    """Return the codes of the open classes that somebody teaches, the latest first."""
    mine = sql.select(rooms.c.code).join(people, people.c.room == rooms.c.code)
    mine = mine.where(people.c.person == person, people.c.teaches == 1)
    mine = mine.where(rooms.c.created >= time.time() - DAY_S).order_by(rooms.c.created.desc())
    with database.read() as connection:
        return tuple(connection.scalars(mine))


def end(database: Database, code: str, person: str) -> None:
    """Close a room; its code and its secret mean nothing from now on.

    Raises:
        NotTheTeacherError: If somebody else asks for it.
    """
    with database.write() as connection:
        check_teacher(connection, code, person)
        _forget(connection, [code])


def alive(connection: Connection, code: str) -> sql.Row[tuple[str, str, str, float]]:
    """Return the row of a room.

    Raises:
        NoSuchClassError: If there is no such class, or it is over.
    """
    mine = sql.select(rooms).where(rooms.c.code == code, rooms.c.created >= time.time() - DAY_S)
    found = connection.execute(mine).first()
    if found is None:
        raise NoSuchClassError
    return found


def check_teacher(connection: Connection, code: str, person: str) -> None:
    """Nothing, if somebody teaches this class.

    Raises:
        NoSuchClassError: If there is no such class now.
        NotTheTeacherError: If they do not.
    """
    alive(connection, code)
    mine = sql.select(people.c.teaches).where(people.c.room == code, people.c.person == person)
    if not connection.scalar(mine):
        raise NotTheTeacherError


def _forget_ended(connection: Connection, now: float) -> None:
    over = sql.select(rooms.c.code).where(rooms.c.created < now - DAY_S)
    _forget(connection, list(connection.scalars(over)))


def _forget(connection: Connection, codes: list[str]) -> None:
    """Remove rooms; their votes go by themselves (`votes.KEPT_S`)."""
    if codes:
        connection.execute(sql.delete(people).where(people.c.room.in_(codes)))
        connection.execute(sql.delete(questions).where(questions.c.room.in_(codes)))
        connection.execute(sql.delete(rooms).where(rooms.c.code.in_(codes)))


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
