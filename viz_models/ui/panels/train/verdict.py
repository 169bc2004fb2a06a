"""What runs came to: their differences against zero, one line an arm, and where they go wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, signed
from viz_models.figures.train import verdict as figures
from viz_models.records import Arm, Line, Run
from viz_models.records.train.cards import Comparison, Difference, Measure, Outcome, Where
from viz_models.records.train.runs import StoredState
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.look import figure_look, is_dark, luts

UNITS: dict[Measure, tuple[str, float, str]] = {  # what it is called, shown times this, unit
    "accuracy": ("test accuracy", 100, " points"),
    "test loss": ("test loss", 1, ""),
    "training loss": ("training loss", 1, ""),
    "training error": ("training error", 100, " points"),
    "seconds": ("time", 1, " s"),
    "gradient ratio": ("log₁₀ of first ÷ last gradient", 1, ""),
    "loss where it grows": ("loss where it grows", 1, ""),
}
WHERE: dict[Where, str] = {
    "end": "",
    "step": ", equal steps",
    "second": ", equal time",
}
WORDS = {
    "higher": "larger than the seed noise",
    "lower": "larger than the seed noise",
    "not larger than the seed noise": "not larger than the seed noise",
}
MATRIX = 178  # px, of a confusion matrix


def amount(difference: Difference) -> str:
    """A difference in short: "+9.1 ± 8.2 points"."""
    _, times, unit = UNITS[difference.comparison.measure]
    mean, high = difference.mean, difference.high
    if mean is None:
        return "no pair yet"
    if not any(difference.values):
        return f"0 (exactly), {difference.n} times"
    text = signed(times * mean, 3)
    if high is not None:
        text += f" ± {digits(times * (high - mean), 2)}"
    return text + unit


def said(difference: Difference) -> str:
    """The same with what it means: "+9.1 ± 8.2 points, larger than the seed noise"."""
    if difference.mean is None or not any(difference.values):
        return amount(difference)
    pairs = f"only {difference.n} {'pair' if difference.n == 1 else 'pairs'}: no verdict yet"
    return f"{amount(difference)}, {WORDS.get(difference.verdict, pairs)}"


def letter(place: int) -> str:
    """What an arm is called in short."""
    return chr(ord("A") + place)


def label(comparison: Comparison) -> str:
    """What is compared in what: "A − B, test accuracy"."""
    plus, minus = (" + ".join(map(letter, arms)) for arms in (comparison.plus, comparison.minus))
    if len(comparison.plus) > 1:
        plus, minus = f"({plus})", f"({minus})"
    return f"{plus} − {minus}, {UNITS[comparison.measure][0]}{WHERE[comparison.where]}"


def named(comparison: Comparison, arms: Sequence[Arm]) -> str:
    """The same in full: "batch 64 against batch 640, test accuracy"."""
    plus, minus = (
        " and ".join(arms[i].label for i in places)
        for places in (comparison.plus, comparison.minus)
    )
    name = comparison.label or f"{plus} against {minus}"
    return f"{name}, {UNITS[comparison.measure][0]}{WHERE[comparison.where]}"


def verdict(found: Sequence[Difference], arms: Sequence[Arm], sides: tuple[str, str]) -> None:
    """All comparisons of a card, the one that was asked about first.

    Args:
        found: What was measured.
        arms: All arms of the experiment.
        sides: What it means when the first difference is below zero, and above.
    """
    first = found[0]
    st.markdown(
        f"**{amount(first)}** {WORDS.get(first.verdict, 'no verdict yet')}",
        help=f"{named(first.comparison, arms)}. {HELP}",
    )
    rows = [
        figures.Row(
            label=label(d.comparison),
            said=amount(d),
            hover=f"{named(d.comparison, arms)}<br>{said(d)}",
            mean=d.mean,
            low=d.low,
            high=d.high,
            decided=d.verdict in ("higher", "lower"),
        )
        for d in found
    ]
    show(figures.intervals(rows, sides, **figure_look()), "verdict")
    scale = ", each on a scale of its own" if len(found) > 1 else ""
    st.caption(f"95 % intervals, n = {first.n} pairs of seeds, {len(found)} comparisons{scale}")


HELP = (
    "Each seed gives one pair of runs: same initial weights where the networks have the same "
    "layers, same order of examples. The interval is where the mean difference lies with 95 % "
    "confidence, by Student's t. Below five pairs there is no verdict."
)


def runs_table(
    found: Sequence[Outcome], arms: Sequence[Arm], waiting: Sequence[Run] = (), badge: str = ""
) -> None:
    """One line an arm: how its runs ended, how well they did, how long they took.

    Args:
        found: Runs that have ended.
        arms: All arms of the experiment.
        waiting: Runs that have not ended.
        badge: Where the numbers come from.
    """
    lines = []
    for place, arm in enumerate(arms):
        mine = [o for o in found if o.arm == place]
        states: Counter[str] = Counter("stopped early" if o.early else o.state for o in mine)
        states.update(r.state for r in waiting if r.arm == place)
        tests = [o.tests.accuracy[-1] for o in mine if o.whole and o.tests.step]
        times = [o.seconds for o in mine if o.whole]
        told = [percent(fmean(tests))] if tests else []
        told += [f"{fmean(times):.1f} s"] if times else []
        lines.append(
            Line(
                label=f"{letter(place)}  {arm.label}".strip(),
                note=", ".join(f"{SIGNS[state]} {n} {state}" for state, n in states.items()),
                value=" · ".join(told) or "–",
                role="warning" if set(states) & BROKEN else "plain",
            )
        )
    ledger(
        lines,
        key="arms",
        title="Runs",
        note="accuracy on test examples, time of training",
        badge=badge,
    )


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


def confusions(found: Sequence[Outcome], arms: Sequence[Arm], places: Sequence[int]) -> None:
    """Who is taken for whom, in all runs of each arm together.

    Args:
        found: Runs that have ended.
        arms: All arms of the experiment.
        places: Which of them.
    """
    counted = _counted(found, arms, places)
    if not counted:
        return
    most = _most(counted)
    groups = [_matrix(name, matrix, most, MATRIX) for name, matrix in counted.items()]
    with st.container(border=True):
        st.markdown("**Confusion** · rows are the true digits, columns the guesses")
        tiles(groups, key="confusions", luts=luts(is_dark()), param="confused")
        wrong = " · ".join(f"{name}: {_worst(matrix)}" for name, matrix in counted.items())
        st.caption(f"Most often taken for another: {wrong}. Brightest: {most} digits or more.")


def matrices(
    found: Sequence[Outcome], arms: Sequence[Arm], places: Sequence[int], size: int
) -> list[Tiles]:
    """The same without words: one matrix an arm, `size` px wide, all on one scale."""
    counted = _counted(found, arms, places)
    return [_matrix(name, matrix, _most(counted), size) for name, matrix in counted.items()]


def _counted(
    found: Sequence[Outcome], arms: Sequence[Arm], places: Sequence[int]
) -> dict[str, np.ndarray]:
    """Name of an arm -> how often each digit was taken for each, over all seeds."""
    return {arms[place].label: total for place in places if len(total := _sum(found, place))}


def _most(counted: Mapping[str, np.ndarray]) -> int:
    """How often the two that are confused most are."""
    return max(int((m - np.diag(np.diag(m))).max()) for m in counted.values()) or 1


def _sum(found: Sequence[Outcome], place: int) -> np.ndarray:
    matrices = [o.confusion for o in found if o.arm == place and o.confusion]
    return np.sum(np.array(matrices, dtype=np.int64), axis=0) if matrices else np.zeros((0, 0))


def _matrix(name: str, matrix: np.ndarray, most: int, size: int) -> Tiles:
    names = tuple(str(i) for i in range(len(matrix)))
    return Tiles(
        name=name,
        title=name,
        note=f"{int(matrix.sum())} digits",
        values=matrix[None].astype(np.float32),
        axes=("true", "guess"),
        limits=(0.0, float(most)),
        hatched=np.eye(len(matrix), dtype=bool),
        row_labels=names,
        column_labels=names,
        size=size,
    )


def _worst(matrix: np.ndarray) -> str:
    wrong = matrix - np.diag(np.diag(matrix))
    right, guess = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return f"{right} read as {guess}, {percent(wrong.max() / max(1, matrix[right].sum()))}"
