"""A question card: the question, the prediction, what was measured and what it means."""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.records import Experiment
from viz_models.records.normalization.training import Verdict
from viz_models.ui.kit import votes
from viz_models.ui.panels.flow import run as flow_run
from viz_models.ui.panels.train import stage as train_stage
from viz_models.ui.panels.train import verdict as train_verdict
from viz_models.ui.panels.train import votes as train_votes
from viz_models.ui.panels.train.view import PREDICTED, View
from viz_models.ui.results.train import train as results

Words = Mapping[str, str]


def body(now: View, text: Words) -> None:
    """Curves at the left, prediction and verdict at the right, what it means below."""
    arms = now.card.experiment.arms
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        train_stage.stage(now)
    with right:
        prediction(now)
        train_votes.everybody(now)
        if now.revealed and now.outcomes:
            _found(now)
        else:
            with st.container(border=True):
                st.markdown("**What is compared**")
                st.markdown("\n".join(f"- {arm.label}" for arm in arms))
    facts = _facts(now)
    if not now.revealed or facts is None:
        return
    matrices, meaning = st.columns([1.2, 1], gap="small")
    first = now.card.comparisons[0]
    with matrices:
        train_verdict.confusions(now.outcomes, arms, (first.minus[0], first.plus[0]))
    with meaning.container(border=True, height="stretch"):
        st.markdown("**What it means**")
        st.markdown(text[f"{now.card.id}: meaning"].format(**facts))


def _found(now: View) -> None:
    arms = now.card.experiment.arms
    sides = now.card.choices["lower"], now.card.choices["higher"]
    told = {(o.arm, o.seed) for o in now.outcomes}
    others = now.experiment.runs if now.experiment else ()
    with st.container(border=True):
        train_verdict.verdict(now.differences, arms, sides)
    with st.container(border=True):
        waiting = [r for r in others if (r.arm, r.spec.seed) not in told]
        train_verdict.runs_table(now.outcomes, arms, waiting)
        if now.experiment:
            explore(now.experiment)


def explore(experiment: Experiment) -> None:
    """A link to the tensors of the run that reads the most digits."""
    known = [r for r in experiment.runs if results.can_be_explored(r) and r.accuracy is not None]
    if known:
        flow_run.link(max(known, key=lambda r: r.accuracy or 0.0))


# The question and its answer


def answer(now: View, text: Words) -> str:
    """One line with what was measured, or what is the same and what differs."""
    if not now.revealed:
        return text[f"{now.card.id}: set-up"]
    facts = _facts(now)
    if facts is None:
        done = sum(o.state == "finished" for o in now.outcomes)
        total = len(list(now.card.experiment.runs()))
        return f"{text[f'{now.card.id}: set-up']} {done} of {total} runs have finished."
    return text[f"{now.card.id}: answer"].format(**facts)


def _facts(now: View) -> dict[str, str] | None:
    """What the prose may name; None while one of the arms has nothing to tell."""
    facts = {f"v{i}": train_verdict.said(d) for i, d in enumerate(now.differences)}
    facts |= {f"w{i}": train_verdict.amount(d) for i, d in enumerate(now.differences)}
    for place in range(len(now.card.experiment.arms)):
        mine = [o for o in now.outcomes if o.arm == place]
        tests = [o.tests.accuracy[-1] for o in mine if o.whole and o.tests.step]
        errors = [o.training_error for o in mine if o.training_error is not None]
        losses = [o.training_loss for o in mine if o.training_loss is not None]
        ratios = [o.gradient_ratio for o in mine if o.gradient_ratio is not None]
        if not mine:
            return None
        facts[f"a{place}"] = percent(fmean(tests)) if tests else "no result"
        facts[f"e{place}"] = percent(fmean(errors)) if errors else "no result"
        facts[f"l{place}"] = digits(fmean(losses), 3) if losses else "no result"
        facts[f"r{place}"] = digits(10 ** fmean(ratios), 2) if ratios else "?"
        facts[f"s{place}"] = f"{fmean(o.seconds for o in mine):.1f} s"
        facts[f"n{place}"] = f"{mine[0].steps:,}"
    return facts


# The prediction


def prediction(now: View) -> None:
    """What do you expect? Asked before the answer shows; told afterwards who was right."""
    if now.prediction is None and (not now.revealed or now.opening or not now.outcomes):
        with st.container(border=True):
            first = train_verdict.named(now.card.comparisons[0], now.card.experiment.arms)
            # the page opens with an answer, of which a class can still say what it had expected
            asked = "What had you expected?" if now.revealed else "Your prediction"
            st.markdown(f"**{asked}** · {first}")
            with st.container(horizontal=True, gap="xsmall"):
                for choice, words in now.card.choices.items():
                    _button(now, words, choice)
                if not now.revealed:
                    _button(now, "Just show it", "", type="tertiary")
    elif now.prediction:
        st.markdown(_judged(now, now.card.choices[now.prediction]))  # type: ignore[index]


def _button(now: View, words: str, choice: str, **look: Any) -> None:  # noqa: ANN401
    st.button(words, key=f"predict_{choice}", on_click=_predict, args=(now.card.id, choice), **look)


def _predict(card: str, choice: str) -> None:
    st.session_state.setdefault(PREDICTED, {})[card] = choice
    votes.cast(card, choice)


def _judged(now: View, predicted: str) -> str:
    came: Verdict = now.differences[0].verdict
    if came == "too few pairs":
        return f"You predicted: **{predicted}** · not decided yet"
    if came == now.prediction:
        return f"You predicted: **{predicted}** :green-badge[:material/check: so it is]"
    return f"You predicted: **{predicted}** · it came out otherwise: **{now.card.choices[came]}**"
