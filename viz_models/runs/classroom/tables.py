"""The tables of classes; the votes themselves lie with all others (`database.votes`)."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

CLASSES = MetaData()
rooms = Table(
    "rooms",
    CLASSES,
    Column("code", String(8), primary_key=True),
    Column("secret", String(64), nullable=False, unique=True),  # SHA-256 of the teacher's
    Column("address", String(64), nullable=False),  # from where it was started
    Column("created", Float, nullable=False),
)
people = Table(
    "people",
    CLASSES,
    Column("room", String(8), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("address", String(64), nullable=False),
    Column("teaches", Integer, nullable=False),
    Column("seen", Float, nullable=False),
)
questions = Table(
    "questions",
    CLASSES,
    Column("id", String(32), primary_key=True),
    Column("room", String(8), nullable=False, index=True),
    Column("place", Integer, nullable=False),  # 1 is the first of its class
    Column("text", Text, nullable=False),
    Column("choices", Text, nullable=False),  # JSON; an empty list asks for a number
    Column("answer", Text, nullable=False),  # place of the right choice, or the number; "": none
    Column("link", Text, nullable=False),  # where the site shows the answer; "": nowhere
    Column("asked", Float, nullable=False),
    Column("revealed", Float),
)
