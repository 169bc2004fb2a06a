"""One's own run: from a preset, from the builder's network, or from a link."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.digits import count, memory
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Experiment, Repair, RunSpec, ZooSpec
from viz_models.records.train.experiments import Arm, ExperimentSpec
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control
from viz_models.ui.panels.train import ask as train_ask
from viz_models.ui.panels.train import knobs as train_knobs
from viz_models.ui.panels.train import live as train_live
from viz_models.ui.panels.train import outcomes as train_outcomes
from viz_models.ui.panels.train import stage as train_stage
from viz_models.ui.panels.train.data_folder import draw_folder
from viz_models.ui.results.train import train as results

FROM_LINK = N_("the network of the link")
OPEN = N_("the run on screen")
ZOO = "torchvision"  # the preset that leaves the choice of the network
SEEDS = (1, 2, 3, 5, 10)
SCRIPT = 470  # px
_PARAM = "spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A run as asked for, and what stands in its way."""

    run: RunSpec
    repairs: tuple[Repair, ...]
    trouble: str  # why it cannot be started; empty if it can
    left_out: tuple[str, ...] = ()  # what of a folder is not used, and why


def draw_own(experiment: Experiment | None) -> None:
    """Draw the knobs at the left; price, Start and curves at the right."""
    left, right = st.columns([1, 2.4], gap="small")
    with right.container(border=True):
        offer = st.container()
        if experiment is not None:  # at once: the knobs need torch, which takes seconds to import
            train_live.draw_live(experiment.id)
    with left.container(border=True):
        base = _base(experiment)
        train_knobs.draw_knobs(base)
        seeds = control(st.select_slider, _("Seeds"), SEEDS, value=1, key="own_seeds")
    wanted = _wanted(train_knobs.asked(base))
    with offer:
        _draw_offer(wanted, int(seeds))
        if experiment is None and not wanted.trouble and wanted.run.growth is None:
            st.markdown(_("**What will run**, as one file of plain PyTorch"))
            st.code(results.script(wanted.run), language="python", height=frame.px(SCRIPT))
    if experiment is not None:
        with right.container(border=True):
            found = results.outcomes(experiment)
            waiting = train_ask.waiting(experiment.runs, found)
            train_outcomes.draw_runs(found, experiment.spec.arms, waiting, _("wall-clock time"))
            train_ask.draw_link_to_flow(experiment)


def _base(experiment: Experiment | None) -> RunSpec:
    """Return what the knobs start from."""
    choices = dict(results.presets())
    if experiment is not None:
        choices[OPEN] = experiment.spec.arms[0].run
    text = st.query_params.get(_PARAM, "")
    if text:
        try:
            choices = {FROM_LINK: results.read(text)} | choices
        except ValueError as error:
            st.warning(
                words.plain(_("The link names no network: {error}").format(error=error)),
                icon=":material/edit:",
            )
    name = control(
        st.selectbox,
        _("Start from"),
        list(choices),
        key="base",
        on_change=train_knobs.forget,
        width="stretch",
    )
    run = choices[name]
    if name == ZOO:
        network = control(
            st.selectbox,
            _("Its network"),
            results.networks(),
            index=results.networks().index("resnet18"),
            key="network",
        )
        run = replace(run, model=ZooSpec(name=network))
    run = train_knobs.standard(run)
    if name in (OPEN, FROM_LINK):
        return run
    return results.paced(run, train_knobs.asked(run).data)


def _wanted(run: RunSpec) -> Wanted:
    data, trouble = draw_folder(run.data)
    run = replace(run, data=data)
    if trouble:
        return Wanted(run=run, repairs=(), trouble=trouble)
    try:
        run, repairs = results.fitted(run)
        results.price(run)
        left_out = results.left_out(run.data)
    except (ValueError, OSError) as error:
        return Wanted(run=run, repairs=(), trouble=str(error))
    return Wanted(run=run, repairs=repairs, trouble="", left_out=left_out)


def _draw_offer(wanted: Wanted, seeds: int) -> None:
    """Draw the button, what the run costs, and what stands in its way."""
    spec = ExperimentSpec(arms=(Arm(label="", run=wanted.run),), seeds=tuple(range(seeds)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        train_stage.draw_start(_("Start"), spec, disabled=bool(wanted.trouble))
        if not wanted.trouble:
            st.caption(_price(wanted.run, seeds))
    if wanted.trouble:
        st.warning(words.plain(wanted.trouble), icon=":material/scale:")
    for repair in wanted.repairs:
        st.caption(
            f":material/build: {repair.field}: {repair.asked} → {repair.became}. {repair.why}"
        )
    for sentence in wanted.left_out:
        st.caption(f":material/rule: {words.plain(sentence)}")
    train_stage.draw_refusal()


def _price(run: RunSpec, seeds: int) -> str:
    found = results.price(run)
    steps = _("{steps:,} steps · ").format(steps=found.steps) if found.steps else ""
    each = _("about {seconds:.0f} s each here") if seeds > 1 else _("about {seconds:.0f} s here")
    return _(
        "{parameters} parameters · {macs} multiply-adds an example · {steps}{memory} · {time}"
    ).format(
        parameters=count(found.parameters),
        macs=count(found.macs),
        steps=steps,
        memory=memory(found.memory),
        time=each.format(seconds=found.seconds),
    )
