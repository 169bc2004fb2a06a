"""A step's question: choices or a number, and then the answer."""

import math
import re

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import gettext as _
from viz_models.records.guides import Estimate, GuideStep
from viz_models.ui.guides.answers import LOOKED, forget, give, given
from viz_models.ui.kit.controls import control


def is_open(step: GuideStep) -> bool:
    """Whether the step's question waits for an answer."""
    return bool(step.question) and given(step) is None


def draw_question(step: GuideStep) -> None:
    """Draw the question; once it is answered, what was said beside what is right, and why."""
    if not step.question:
        return
    st.markdown(_("**Question.** {question}").format(question=step.question))
    answer = given(step)
    if answer is None:
        _ask(step)
        return
    with st.container(key="guide_answer", gap="xsmall"):
        st.markdown(_marked(step, answer))
        st.markdown(step.answer)
    st.button(
        _("Answer it again"),
        key=f"again_{step.id}",
        type="tertiary",
        on_click=forget,
        args=(step.id,),
    )


def _ask(step: GuideStep) -> None:
    if step.estimate:
        _ask_number(step, step.estimate)
    for i, choice in enumerate(step.choices):
        st.button(
            choice.text,
            key=f"choice_{step.id}_{i}",
            width="stretch",
            on_click=give,
            args=(step, str(i)),
        )
    if set(step.locked + step.hidden) - {"answer"}:
        st.caption(_(":material/lock: What this is about is locked until you have answered."))
    st.button(
        _("Show the answer"),
        key=f"choice_{step.id}_look",
        type="tertiary",
        on_click=give,
        args=(step, LOOKED),
    )


def _ask_number(step: GuideStep, estimate: Estimate) -> None:
    with st.form(f"estimate_form_{step.id}", border=False):
        said: str = control(
            st.text_input,
            _("Your estimate, in {unit}").format(unit=estimate.unit)
            if estimate.unit
            else _("Your estimate"),
            key=f"estimate_{step.id}",
            bound=False,
            placeholder=_("a number"),
        )
        if st.form_submit_button(_("Answer"), width="stretch"):
            number = parsed(said)
            if number is None:
                st.caption(_("Write a number, such as 8192 or 0.5."))
            else:
                give(step, repr(number))
                st.rerun()


def parsed(text: str) -> float | None:
    """Return the number that somebody wrote: "11,689,512", "11.7 M", "−0.5", "1e6", "50 %"."""
    text = text.strip().replace("−", "-")
    found = re.fullmatch(r"([-+]?[\d.,  ]*\d[\d.]*(?:e[-+]?\d+)?)\s*([kKM]?)\s*\D*", text[:60])
    if not found or len(text) > 60:
        return None
    try:
        number = float(re.sub("[,  ]", "", found[1]))
    except ValueError:
        return None
    number *= {"k": 1e3, "K": 1e3, "M": 1e6}.get(found[2], 1.0)
    return number if math.isfinite(number) else None


def _marked(step: GuideStep, answer: str) -> str:
    """Return what is right, beside what was answered."""
    if step.estimate:
        return _marked_estimate(step.estimate, answer)
    lines = []
    for i, choice in enumerate(step.choices):
        mine = _(" (your answer)") if answer == str(i) else ""
        if choice.right:
            lines.append(f":green[:material/check_circle:] **{choice.text}**{mine}")
        elif mine:
            lines.append(f":orange[:material/cancel:] {choice.text}{mine}")
        else:
            lines.append(f":material/radio_button_unchecked: {choice.text}")
    return "  \n".join(lines)


def _marked_estimate(estimate: Estimate, answer: str) -> str:
    right = f"**{_written(estimate.value)}** {estimate.unit}".strip()
    if answer == LOOKED:
        return f":green[:material/check_circle:] {right}"
    said = float(answer)
    if estimate.is_met(said):
        return _(":green[:material/check_circle:] {right} (you said {written})").format(
            right=right, written=_written(said)
        )
    off = ""
    if estimate.value and said > 0 < estimate.value:
        share = said / estimate.value
        factor = share if share > 1 else 1 / share
        way = _("too many") if share > 1 else _("too few")
        off = (
            f", {percent(factor - 1)} {way}"
            if factor < 2
            else _(", a factor of {factor}").format(factor=digits(factor, 2))
        )
    return _(":orange[:material/arrow_forward:] {right} (you said {written}{off})").format(
        right=right, written=_written(said), off=off
    )


def _written(value: float) -> str:
    whole = float(value).is_integer() and abs(value) < 1e15
    return f"{value:,.0f}".replace("-", "−") if whole else digits(value)
