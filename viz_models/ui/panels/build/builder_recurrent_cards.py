"""The cards beside a recurrent network: its states over time, and one step back."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.language import gettext as _
from viz_models.records import Line, RaceLine, RnnSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import words
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.results.build import builder as results

STATES = 170  # px
SHOWN = 3  # digits of a factor


def draw(view: View, text: Mapping[str, str]) -> None:
    """Draw the cards of a recurrent network that is small enough to be built."""
    spec = view.asked.spec
    if not isinstance(spec, RnnSpec) or not view.small:
        return
    rows = spec.source == "rows"
    unit = _("row") if rows else _("token")
    draw_states(view, text["Over time"].format(unit=unit), unit, rows=rows)
    if not spec.bidirectional:
        specs, yours = results.entries(spec, view.loss)
        draw_step_back(view, results.line(specs[yours], 0), text, unit)
    st.caption(text["What is counted"])


def draw_states(view: View, said: str, unit: str, *, rows: bool) -> None:
    """Draw the state behind every step, a column a step; the chosen one is lit."""
    states = np.stack([value.ravel() for value in view.walk.values[2:-1]], axis=1)  # (H, T)
    gradient = view.walk.spec.kept == "gradient"
    chosen = np.arange(states.shape[1]) == view.block
    with st.container(border=True):
        tiles(
            [
                Tiles(
                    name=_("states"),
                    values=states[None],
                    title=_("the gradient at the state") if gradient else _("the state over time"),
                    note=(
                        _("{count} values, {n} rows") if rows else _("{count} values, {n} tokens")
                    ).format(count=len(states), n=states.shape[1]),
                    scheme="diverging",
                    axes=(_("unit"), unit),
                    lit=chosen[None, None, :],
                    stretch=True,
                    exact=False,
                )
            ],
            key="states",
            luts=luts(is_dark()),
            height=STATES,
        )
        st.caption(said)


def draw_step_back(view: View, line: RaceLine, text: Mapping[str, str], unit: str) -> None:
    """Draw what one step multiplies the gradient by, and what is left of it after all steps."""
    ledger(
        step_back(line, view.block + 1, unit),
        key="step_back",
        title=_("One step back"),
        note=_("gradient at the state"),
        terms=words.glossary(),
    )
    st.caption(text["One step back"].format(unit=unit))


def step_back(line: RaceLine, at: int, unit: str) -> list[Line]:
    """Return the gradient behind step `at`, before it, and over all steps; the last one is 1."""
    found = line.values("gradient")
    steps = len(found) - 1
    behind, before, first = float(found[at]), float(found[at - 1]), float(found[0])
    lines = [
        Line(label=_("behind {unit} {at}").format(unit=unit, at=at), value=digits(behind, SHOWN)),
        Line(label=_("before {unit} {at}").format(unit=unit, at=at), value=digits(before, SHOWN)),
        Line(
            label=_("{unit} {at} multiplies it by").format(unit=unit, at=at),
            value=f"×{digits(before / behind, SHOWN)}" if behind else "0 ÷ 0",
            role="chosen",
            rule=True,
        ),
    ]
    if first > 0:
        mean = first ** (1 / steps)
        lines += [
            Line(label=_("a {unit} on average").format(unit=unit), value=f"×{digits(mean, SHOWN)}"),
            Line(
                label=_("{mean} multiplied {steps} times").format(
                    mean=digits(mean, SHOWN), steps=steps
                ),
                value=digits(first, SHOWN),
            ),
        ]
    return lines
