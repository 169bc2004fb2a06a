"""What was answered in guided lessons: kept by session and browser, without an account."""

import json
import math

import streamlit as st

from viz_models.records.guides import GuideStep

LOOKED = ""  # the answer of somebody who only looks
_ANSWERS = "forward_pass.guide.answers"  # id of the step -> what was answered
_LONGEST, _MOST = 40, 1000  # characters of an id or an answer, and how many are kept


def given(step: GuideStep) -> str | None:
    """Return what was answered: the number of a choice, an estimate, or LOOKED; None for nothing.

    An answer that the question cannot have, such as one to an older text, is none.
    """
    answer = _all().get(step.id)
    return answer if answer is not None and _is_meant(step, answer) else None


def give(step: GuideStep, answer: str) -> None:
    """Answer the question; the first answer counts."""
    if given(step) is None:
        st.session_state[_ANSWERS] = {**_all(), step.id: answer}


def forget(begin: str) -> None:
    """Forget the answers to steps whose id begins like this."""
    if _ANSWERS in st.session_state:
        kept = {id_: answer for id_, answer in _all().items() if not id_.startswith(begin)}
        st.session_state[_ANSWERS] = kept


def text() -> str | None:
    """Return all answers as JSON; None while the browser was not asked, "" without one."""
    if _ANSWERS not in st.session_state:
        return None
    return json.dumps(_all()) if _all() else ""


def recall(kept: str) -> None:
    """Take what a browser has kept; what it cannot mean is left out."""
    try:
        found = json.loads(kept)
    except (ValueError, RecursionError):
        found = {}
    pairs = found.items() if isinstance(found, dict) else ()
    known = {id_: answer for id_, answer in pairs if _is_short(id_) and _is_short(answer)}
    st.session_state[_ANSWERS] = dict([*known.items(), *_all().items()][-_MOST:])


def _all() -> dict[str, str]:
    answers: dict[str, str] = st.session_state.get(_ANSWERS, {})
    return answers


def _is_short(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST


def _is_meant(step: GuideStep, answer: str) -> bool:
    if answer == LOOKED:
        return True
    if not step.estimate:
        return answer in {str(i) for i in range(len(step.choices))}
    try:
        return math.isfinite(float(answer))
    except ValueError:
        return False
