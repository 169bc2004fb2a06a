"""Which sweep is asked for: the network, two settings with their values, and the seeds."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Budget, Experiment, ExperimentSpec, RunSpec, Table
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import control, control_row, select
from viz_models.ui.panels.build.compare import PAGES
from viz_models.ui.panels.train import stage as train_stage
from viz_models.ui.panels.train.buttons import draw_buttons
from viz_models.ui.results.train import runs
from viz_models.ui.results.train import sweep as results
from viz_models.ui.results.train import train as train_results

FROM_LINK = N_("that of the link")
SEEDS = {N_("1 seed"): 1} | {N_("{n} seeds").format(n=n): n for n in (2, 3, 5, 10)}
EPOCHS = {N_("1 epoch"): 1} | {N_("{n} epochs").format(n=n): n for n in (2, 5, 10, 20, 50)}
AS_USUAL = N_("usual budget")
_PARAM = "spec"
PARAMS = {"rows": N_("rows"), "columns": N_("columns")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sweep, and what stands in its way."""

    spec: ExperimentSpec
    trouble: str = ""  # why it cannot be started; then the spec is the one that is recorded
    experiment: Experiment | None = None  # the one that the URL names


def asked() -> Asked:
    """Draw the controls; return the sweep of the URL, or the one that they say."""
    ids = runs.asked()
    experiment = runs.experiment(ids[0]) if ids else None
    if experiment is None and (ids or runs.is_nonsense()):
        st.warning(runs.no_such_run(), icon=":material/link_off:")
    elif experiment is not None and not results.is_sweep(experiment):
        st.warning(_("This link names runs that are no sweep. The page Runs shows them."))
        experiment = None
    if experiment is not None:
        _draw_open(experiment)
        return Asked(spec=experiment.spec, experiment=experiment)
    try:
        return Asked(spec=_controls())
    except ValueError as error:
        return Asked(spec=results.opening(), trouble=str(error))


def _draw_open(experiment: Experiment) -> None:
    """Draw what is on screen, and the way back to the choices."""
    with control_row():
        st.markdown(f"**{words.plain(experiment.name)}**", width="content")
        st.button(_("Another sweep"), key="another", icon=":material/tune:", on_click=runs.open_)
        frame.page_link(
            PAGES / "train/runs.py",
            label=_("Curves of all runs"),
            icon=":material/monitoring:",
            query_params={"run": experiment.id},
        )


def _controls() -> ExperimentSpec:
    """Draw all controls in one row.

    Raises:
        ValueError: If they name no sweep; the line says why. All controls are drawn by then.
    """
    names = results.settings()
    bases = _linked() | results.bases()
    with control_row():
        base = select(_("Network"), bases, "network", 122)
        rows, of_rows = _axis("rows", list(names), "skip connections")
        columns, of_columns = _axis("columns", [n for n in names if n != rows], "layers")
        seeds = select(_("Seeds"), SEEDS, "seeds", 96, default="5 seeds")
        epochs = select(_("Budget"), {AS_USUAL: 0, **EPOCHS}, "budget", 140)
    if epochs:
        base = replace(base, budget=Budget(amount=epochs, unit="epochs"))
    table = Table(
        rows=results.axis(names[rows], of_rows), columns=results.axis(names[columns], of_columns)
    )
    return results.sweep(base, table, seeds)


def _linked() -> dict[str, RunSpec]:
    """Return the run that a link names, if it names one."""
    text = st.query_params.get(_PARAM, "")
    if not text:
        return {}
    try:
        run = train_results.read(text)
        if run.data.name == "folder":  # a link alone opens nothing
            raise ValueError(_("a sweep reads no folders; choose digits"))
    except ValueError as error:
        st.warning(
            words.plain(_("The link names no network: {error}").format(error=error)),
            icon=":material/edit:",
        )
        return {}
    return {FROM_LINK: run}


def _axis(param: str, titles: list[str], usual: str) -> tuple[str, str]:
    """Draw the choice of one setting and its values; return its title and what is written."""
    named = _(PARAMS[param])
    st.caption(named, width="content")
    title = select(named, {t: t for t in titles}, param, 158, default=usual)
    name = results.settings()[title]
    text: str = control(
        st.text_input,
        _("Values of the {param}").format(param=named),
        value=results.usual(name),
        key=name,
        label_visibility="collapsed",
        width=frame.px(150),
        help=_("Write the values with commas between them."),
    )
    return title, text


def _price(spec: ExperimentSpec) -> str:
    return _("{price} here.").format(price=results.price(spec).sentence)


def draw_start_row(now: Asked) -> None:
    """Draw the button that starts it with its price, or those that end it."""
    experiment = now.experiment
    if experiment is not None:
        if runs.is_mine(experiment):
            draw_buttons(experiment)
        return
    trouble, said = now.trouble, ""
    try:
        said = "" if trouble else _price(now.spec)
    except (ValueError, OSError) as error:
        trouble = str(error)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        train_stage.draw_start(_("Run it here"), now.spec, disabled=bool(trouble))
        st.caption(said)
    if trouble:
        st.warning(words.plain(trouble), icon=":material/scale:")
    train_stage.draw_refusal()
