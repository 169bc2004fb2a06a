"""Which question card is looked at, with which runs."""

from dataclasses import dataclass, replace

import streamlit as st

from viz_models.records import ENDED, Experiment, Provenance
from viz_models.records.train.cards import Card, Difference, Outcome
from viz_models.ui.kit import state, votes
from viz_models.ui.kit.controls import control
from viz_models.ui.results.train import runs
from viz_models.ui.results.train import train as results

OWN = "your own run"
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
    opening: bool  # the card that the page opens with: its answer shows at once

    @property
    def prediction(self) -> str | None:
        """What the reader predicted; "" for nothing, None where nobody was asked yet."""
        said = st.session_state.get(PREDICTED, {}).get(self.card.id)
        return votes.mine(self.card.id) if said is None else said

    @property
    def revealed(self) -> bool:
        """Whether the answer may show."""
        return self.opening or self.experiment is not None or self.prediction is not None

    @property
    def ended(self) -> bool:
        """Whether all runs have."""
        return self.experiment is None or all(r.state in ENDED for r in self.experiment.runs)


def choose() -> tuple[str, Experiment | None]:
    """Which card, or one's own run; and the experiment that the URL names.

    A link to a run opens the card that the run belongs to.
    """
    ids = runs.asked()
    experiment = runs.experiment(ids[0]) if ids else None
    if experiment is None and (ids or runs.is_nonsense()):
        st.warning(runs.NO_SUCH_RUN, icon=":material/link_off:")
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
        "Question",
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
    """The card with its runs."""
    card = results.cards()[card_id]
    if experiment is None:
        kept = results.recorded(card_id)
        found, origin = kept.outcomes, kept.provenance
    else:
        card = replace(card, experiment=experiment.spec)
        found = results.outcomes(experiment)
        device = next((r.device for r in experiment.runs if r.device), "")
        origin = Provenance(kind="measured now", device=device)
    return View(
        card=card,
        experiment=experiment,
        outcomes=found,
        differences=results.differences(card.comparisons, found),
        provenance=origin,
        opening=card_id == next(iter(results.cards())),
    )
