"""Broken training: the curves, the reader's guess, the reveal, and the same run here."""

from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.train import broken as figures
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records import ENDED, Arm, Experiment, ExperimentSpec
from viz_models.records.train.broken import (
    FAULTS,
    BrokenRun,
    BrokenRuns,
    Fault,
    NetKind,
    kind_of,
    usual,
)
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.panels.train.broken_code import LINES
from viz_models.ui.results.train import broken as results
from viz_models.ui.results.train import runs
from viz_models.ui.results.train import train as train_results

NAMES: dict[Fault, str] = {
    "rate": N_("the learning rate is 100 times too large"),
    "zero_init": N_("all weights begin at zero"),
    "no_norm": N_("40 layers without normalization"),
    "softmax_twice": N_("softmax twice"),
    "shifted": N_("every picture has its neighbor's label"),
    "classes": N_("every label is one class too high"),
    "zero_grad": N_("zero_grad() was forgotten"),
    "no_eval": N_("eval() was forgotten in the test"),
    "not_shuffled": N_("the data is not shuffled"),
    "not_normalized": N_("the pixels go in as 0 to 255"),
}
OTHERS: dict[Fault, tuple[Fault, Fault, Fault]] = {  # what could look like it
    "zero_grad": ("not_normalized", "rate", "shifted"),
    "shifted": ("zero_init", "classes", "softmax_twice"),
    "rate": ("zero_grad", "shifted", "not_shuffled"),
    "softmax_twice": ("no_eval", "rate", "not_shuffled"),
    "no_norm": ("zero_init", "rate", "shifted"),
    "not_shuffled": ("shifted", "rate", "classes"),
    "zero_init": ("no_norm", "softmax_twice", "shifted"),
    "classes": ("shifted", "no_eval", "zero_grad"),
    "no_eval": ("softmax_twice", "classes", "not_shuffled"),
    "not_normalized": ("zero_grad", "zero_init", "classes"),
}
NETWORKS: dict[NetKind, str] = {
    "mlp": N_("two hidden layers of 64"),
    "dropout": N_("two hidden layers of 64 with BatchNorm and dropout"),
    "deep": N_("40 hidden layers of 64"),
}
OWN_SEEDS = tuple(range(5, 15))  # none of those that were recorded
_GUESSED = "forward_pass.broken.guessed"  # fault -> guess; "" for those who only looked


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One case, and what this reader guessed."""

    fault: Fault
    case: int
    recorded: BrokenRuns
    guess: str | None
    experiment: Experiment | None = None  # the one that the URL names, if it is of this case

    @property
    def net(self) -> NetKind:
        """Return the network on which the fault was made."""
        return kind_of(self.fault)

    @property
    def broken(self) -> tuple[BrokenRun, ...]:
        """Return the recorded runs with the fault."""
        return self.recorded.of(self.fault, self.net)

    @property
    def healthy(self) -> tuple[BrokenRun, ...]:
        """Return the recorded runs of the same network without it."""
        return self.recorded.of("none", self.net)


def controls() -> View:
    """Draw the choice of a case; return it."""
    cases = {str(i): str(i) for i in range(1, len(FAULTS) + 1)}
    case = int(chips(_("Case"), cases, key="case", default="1", show=_("Case")))
    fault = FAULTS[case - 1]
    guessed = st.session_state.get(_GUESSED, {})
    view = View(fault, case, results.recorded(), guessed.get(fault))
    return replace(view, experiment=train_here.opened(here(view, 0).arms))


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the prose names."""
    found = {
        "network": _(NETWORKS[view.net]),
        "seeds": str(len(view.broken)),
        "name": _sentence(_(NAMES[view.fault])),
    }
    for side, several in (("b", view.broken), ("h", view.healthy)):
        found |= {
            f"{side}_accuracy": percent(fmean(r.accuracy for r in several)),
            f"{side}_low": percent(min(r.accuracy for r in several)),
            f"{side}_high": percent(max(r.accuracy for r in several)),
            f"{side}_loss": digits(fmean(r.last_loss for r in several), 3),
            f"{side}_first": digits(fmean(r.losses[0] for r in several), 5),
            f"{side}_test_loss": digits(fmean(r.test_losses[-1] for r in several), 3),
            f"{side}_gradient": digits(fmean(r.gradients[-20:].mean() for r in several), 2),
            f"{side}_gradient_first": digits(fmean(r.gradients[0] for r in several), 2),
            f"{side}_peak": digits(max(float(r.losses.max()) for r in several), 2),
        }
    return found


def draw_curves(view: View) -> None:
    """Draw the recorded curves, broken beside healthy."""
    with st.container(border=True, height="stretch"):
        groups = [
            (_("healthy"), view.healthy),
            (_("case {case}").format(case=view.case), view.broken),
        ]
        show(kept(figures.curves, groups, **figure_look()), "recorded", wide=True)
        spec = view.broken[0].spec
        st.caption(
            _(
                "Lines: mean of {seeds} seeds; bands: all of them. Network: {network}, SGD with "
                "momentum {momentum:g}, batch size {batch}, 1,437 digits · {badge}"
            ).format(
                seeds=len(view.broken),
                network=_(NETWORKS[view.net]),
                momentum=spec.optimizer.momentum,
                batch=spec.batch_size,
                badge=lesson.badge(view.recorded.provenance),
            )
        )


def draw_guess(view: View) -> None:
    """Ask what is wrong; afterwards say who was right."""
    with st.container(border=True):
        if view.guess is None:
            st.markdown(_("**What is wrong with the red runs?** One line of code is."))
            for choice in sorted((view.fault, *OTHERS[view.fault])):
                _button(view, _sentence(_(NAMES[choice])), choice)
            _button(view, _("Just show it"), "", kind="tertiary")
            return
        st.markdown(f"**{_sentence(_(NAMES[view.fault]))}.**")
        if view.guess == view.fault:
            st.markdown(_("You said so :green-badge[:material/check: correct]"))
        elif view.guess:
            said = _(NAMES[view.guess])  # type: ignore[index]
            st.markdown(
                _("You said: {said}. :orange-badge[the reason is another one]").format(said=said)
            )
        right = sum(f == g for f, g in st.session_state.get(_GUESSED, {}).items())
        st.caption(
            _("{right} of {count} cases found so far").format(right=right, count=len(FAULTS))
        )


def _button(view: View, words: str, choice: str, kind: str = "secondary") -> None:
    st.button(
        words,
        key=f"guess_{view.case}_{choice}",
        on_click=_guess,
        args=(view.fault, choice),
        type=kind,  # type: ignore[arg-type]
        width="stretch" if choice else "content",
    )


def _guess(fault: str, choice: str) -> None:
    st.session_state.setdefault(_GUESSED, {})[fault] = choice


def _sentence(words: str) -> str:
    return words if words.startswith(("zero_grad", "eval")) else words[0].upper() + words[1:]


def draw_code(view: View) -> None:
    """Draw the line that is wrong, and the mended one."""
    wrong, right = LINES[view.fault]
    for column, title, code in zip(
        st.columns(2, gap="xsmall"),
        (_(":red[:material/close: wrong]"), _(":green[:material/check: mended]")),
        (wrong, right),
        strict=True,
    ):
        with column.container(border=True):
            st.markdown(title)
            st.code(code, language="python")


def draw_here(view: View) -> None:
    """Draw the same two runs with a seed of the reader's, trained in front of them."""
    train_here.draw(view.experiment, partial(here, view), OWN_SEEDS, told=_told)


def here(view: View, seed: int) -> ExperimentSpec:
    """Return both runs of a case with one seed; their names give nothing away."""
    case = N_("case {n}").format(n=view.case)
    arms = ((N_("healthy"), "none"), (case, view.fault))
    return ExperimentSpec(
        name=N_("Break it, case {n}").format(n=view.case),
        arms=tuple(
            Arm(label=label, run=usual(fault, view.net, 0))  # type: ignore[arg-type]
            for label, fault in arms
        ),
        seeds=(seed,),
    )


def _told(found: Experiment) -> str:
    """Return the seed, and the test accuracies of what has ended."""
    seed = found.spec.seeds[0]
    parts = [_("Measured here, seed {seed}").format(seed=seed)]
    for run in found.runs:
        tests = runs.outcome(found.spec, run).tests.accuracy if run.state in ENDED else ()
        if tests:
            label = numbered(found.spec.arms[run.arm].label)
            parts.append(
                _("{label}: {tests} of the test digits").format(
                    label=label, tests=percent(tests[-1])
                )
            )
    return " · ".join(parts)


def code(view: View) -> str:
    """Return the first recorded run as a script; lines that are wrong are marked."""
    return train_results.script(view.broken[0].spec)


def table(view: View) -> str:
    """Return every recorded step of the case and of the healthy runs as a row of CSV."""
    rows = (
        [name, r.seed, step + 1, float(r.losses[step]), float(r.gradients[step])]
        for name, runs in (("healthy", view.healthy), (view.fault, view.broken))
        for r in runs
        for step in range(len(r.losses))
    )
    return take_away.csv_text(("run", "seed", "step", "loss", "gradient norm"), rows)
