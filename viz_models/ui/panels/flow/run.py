"""A trained run on the flow page: its weights, and its test examples in place of photos."""

import re
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.records import ModelRef, Run
from viz_models.ui.kit import frame, photos, words
from viz_models.ui.kit.controls import select
from viz_models.ui.results.train import train as results

EXAMPLES = 40  # of the test set, that can be chosen
_PARAM = "run"
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Explored:
    """A run whose network is followed."""

    run: Run
    arm: str  # what the experiment calls this network, such as "batch 64"
    model: ModelRef


def link(run: Run) -> None:
    """From a run to the flow page; nothing where its tensors cannot be followed there."""
    if not results.can_be_explored(run):
        return
    frame.page_link(
        PAGES / "flow/tensor_flow.py",
        label=_("Explore this model"),
        icon=":material/conversion_path:",
        query_params={_PARAM: run.id},
        help=_("Send its test examples through the weights with which seed {seed} ended").format(
            seed=run.spec.seed
        ),
    )


def asked() -> Explored | None:
    """Return the run that the URL names; None where it names none that can be followed."""
    found, _ = _read()
    return found


def remarks(explored: Explored | None) -> None:
    """Which weights these are, or why they are not shown."""
    _rest, trouble = _read()
    if trouble:
        st.warning(
            _("You see ResNet18 instead: {trouble}").format(trouble=words.plain(trouble)),
            icon=":material/edit:",
        )
    if explored is not None:
        run = explored.run
        right = (
            ""
            if run.accuracy is None
            else _(", right on {accuracy} of the test examples").format(
                accuracy=percent(run.accuracy)
            )
        )
        frame.page_link(
            PAGES / "train/runs.py",
            label=_(
                "**{arm}**, seed {seed}, after {step:,} "
                "steps of training{right}. Open its curves, its script and its weights"
            ).format(arm=words.plain(explored.arm), seed=run.spec.seed, step=run.step, right=right),
            icon=":material/model_training:",
            query_params={_PARAM: run.experiment},
        )


def _read() -> tuple[Explored | None, str]:
    """Return the run, and what is wrong with the link."""
    text = st.query_params.get(_PARAM, "")
    if not text:
        return None, ""
    if not _ID.fullmatch(text):
        return None, _("there is no such run: open one from the list of runs.")
    try:
        run, model = results.explored(text)
        arm = results.arm_label(run)
    except (ValueError, OSError) as error:
        return None, f"{error}."
    return Explored(run=run, model=model, arm=arm), ""


def choose(explored: Explored) -> photos.Chosen:
    """One of the test examples of the run's data."""
    indices = {N_("test example {n}").format(n=i): i for i in range(EXAMPLES)}
    index = select(_("Example"), indices, "example", 158)
    return photos.Chosen(
        *results.example(explored.run.spec.data, index, results.channels(explored.run.spec))
    )
