"""The teacher's next question: typed, of a guided lesson, or a question card of the Train page."""

from collections.abc import Mapping

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.classroom.room import QuestionSpec
from viz_models.ui.kit import words
from viz_models.ui.kit.controls import chips, control
from viz_models.ui.results.classroom import room as results
from viz_models.ui.results.classroom import room_cards as cards
from viz_models.ui.results.classroom import room_steps as steps

KINDS = {
    "own": N_("Your own question"),
    "number": N_("Estimate a number"),
    "lesson": N_("From a lesson"),
    "card": N_("A question card"),
}
_EMPTY = {"ask_text": "", "ask_choices": "", "ask_number": None}
_TROUBLE = "forward_pass.class.unasked"
RIGHT = "*"  # stands before the right choice


def draw(code: str, text: Mapping[str, str]) -> None:
    """Draw the form."""
    st.subheader(_("Ask the room"))
    kind = chips(_("Kind of question"), KINDS, key="ask", default="own")
    if trouble := st.session_state.pop(_TROUBLE, ""):
        st.warning(trouble)
    if kind in ("card", "lesson"):
        _draw_listed(code, kind)
        return
    st.caption(text[f"Ask: {kind}"])
    control(st.text_input, _("Question"), key="ask_text", bound=False, max_chars=400)
    if kind == "own":
        control(st.text_area, _("Choices"), key="ask_choices", bound=False, height=140)
    else:
        control(
            st.number_input,
            _("Right number (may stay empty)"),
            key="ask_number",
            bound=False,
            value=None,
            format="%g",
        )
    st.button(_("Ask"), type="primary", key="ask_it", on_click=_ask, args=(code, kind))


def _draw_listed(code: str, kind: str) -> None:
    """Draw the questions that the site has, and one of them as the room will read it."""
    if kind == "lesson":
        questions = steps.questions()
        step = control(
            st.selectbox, _("Step"), list(questions), key="ask_step", format_func=steps.title
        )
        spec = questions[step]
    else:
        titles = cards.titles()
        chosen = control(st.selectbox, _("Question card"), list(titles), key="ask_card")
        spec = cards.question(titles[chosen])
    st.markdown(words.plain(spec.text))
    st.markdown("\n".join(f"- {words.plain(choice)}" for choice in spec.choices))
    st.button(_("Ask"), type="primary", key="ask_it", on_click=_put, args=(code, spec))


def _ask(code: str, kind: str) -> None:
    typed = st.session_state.get
    if kind == "number":
        right = typed("ask_number")
        spec = QuestionSpec(
            text=(typed("ask_text") or "").strip(), answer="" if right is None else repr(right)
        )
    else:
        spec = own(typed("ask_text") or "", typed("ask_choices") or "")
        if not spec.choices:
            st.session_state[_TROUBLE] = _("Write 2 to 5 choices, one a line.")
            return
    _put(code, spec)
    if _TROUBLE not in st.session_state:
        for field, empty in _EMPTY.items():
            st.session_state[field] = empty


def own(text: str, lines: str) -> QuestionSpec:
    """Return the question that somebody typed.

    Args:
        text: The question.
        lines: A choice in each; the right one begins with a "*".
    """
    typed = [line.strip() for line in lines.splitlines() if line.strip(f"{RIGHT} \t")]
    right = [str(i) for i, line in enumerate(typed) if line.startswith(RIGHT)]
    return QuestionSpec(
        text=text.strip(),
        choices=tuple(line.removeprefix(RIGHT).strip() for line in typed),
        answer=right[0] if len(right) == 1 else "",
    )


def _put(code: str, spec: QuestionSpec) -> None:
    try:
        results.ask(code, spec)
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE] = str(error)
