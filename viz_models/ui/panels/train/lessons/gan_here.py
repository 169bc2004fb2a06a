"""A GAN that is trained here: its plane and its losses while it goes on, and how it ended."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from viz_models.digits import percent
from viz_models.figures.train import gan as figures
from viz_models.language import gettext as _
from viz_models.records import Arm, ExperimentSpec, Line
from viz_models.records.train.gan import GanRun, GanSpec
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.panels.train import live
from viz_models.ui.panels.train.lessons.gan import View
from viz_models.ui.panels.train.lessons.gan_more import LOSS_NAMES, LOSSES, NOTES
from viz_models.ui.results.train import gan as results
from viz_models.ui.results.train.watch import Watched

SEEDS = tuple(range(1, 11))  # the recorded run of seed 0 is above


def draw_own(view: View, text: Mapping[str, str]) -> None:
    """Draw the choices of a run, and the run while it goes on and afterwards."""
    st.subheader(_("Train it here"))
    st.markdown(text["Train it here"])
    with control_row():
        loss = chips(
            _("Loss of G here"), LOSS_NAMES, key="loss", default=NOTES, show=_("Loss of G")
        )
        k = slider(_("D steps for each G step"), (1, 2, 5), "k", 110, value=1)
    spec = GanSpec(
        data=view.data, optimizer=view.optimizer, loss=LOSSES[loss], discriminator_steps=k
    )
    asked = partial(here, spec)
    train_here.draw(train_here.opened(asked(0).arms), asked, SEEDS, follow=_draw_live)


def here(spec: GanSpec, seed: int) -> ExperimentSpec:
    """Return one run with a seed of the reader's."""
    label = figures.NAMES[spec.loss]
    return ExperimentSpec(
        name=f"GAN, {label}",
        arms=(Arm(label=label, run=lesson_run(replace(spec, seed=0))),),
        seeds=(seed,),
    )


def _draw_live(id: str) -> None:
    live.draw_live(id, partial(live.follow, draw=_draw))


def _draw(watched: list[Watched]) -> None:
    """Draw the last moment of a run, the losses so far, and how far it is."""
    (found,) = watched[0].results() or (None,)
    if isinstance(found, GanRun):
        left, right = st.columns([1, 1.25], gap="xsmall")
        with left.container(border=True, height="stretch"):
            real = results.real_points(found.spec.data)
            show(kept(figures.plane, found.moment(-1), real, **figure_look()), "plane_live")
        with right.container(border=True, height="stretch"):
            at = found.steps[-1]
            show(
                kept(figures.losses, found.curves, found.spec.loss, at, **figure_look()),
                "losses_live",
            )
            _draw_numbers(found)
    live.draw_progress(watched[0])


def _draw_numbers(found: GanRun) -> None:
    ledger(
        [
            Line(
                label=_("parts of the data found"),
                value=_("{parts} of 8").format(parts=found.parts[-1]),
                role="chosen",
            ),
            Line(label=_("fakes near the data"), value=percent(found.near[-1])),
            Line(label=_("time of one core"), value=f"{found.cpu_seconds:.1f} s"),
        ],
        key="live_numbers",
        title=_("{names}, after step {step:,}").format(
            names=_(figures.NAMES[found.spec.loss]), step=found.steps[-1]
        ),
        badge=lesson.badge(found.provenance),
        terms=words.glossary(),
    )
