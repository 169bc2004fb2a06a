"""A teacher's own lesson: kept in the session and in the browser, without an account."""

from collections.abc import Mapping

import streamlit as st

from viz_models import language
from viz_models.guides import reading, shelf
from viz_models.records.guides import Guide
from viz_models.ui.guides import answers

NAME = "my"  # of the lesson in the URL
_TEXT = "forward_pass.guide.mine"
_READ = "forward_pass.guide.mine.read"  # what was read of which text


def text() -> str | None:
    """Return its Markdown; None while this session knows of none, "" after it was thrown away."""
    return st.session_state.get(_TEXT)


def put(markdown: str) -> None:
    """Keep another text; what was answered to the one before it is forgotten."""
    if text() is not None and text() != markdown:
        answers.forget(f"{NAME}.")
    st.session_state[_TEXT] = markdown[: reading.LONGEST + 1]


def read() -> Guide:
    """Return the lesson.

    Raises:
        LessonError: With one line for each mistake.
    """
    markdown = text() or ""
    token = (markdown, language.current())  # mistakes are said in the reader's language
    if st.session_state.get(_READ, (None,))[0] != token:
        try:
            found: Guide | reading.LessonError = reading.read(markdown, NAME, shelf.pages())
        except reading.LessonError as error:
            found = error
        st.session_state[_READ] = (token, found)
    known = st.session_state[_READ][1]
    if isinstance(known, reading.LessonError):
        raise known
    return known


def guide() -> Mapping[str, Guide]:
    """Return the lesson by its name, if there is one without mistakes."""
    try:
        return {NAME: read()} if text() else {}
    except reading.LessonError:
        return {}
