"""A class without accounts: the teacher asks and reveals, the room votes."""

import streamlit as st

from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.classroom import room as entrance
from viz_models.ui.panels.classroom import room_student, room_teacher
from viz_models.ui.results.classroom import room as results


def main() -> None:
    """Draw the page: the way in, or the room as a teacher, a student or a projector sees it."""
    text = words.sections(__file__)
    trouble = ""
    try:
        results.take_secret()
        if typed := results.code():
            with st.container(key="class_room"):
                draw_room(typed, text)
            return
    except (ValueError, OSError) as error:  # no such class, a full room, a store that is silent
        trouble = str(error)
    said = lesson.head(text)
    lesson.answer(said, text["Answer"])
    entrance.draw_entrance(text, trouble)
    st.markdown(text["How it works"])


def draw_room(typed: str, text: dict[str, str]) -> None:
    """Draw a room as whoever looks may see it.

    Raises:
        ValueError: If there is no such class now, or no place in it.
    """
    if results.is_screen():
        room_teacher.draw_screen(results.known(typed), text)
        return
    code, teaches = results.come(typed)
    (room_teacher if teaches else room_student).draw(code, text)


main()
