"""One training in one process and in two that share each batch, side by side here."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import (
    Arm,
    Budget,
    DigitsNetSpec,
    Experiment,
    ExperimentSpec,
    NetNorm,
    OptimizerSpec,
    RunSpec,
)
from viz_models.ui.kit import owner
from viz_models.ui.kit.controls import chips, control_row
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.results.train import workers as results

NORMS: dict[str, NetNorm] = {"none": "none", "batch": "batch"}
NAMES = {"none": N_("no normalization"), "batch": "BatchNorm"}
SEEDS = tuple(range(10))


def draw_training(text: Mapping[str, str]) -> None:
    """Draw the choice of a network and the button; or both runs, and how far they are apart."""
    st.markdown(text["Train with two processes"])
    if owner.hosted():
        st.caption(text["Hosted"])
        return
    with control_row():
        norm = NORMS[chips(_("Network"), NAMES, key="net", default="none", show=_("Network"))]
    asked = partial(here, norm)
    train_here.draw(train_here.opened(asked(0).arms), asked, SEEDS, told=_told)


def here(norm: NetNorm, seed: int) -> ExperimentSpec:
    """Return the same run in one process and in two."""
    one = RunSpec(
        model=DigitsNetSpec(norm=norm),
        optimizer=OptimizerSpec(name="momentum", lr=0.05),
        batch_size=64,
        budget=Budget(amount=160, unit="steps"),
        device="cpu",
        evaluations=8,
    )
    return ExperimentSpec(
        name=N_("One process or two"),
        arms=(
            Arm(label=N_("{n} process").format(n=1), run=one),
            Arm(label=N_("{n} processes").format(n=2), run=replace(one, workers=2)),
        ),
        seeds=(seed,),
    )


def _told(found: Experiment) -> str:
    """Return how far both runs are apart, once both have finished."""
    if any(run.state != "finished" for run in found.runs):
        return _("seed {seed}").format(seed=found.spec.seeds[0])
    apart = results.apart(found)
    return _(
        "Measured here, seed {seed}: the training losses differ by {first} at the first step, by "
        "{most} at most; accuracy {one} in one process, {two} in two"
    ).format(
        seed=found.spec.seeds[0],
        first=digits(apart[0], 2),
        most=digits(max(apart), 2),
        one=percent(found.runs[0].accuracy or 0.0),
        two=percent(found.runs[1].accuracy or 0.0),
    )
