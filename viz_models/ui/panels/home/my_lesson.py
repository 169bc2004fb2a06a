"""The editor of a teacher's own lesson: its text, what is wrong with it, and its steps."""

from collections.abc import Mapping

import streamlit as st

from viz_models import language
from viz_models.guides import editing, shelf
from viz_models.guides.reading import LONGEST, LessonError
from viz_models.language import gettext as _
from viz_models.records.guides import Guide
from viz_models.ui.guides import mine, panel, place
from viz_models.ui.kit import words
from viz_models.ui.kit.controls import control

HEIGHT = 560  # px
_FIELD = "my_text"
_TROUBLE = "forward_pass.guide.trouble"
Words = Mapping[str, str]


def draw_text(text: Words) -> None:
    """Draw the Markdown, to be edited in place."""
    if st.session_state.get(_FIELD) != mine.text():
        st.session_state[_FIELD] = mine.text() or ""  # a view was added elsewhere
    control(
        st.text_area,
        text["Field"],
        key=_FIELD,
        bound=False,
        height=HEIGHT,
        max_chars=LONGEST,
        on_change=_typed,
    )
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(
            _("Download"),
            mine.text() or "",
            "my_lesson.en.md",
            "text/markdown",
            on_click="ignore",
            icon=":material/download:",
            disabled=not mine.text(),
            key="my_download",
        )
        st.button(_("Add a question"), icon=":material/help:", key="my_question", on_click=_ask)
        st.button(_("Start anew"), icon=":material/delete:", key="my_anew", on_click=_anew)


def _typed() -> None:
    mine.put(st.session_state[_FIELD])


def _ask() -> None:
    mine.put((mine.text() or editing.TEMPLATE).rstrip() + "\n" + editing.QUESTION)


def _anew() -> None:
    mine.put("")


def draw_check(text: Words) -> None:
    """Draw the steps with their order, or one line for each mistake."""
    if not (mine.text() or "").strip():
        st.markdown(text["Nothing yet"])
        return
    try:
        guide = mine.read()
    except LessonError as error:
        st.markdown(text["Mistakes"].format(count=len(error.mistakes)))
        st.markdown("\n".join(f"- {words.plain(line)}" for line in error.mistakes[:12]))
        return
    st.markdown(text["Whole"].format(title=words.plain(guide.title), count=len(guide.steps)))
    panel.draw_link(place.address(guide.steps[0]), text["Walk"])
    _draw_steps(guide)


def _draw_steps(guide: Guide) -> None:
    for i, step in enumerate(guide.steps, start=1):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            asks = " :material/help:" if step.question else ""
            st.markdown(f"**{i}** {step.title}{asks}", width="stretch")
            st.button(
                "",
                icon=":material/arrow_upward:",
                key=f"my_up_{i}",
                help=_("Move this step up"),
                type="tertiary",
                disabled=i == 1,
                on_click=_up,
                args=(i,),
            )


def _up(number: int) -> None:
    mine.put(editing.moved_up(mine.text() or "", number))


def draw_others(text: Words) -> None:
    """Draw how to open a file, or to begin with a lesson that is there."""
    st.subheader(text["Open"].partition("\n")[0])
    control(
        st.file_uploader,
        text["Open"].partition("\n")[2].strip(),
        key="my_file",
        bound=False,
        type=["md"],
        max_upload_size=1,
        on_change=_opened,
    )
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.error(words.plain(trouble))
    with st.container(horizontal=True, gap="xsmall"):
        for name, guide in place.guides().items():
            if name != mine.NAME:
                key = f"my_from_{name}"
                st.button(guide.title, key=key, type="tertiary", on_click=_from, args=(name,))


def _opened() -> None:
    file = st.session_state["my_file"]
    if file is None:
        return
    try:
        mine.put(file.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        st.session_state[_TROUBLE] = _("{name} is no text in UTF-8.").format(name=file.name)


def _from(name: str) -> None:
    mine.put(shelf.text(name, language.current()))
