"""Guess the shape, then reveal: the commonest error of beginners, practised on a real network."""

import streamlit as st

from viz_models.digits import shape
from viz_models.language import gettext as _
from viz_models.records import Line, Step
from viz_models.ui.kit import state
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.flow.words import window

_AXES = {3: ("C", "H", "W"), 2: ("T", "C"), 1: ("C",)}


def guessed(step: Step) -> bool:
    """Whether this session has guessed the step's shape; the input's is given."""
    return step.op == "input" or step.name in state.notes("guesses")


def unsaid(steps: tuple[Step, ...]) -> frozenset[str]:
    """Return the steps whose shape is still to be guessed."""
    return frozenset(s.name for s in steps if not guessed(s))


def ask(step: Step) -> None:
    """Draw what goes in and how the operation is set; a field for every axis of what comes out."""
    taken = _(" and ").join(shape(s) for s in step.input_shapes)
    set_to = f", {window(step)}" if window(step) else ""
    kernels = (
        _(", {output_shape} kernels").format(output_shape=step.output_shape[0])
        if step.op in ("conv2d", "linear")
        else ""
    )
    with st.form("guess_form", border=True):
        st.markdown(
            _(
                "**{name}**: `{op}`{set_to}{kernels}. It takes {taken}. **What shape comes out?**"
            ).format(name=step.name, op=step.op, set_to=set_to, kernels=kernels, taken=taken)
        )
        axes = _AXES.get(len(step.output_shape), tuple("ABCDEF"[: len(step.output_shape)]))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            values = [
                control(
                    st.number_input,
                    axis,
                    key=f"guess_{axis}_{step.name}",
                    bound=False,
                    min_value=1,
                    max_value=1_000_000,
                    value=None,
                    width=120,
                )
                for axis in axes
            ]
            if st.form_submit_button(_("Reveal")):
                if None in values:
                    st.caption(_("Guess every axis first."))
                else:
                    state.notes("guesses")[step.name] = tuple(values)
                    st.rerun()


def mark(step: Step) -> list[Line]:
    """Return the guess beside the truth."""
    guess = state.notes("guesses").get(step.name)
    if guess is None:
        return []
    right = guess == step.output_shape
    said = "×".join(str(n) if n else "–" for n in guess)
    return [
        Line(label=_("out"), value=shape(step.output_shape), role="chosen"),
        Line(
            label=_("your guess is right") if right else _("your guess"),
            value=said,
            role="checked" if right else "warning",
        ),
    ]
