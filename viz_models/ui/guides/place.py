"""Which lesson and which of its steps are on: the URL says it, the session keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from viz_models import language
from viz_models.guides import shelf
from viz_models.records.guides import Guide, GuideStep
from viz_models.ui.guides import mine
from viz_models.ui.kit import speech

PARAM = "lesson"
_SAID = "forward_pass.guide.said"  # as the URL said it: "skips.3"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a lesson the reader is."""

    guide: Guide
    number: int  # of the step, from 1

    @property
    def step(self) -> GuideStep:
        """Return the step that is on."""
        return self.guide.steps[self.number - 1]


def enter() -> bool:
    """Read which step the URL names; called once a run by the frame.

    Returns:
        Whether another step was entered, so that its view counts and nothing chosen before.
    """
    said = st.query_params.get(PARAM)
    if said is None or said == st.session_state.get(_SAID):
        return False
    st.session_state[_SAID] = said
    return here() is not None


def here() -> Place | None:
    """Return the step that is on, if a lesson is."""
    name, _, number = st.session_state.get(_SAID, "").partition(".")
    guide = guides().get(name)
    if guide is None:
        return None
    number = number.partition(".")[0]
    known = number.isascii() and number.isdecimal() and 1 <= int(number[:4]) <= len(guide.steps)
    return Place(guide, int(number) if known else 1)


def said() -> str:
    """Return what belongs into the URL: "skips.3", or "" without a lesson."""
    return st.session_state[_SAID] if here() else ""


def guides() -> Mapping[str, Guide]:
    """Return all lessons that this reader can walk."""
    return {**shelf.shipped(language.current()), **mine.guide()}


def end() -> None:
    """End the lesson; the page stays as it is."""
    st.session_state.pop(_SAID, None)
    st.query_params.pop(PARAM, None)


def address(step: GuideStep) -> str:
    """Return the address of a step's view, from any page."""
    return _address(step, step.id)


def address_again(step: GuideStep) -> str:
    """Return the address of the view of the step that is on.

    It is spelled in another way than now, so that the view counts again.
    """
    other = f"{step.id}.0" if st.session_state.get(_SAID) == step.id else step.id
    return _address(step, other)


def _address(step: GuideStep, name: str) -> str:
    path = "" if step.path == "home" else step.path
    return f"./{path}?{urlencode([*step.params, (PARAM, name), *speech.params().items()])}"
