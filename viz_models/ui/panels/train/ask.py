"""A question card: the question, the prediction, what was measured and what it means."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import gettext as _
from viz_models.language import numbered
from viz_models.records import Experiment, Run
from viz_models.records.train.cards import Outcome
from viz_models.records.train.paired import Verdict
from viz_models.ui.kit import votes, words
from viz_models.ui.panels.flow import run as flow_run
from viz_models.ui.panels.train import outcomes as train_outcomes
from viz_models.ui.panels.train import stage as train_stage
from viz_models.ui.panels.train import verdict as train_verdict
from viz_models.ui.panels.train import votes as train_votes
from viz_models.ui.panels.train.view import PREDICTED, View
from viz_models.ui.results.train import data as data_results
from viz_models.ui.results.train import train as results

Words = Mapping[str, str]


def draw_card(now: View, text: Words) -> None:
    """Draw the curves at the left, prediction and verdict at the right, what it means below."""
    arms = now.card.experiment.arms
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        train_stage.draw_stage(now)
    with right:
        draw_prediction(now)
        train_votes.everybody(now)
        if now.revealed and now.outcomes:
            _draw_found(now)
        else:
            with st.container(border=True):
                st.markdown(_("**What is compared**"))
                st.markdown("\n".join(f"- {numbered(arm.label)}" for arm in arms))
    facts = _facts(now)
    if not now.revealed or facts is None:
        return
    with st.container(border=True):
        st.markdown(_("**What it means**"))
        st.markdown(text[f"{now.card.id}: meaning"].format(**facts))
    first = now.card.comparisons[0]
    names = data_results.class_names(arms[0].run.data, _classes(now.outcomes))
    train_outcomes.draw_confusions(now.outcomes, arms, (first.plus[0], first.minus[0]), names)


def _classes(found: Sequence[Outcome]) -> int:
    return max((len(o.confusion) for o in found), default=0)


def _draw_found(now: View) -> None:
    arms = now.card.experiment.arms
    sides = numbered(now.card.choices["lower"]), numbered(now.card.choices["higher"])
    others = now.experiment.runs if now.experiment else ()
    with st.container(border=True):
        train_verdict.draw_verdict(now.differences, arms, sides)
    with st.container(border=True):
        train_outcomes.draw_runs(now.outcomes, arms, waiting(others, now.outcomes), now.clock)
        if now.experiment:
            draw_link_to_flow(now.experiment)


def waiting(runs: Sequence[Run], told: Sequence[Outcome]) -> list[Run]:
    """Return the runs that have no outcome yet."""
    ended = {(o.arm, o.seed) for o in told}
    return [run for run in runs if (run.arm, run.spec.seed) not in ended]


def draw_link_to_flow(experiment: Experiment) -> None:
    """Draw a link to the tensors of the run with the highest accuracy."""
    known = [r for r in experiment.runs if results.can_be_explored(r) and r.accuracy is not None]
    if known:
        flow_run.link(max(known, key=lambda r: r.accuracy or 0.0))


def answer(now: View, text: Words) -> str:
    """Return one line: what was measured, or before the prediction what is compared."""
    if not now.revealed:
        return text[f"{now.card.id}: set-up"]
    facts = _facts(now)
    if facts is None:
        done = sum(o.state == "finished" for o in now.outcomes)
        total = len(list(now.card.experiment.runs()))
        return _("{text} {done} of {total} runs have finished.").format(
            text=text[f"{now.card.id}: set-up"], done=done, total=total
        )
    return _came(now) + text[f"{now.card.id}: answer"].format(**facts)


def _came(now: View) -> str:
    """Return in words what was found; empty while there is no verdict."""
    found = numbered(now.card.choices.get(now.differences[0].verdict, ""))
    return f"**{words.sentence(found)}.** " if found else ""


def _facts(now: View) -> dict[str, str] | None:
    """Return what the prose may name; None while one of the arms has nothing to tell."""
    facts = {"clock": now.clock}
    facts |= {f"v{i}": train_verdict.said(d) for i, d in enumerate(now.differences)}
    facts |= {f"w{i}": train_verdict.amount(d) for i, d in enumerate(now.differences)}
    for place in range(len(now.card.experiment.arms)):
        mine = [o for o in now.outcomes if o.arm == place]
        tests = [o.tests.accuracy[-1] for o in mine if o.whole and o.tests.step]
        errors = [o.training_error for o in mine if o.training_error is not None]
        losses = [o.training_loss for o in mine if o.training_loss is not None]
        ratios = [o.gradient_ratio for o in mine if o.gradient_ratio is not None]
        if not mine:
            return None
        facts[f"a{place}"] = percent(fmean(tests)) if tests else _("no result")
        facts[f"e{place}"] = percent(fmean(errors)) if errors else _("no result")
        facts[f"l{place}"] = digits(fmean(losses), 3) if losses else _("no result")
        facts[f"r{place}"] = digits(10 ** fmean(ratios), 2) if ratios else "?"
        facts[f"s{place}"] = train_outcomes.seconds(fmean(o.seconds for o in mine))
        facts[f"n{place}"] = f"{mine[0].steps:,}"
    return facts


def draw_prediction(now: View) -> None:
    """Ask what the reader expects before the answer shows; afterwards say who was right."""
    if now.prediction is None and not (now.revealed and now.outcomes):
        asked = now.card.comparisons[0]
        with st.container(border=True):
            st.markdown(_("**Your prediction**: what will these runs show?"))
            st.caption(
                _("We compare the {units}: {named}. The answer shows after you choose.").format(
                    units=_(train_verdict.UNITS[asked.measure][0]),
                    named=train_verdict.named(asked, now.card.experiment.arms),
                )
            )
            with st.container(horizontal=True, gap="xsmall"):
                for choice, words in now.card.choices.items():
                    _button(now, numbered(words), choice)
                _button(now, _("Just show it"), "", type="tertiary")
    elif now.prediction:
        st.markdown(_judged(now, numbered(now.card.choices[now.prediction])))  # type: ignore[index]


def _button(now: View, words: str, choice: str, **look: Any) -> None:  # noqa: ANN401
    st.button(words, key=f"predict_{choice}", on_click=_predict, args=(now.card.id, choice), **look)


def _predict(card: str, choice: str) -> None:
    st.session_state.setdefault(PREDICTED, {})[card] = choice
    votes.cast(card, choice)


def _judged(now: View, predicted: str) -> str:
    came: Verdict = now.differences[0].verdict
    if came == "too few pairs":
        return _("You predicted: **{predicted}** · There is no verdict yet.").format(
            predicted=predicted
        )
    if came == now.prediction:
        return _("You predicted: **{predicted}** :green-badge[:material/check: correct]").format(
            predicted=predicted
        )
    return _("You predicted: **{predicted}** · The result is different: **{choices}**").format(
        predicted=predicted, choices=numbered(now.card.choices[came])
    )
