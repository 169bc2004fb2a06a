"""Which question card is looked at, with which runs."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ENDED, Experiment, Provenance
from viz_models.records.train.cards import Card, Difference, Outcome
from viz_models.ui.kit import state, votes
from viz_models.ui.kit.controls import control
from viz_models.ui.results.train import runs
from viz_models.ui.results.train import train as results

OWN = N_("your own run")
PREDICTED = "forward_pass.train.predicted"  # card id -> verdict; "" for those who only looked
_OPEN = "forward_pass.train.open"  # the experiment whose card was brought up


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class View:
    """A card, with the runs that answer it: recorded ones, or those that `?run=` names."""

    card: Card
    experiment: Experiment | None
    outcomes: tuple[Outcome, ...]
    differences: tuple[Difference, ...]
    provenance: Provenance
    prediction: str | None  # what the reader predicted; "" if they only looked, None if not asked

    @property
    def revealed(self) -> bool:
        """Whether the answer may show: after a prediction, or for runs that a link names."""
        return self.experiment is not None or self.prediction is not None

    @property
    def ended(self) -> bool:
        """Whether all runs have."""
        return self.experiment is None or all(r.state in ENDED for r in self.experiment.runs)

    @property
    def clock(self) -> str:
        """What kind of time its runs tell; recorded ones shared their machine with other work."""
        return _("processor time") if self.experiment is None else _("wall-clock time")


def choose() -> tuple[str, Experiment | None]:
    """Draw the row of questions; return the chosen card and the experiment that the URL names.

    A link to a run opens the card that the run belongs to.
    """
    ids = runs.asked()
    experiment = runs.experiment(ids[0]) if ids else None
    if experiment is None and (ids or runs.is_nonsense()):
        st.warning(runs.no_such_run(), icon=":material/link_off:")
    titles = {card.title: id for id, card in results.cards().items()} | {OWN: OWN}
    if experiment is None:
        st.session_state.pop(_OPEN, None)
        if state.entered() and "spec" in st.query_params:
            st.session_state["card"] = OWN
    elif st.session_state.get(_OPEN) != experiment.id:
        st.session_state[_OPEN] = experiment.id
        st.session_state["card"] = _title(experiment)
    chosen = control(
        st.pills,
        _("Question"),
        list(titles),
        key="card",
        default=next(iter(titles)),
        required=True,
        label_visibility="collapsed",
        on_change=runs.open_,  # another question: the run of this one is closed
    )
    return titles[chosen], experiment


def _title(experiment: Experiment) -> str:
    card = results.cards().get(experiment.spec.card)
    return card.title if card else OWN


def view(card_id: str, experiment: Experiment | None) -> View:
    """Return the card with its runs, and what the reader predicted."""
    card = results.cards()[card_id]
    if experiment is None:
        kept = results.recorded(card_id)
        found, origin = kept.outcomes, kept.provenance
    else:
        card = replace(card, experiment=experiment.spec)
        found = results.outcomes(experiment)
        device = next((r.device for r in experiment.runs if r.device), "")
        origin = Provenance(kind="measured now", device=device)
    said = st.session_state.get(PREDICTED, {}).get(card_id)
    return View(
        card=card,
        experiment=experiment,
        outcomes=found,
        differences=results.differences(card.comparisons, found),
        provenance=origin,
        prediction=votes.mine(card_id) if said is None else said,
    )
