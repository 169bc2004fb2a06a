"""A new task for a trained encoder: three ways to learn it, and the reader's own sentence."""

from dataclasses import dataclass

import streamlit as st

from viz_models.digits import points
from viz_models.figures.sequence import new_task as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.vocabulary import ENGLISH
from viz_models.records.sequence.new_task import (
    SIZES,
    WAYS,
    JudgeSpec,
    Judging,
    Learned,
    NewTaskRuns,
    Way,
)
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import frame, lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control, control_row, named, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.attention.sentence import draw_vocabulary
from viz_models.ui.results.sequence import new_task as results

TEXT = "the black cat sleeps"
NAMES: dict[Way, str] = {
    "scratch": N_("from scratch"),
    "frozen": N_("frozen encoder, new layer"),
    "tuned": N_("fine-tuned"),
}
VERDICTS = {
    "higher": N_("better"),
    "lower": N_("worse"),
    "not larger than the seed noise": N_("no larger than the noise of seeds"),
    "too few pairs": N_("too few pairs"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    judging: Judging
    runs: NewTaskRuns
    learned: tuple[Learned, ...]
    refusal: str = ""  # why what was typed is not what is shown

    @property
    def spec(self) -> JudgeSpec:
        """Return what was asked."""
        return self.judging.spec

    def reached(self, way: Way, examples: int) -> Learned:
        """Return what one way reached with so many examples."""
        return next(o for o in self.learned if (o.way, o.examples) == (way, examples))


def controls() -> View:
    """Draw the sentence and the number of examples; return what the networks say."""
    with control_row():
        with named(_("Your sentence")):
            text: str = control(
                st.text_input,
                _("Your sentence"),
                TEXT,
                key="text",
                label_visibility="collapsed",
                width=frame.px(280),
            )
        examples = slider(_("Examples of the new task"), SIZES, "n", 170, value=SIZES[-1])
        refusal = ""
        try:
            found = results.judging(JudgeSpec(text=text, examples=examples))
        except ValueError as error:
            found, refusal = results.judging(JudgeSpec(examples=examples)), str(error)
        draw_vocabulary(found.unknown)
    return View(found, results.recorded(), results.learned(), refusal)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the prose names."""
    numbers = {f"{one.way}_{one.examples}": f"{100 * one.mean:.0f} %" for one in view.learned} | {
        f"{way}_trained": f"{count:,}" for way, count in view.runs.trained.items()
    }
    few = min(len(one.values) for one in view.learned)
    more = {"steps": str(view.runs.steps), "batch": str(view.runs.batch_size)}
    return numbers | more | {"seeds": str(few), "sentences": f"{view.runs.sentences:,}"}


def answer(view: View) -> str:
    """Return the section of the prose that is true for what was measured with most examples."""
    tuned = view.reached("tuned", SIZES[-1])
    if tuned.verdict == "higher":
        scratch = view.reached("scratch", SIZES[-1])
        frozen = view.reached("frozen", SIZES[-1])
        return "Answer: no" if scratch.mean > frozen.mean else "Answer: not alone"
    return "Answer: yes"


def draw_over_examples(view: View) -> None:
    """Draw how well each way judges unseen sentences, over the number of examples."""
    with st.container(border=True, height="stretch"):
        chart = kept(
            figures.over_examples, view.learned, NAMES, view.spec.examples, **figure_look()
        )
        show(chart, "over_examples")
        st.caption(
            _("Means over the seeds, 95 % intervals, and a dot for each seed. {badge}").format(
                badge=lesson.badge(view.runs.provenance)
            )
        )


def draw_verdicts(view: View) -> None:
    """Draw what each network says of the typed sentence, and of its verbs in other forms."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _(
                "Is it right? Networks that learned from {examples:,} examples. Below your "
                "sentence: the same one with another form of each verb."
            ).format(examples=view.spec.examples)
        )
        show(
            kept(figures.verdicts, view.judging.sentences[:SHOWN], NAMES, **figure_look()),
            "verdicts",
        )


SHOWN = 4  # sentences that fit on the first screen


def draw_table(view: View) -> None:
    """Draw all accuracies, and how far each way is from the frozen encoder."""
    sheet(
        tuple(_("{n:,} examples").format(n=n) for n in SIZES),
        [(_(NAMES[way]), [_cell(view.reached(way, n)) for n in SIZES]) for way in WAYS],
        key="table",
        title=_("Judged rightly"),
        note=_(
            "Mean and its 95 % interval; below it the difference to the frozen encoder over pairs "
            "of equal seeds, in points, with its 95 % interval."
        ),
        badge=lesson.badge(view.runs.provenance),
    )


def _cell(one: Learned) -> tuple[str, str]:
    half = "" if one.low is None else f" ± {100 * (one.mean - one.low):.1f}"
    top = f"{100 * one.mean:.1f}{half} %"
    if one.difference is None or one.difference_low is None or one.verdict is None:
        return top, "—"
    low, high = points(one.difference_low), points(one.difference_high or 0)
    between = _("{mean} ({low} to {high})").format(mean=points(one.difference), low=low, high=high)
    return top, f"{between}: {_(VERDICTS[one.verdict])}"


def code(view: View) -> str:
    """Return a script that reads the shipped weights and prints the same probabilities."""
    return take_away.filled(
        "sequence/new_task",
        vocabulary=repr(" ".join(ENGLISH)),
        sentences=repr([" ".join(s.words) for s in view.judging.sentences]),
        examples=view.spec.examples,
    )


def table(view: View) -> str:
    """Return every run as CSV."""
    rows = [[r.way, r.examples, r.seed, r.accuracy] for r in view.runs.runs]
    return take_away.csv_text(("way", "examples", "seed", "accuracy"), rows)
