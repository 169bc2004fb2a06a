"""Draw what the runs of a card came to: one line for each arm, and which classes it confuses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records import Arm, Line, Run
from viz_models.records.train.cards import Outcome
from viz_models.records.train.runs import STATE_NAMES, StoredState
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit.controls import select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.train.verdict import letter
from viz_models.ui.results.train import train as results

SIDES = {"left": N_("Network at the left"), "right": N_("Network at the right")}
MATRIX = 290  # px, of a confusion matrix with numbers in its cells
SIGNS: dict[str, str] = {
    "queued": "…",
    "starting": "▷",
    "running": "▶",
    "paused": "❚❚",
    "finished": "✓",
    "stopped early": "■",
    "failed": "×",
    "cancelled": "■",
    "timed_out": "×",
    "diverged": "×",
    "lost": "×",
}
BROKEN: set[StoredState] = {"failed", "timed_out", "diverged", "lost"}


def draw_runs(
    found: Sequence[Outcome], arms: Sequence[Arm], waiting: Sequence[Run], clock: str
) -> None:
    """Draw one line for each arm: how its runs ended, how well they did, how long they took.

    Args:
        found: Runs that have ended.
        arms: All arms of the experiment.
        waiting: Runs that have not ended.
        clock: Which kind of time was measured: "processor time".
    """
    ledger(
        [_line(place, arm, found, waiting) for place, arm in enumerate(arms)],
        key="arms",
        title=_("Runs"),
        note=_("accuracy on the test set · {clock} of the training steps, mean of one run").format(
            clock=clock
        ),
    )


def _line(place: int, arm: Arm, found: Sequence[Outcome], waiting: Sequence[Run]) -> Line:
    mine = [o for o in found if o.arm == place]
    states: Counter[str] = Counter("stopped early" if o.early else o.state for o in mine)
    states.update(r.state for r in waiting if r.arm == place)
    tests = [o.tests.accuracy[-1] for o in mine if o.whole and o.tests.step]
    times = [o.seconds for o in mine if o.whole]
    told = [percent(fmean(tests))] if tests else []
    told += [seconds(fmean(times))] if times else []
    counted = (f"{SIGNS[state]} {n} {_(STATE_NAMES[state])}" for state, n in states.items())
    return Line(
        label=f"{letter(place)}  {numbered(arm.label)}".strip(),
        note=", ".join(counted),
        value=" · ".join(told) or "–",
        role="warning" if set(states) & BROKEN else "plain",
    )


def seconds(time: float) -> str:
    """Return a time of training: "0.33 s", "12.5 s"."""
    return f"{time:.2f} s" if time < 10 else f"{time:.1f} s"


def draw_confusions(
    found: Sequence[Outcome], arms: Sequence[Arm], first: tuple[int, int], names: Sequence[str]
) -> None:
    """Draw the confusion matrices of two arms, each with precision, recall and F1 by class.

    Args:
        found: Runs that have ended.
        arms: All arms of the experiment.
        first: Which two are chosen until the reader chooses others.
        names: Of the classes.
    """
    counted = counts(found, arms, range(len(arms)))
    if len(counted) < 2:
        return
    most = _most(counted)
    with st.container(border=True):
        st.markdown(
            _(
                "**Which classes are confused?** Each row is a true class, each column the "
                "network's guess. The diagonal (hatched) counts what is right."
            )
        )
        for side, place, arm in zip(SIDES, st.columns(2, gap="xsmall"), first, strict=True):
            with place:
                name = arms[arm].label if arms[arm].label in counted else next(iter(counted))
                chosen = select(
                    _(SIDES[side]),
                    {label: label for label in counted},
                    f"confusion_{side}",
                    230,
                    default=name,
                    show=numbered,
                )
                _draw_confusion(chosen, counted[chosen], most, side, names)
        st.caption(
            _(
                "All seeds of an arm are counted together. The colors go from 0 to {most}, the "
                "most frequent mistake. Precision: of the images guessed as this class, the share "
                "that is this class. Recall: of the images of this class, the share that is "
                "guessed so. F1 is their harmonic mean. A dash: nothing was guessed so, or there "
                "is no such image."
            ).format(most=most)
        )


def _draw_confusion(
    name: str, matrix: np.ndarray, most: int, side: str, names: Sequence[str]
) -> None:
    picture, table = st.columns([1.2, 1], gap="xsmall")
    with picture:
        group = _matrix(name, matrix, most, MATRIX, names)
        tiles([group], key=f"confusion_of_{side}", luts=luts(is_dark()), param=f"confused_{side}")
        st.caption(_("Most frequent mistake: {worst}.").format(worst=_worst(matrix, names)))
    with table:
        sheet(
            (_("precision %"), _("recall %"), "F1 %"),
            rows_by_class(matrix, names),
            key=f"by_class_{side}",
        )


def rows_by_class(
    matrix: np.ndarray, names: Sequence[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a row for each class; "-" stands where nothing can be measured."""
    rows = results.by_class(matrix)
    return [
        (name, [("-" if value is None else f"{100 * value:.1f}", "") for value in row])
        for name, row in zip(names, rows, strict=True)
    ]


def matrices(
    found: Sequence[Outcome], arms: Sequence[Arm], places: Sequence[int], size: int
) -> list[Tiles]:
    """Return one small matrix for each arm, `size` px wide, all on one scale."""
    counted = counts(found, arms, places)
    return [_matrix(name, matrix, _most(counted), size) for name, matrix in counted.items()]


def counts(
    found: Sequence[Outcome], arms: Sequence[Arm], places: Sequence[int]
) -> dict[str, np.ndarray]:
    """Return for each arm how often each digit was taken for each, over all seeds."""
    return {arms[place].label: total for place in places if len(total := _sum(found, place))}


def _most(counted: Mapping[str, np.ndarray]) -> int:
    """Return how often the most frequent mistake of all was made."""
    return max(int((m - np.diag(np.diag(m))).max()) for m in counted.values()) or 1


def _sum(found: Sequence[Outcome], place: int) -> np.ndarray:
    tables = [o.confusion for o in found if o.arm == place and o.confusion]
    return np.sum(np.array(tables, dtype=np.int64), axis=0) if tables else np.zeros((0, 0))


def _matrix(
    name: str, matrix: np.ndarray, most: int, size: int, names: Sequence[str] = ()
) -> Tiles:
    """Return one matrix; with the names of its classes, its cells have their numbers, too."""
    numbers = bool(names)
    names = tuple(names) or tuple(str(i) for i in range(len(matrix)))
    return Tiles(
        name=numbered(name),
        title=numbered(name),
        note=_("{sum:,} images").format(sum=int(matrix.sum()))
        if numbers
        else _("{sum} digits").format(sum=int(matrix.sum())),
        values=matrix[None].astype(np.float32),
        axes=(_("true class"), _("guess")),
        limits=(0.0, float(most)),
        hatched=np.eye(len(matrix), dtype=bool),
        row_labels=names,
        column_labels=names,
        size=size,
        show_values=numbers,
    )


def _worst(matrix: np.ndarray, names: Sequence[str]) -> str:
    wrong = matrix - np.diag(np.diag(matrix))
    right, guess = (int(i) for i in np.unravel_index(int(wrong.argmax()), wrong.shape))
    share = percent(wrong.max() / max(1, matrix[right].sum()))
    return _("{names} is taken for {names_2} in {share} of its images").format(
        names=names[right], names_2=names[guess], share=share
    )
