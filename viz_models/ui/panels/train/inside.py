"""Inside a run: what it confuses, and how filters, statistics and gradients moved."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.figures.train import moments as train_moments
from viz_models.records import ENDED, DataSpec, Experiment, Run
from viz_models.records.train.experiments import Evaluation
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame, words
from viz_models.ui.kit.controls import select
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.train.progress import run_label
from viz_models.ui.results.train import inside as inside_results
from viz_models.ui.results.train.inside import Inside
from viz_models.ui.results.train.watch import Watched, watch

FILTERS = 6  # rows of the strip
REFRESH_S = 3.0
HEIGHT = 700  # px that are kept free until somebody scrolls there
PICTURE = 64  # px
SUREST = 10  # mistakes
KINDS: dict[str, train_moments.Inside] = {
    "gradient norm": "gradient norm",
    "activation std": "activation std",
    "activation mean": "activation mean",
}


def inside(watched: Sequence[Watched], text: Mapping[str, str]) -> None:
    """Choose one of the runs and look into it; it moves on by itself while the run goes.

    Args:
        watched: Experiments in the chart.
        text: The page's prose.
    """
    found: dict[str, tuple[Experiment, Run]] = {}
    for each in watched:
        if each.experiment:
            prefix = f"{each.experiment.name[:24]} " if len(watched) > 1 else ""
            for run in each.experiment.runs:
                label = f"{prefix}{run_label(each.experiment, run)}".strip()
                found[label if label not in found else f"{label} {run.id[:4]}"] = (
                    each.experiment,
                    run,
                )
    st.subheader("Inside a run")
    st.markdown(text["Inside a run"])
    if not in_sight("inside_run", height=HEIGHT):
        return
    told = {name: pair for name, pair in found.items() if pair[1].step}
    if not told:
        st.caption(text["Nothing told yet"])
        return
    experiment, run = select("Run", told, "inside", 240)
    going = run.state not in ENDED
    draw = partial(_look, experiment, run.id, text)
    st.fragment(draw, run_every=REFRESH_S if going else None)()


def _look(experiment: Experiment, run_id: str, text: Mapping[str, str]) -> None:
    watched = watch(experiment.id)
    now = watched.look() or experiment
    run = next((r for r in now.runs if r.id == run_id), None)
    if run is None:
        return
    seen = inside_results.inside(now, run)
    stage, confusion = st.columns([2.1, 1], gap="xsmall")
    with stage.container(border=True, height="stretch"):
        at = moments(seen, text)
    evaluation = seen.evaluation(at)
    count = len(evaluation.confusion) if evaluation else 0
    names = inside_results.class_names(run.spec.data, count)
    with confusion.container(border=True, height="stretch"):
        cell = matrix(evaluation, names, text)
    if evaluation is not None:
        left, right = st.columns([1, 1.3], gap="xsmall")
        with left.container(border=True, height="stretch"):
            by_class(evaluation, names)
        with right.container(border=True, height="stretch"):
            pictures(run.spec.data, evaluation, names, cell)


def moments(seen: Inside, text: Mapping[str, str]) -> int:
    """Filters at each moment, the scrubber through them, and numbers of each layer."""
    if not seen.moments:
        st.caption(text["No moments"])
        return 0
    last = len(seen.moments) - 1
    at = min(position([str(i) for i in range(last + 1)], "moment", last), last)
    _strip(seen, at)
    scrubber(
        [f"{m.samples:,}" for m in seen.moments],
        key="moments",
        lead="samples",
        said=[_said(seen, i) for i in range(last + 1)],
        label="Moments",
        param="moment",
        default=last,
    )
    _statistics(seen, at)
    kind = select("Number", KINDS, "number", 150)
    option = train_moments.heatmap(seen.moments, kind, at, **figure_look())
    st.echarts_chart(
        option,
        height=frame.px(train_moments.height(len(seen.moments[-1].layers))),
        theme=None,
        key="layers",
        alt=f"{kind} of each layer at each moment",
    )
    return at


def _said(seen: Inside, at: int) -> str:
    found = seen.evaluation(at)
    return "" if found is None else percent(found.accuracy)


def _strip(seen: Inside, at: int) -> None:
    """A row a filter, a column a moment; the chosen column is clear, the others fade."""
    columns = [inside_results.first_filters(m, FILTERS) for m in seen.moments]
    rows, _, width = columns[0].shape
    values = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    lit = np.zeros((rows, len(columns), 1, 1), bool)
    lit[:, at] = True
    name = seen.moments[0].layers[0]
    strip = Tiles(
        name="filters",
        title=f"What {name} learned: {rows} of its filters, moment by moment",
        values=values.astype(np.float32),
        grid=(rows, len(columns)),
        scheme="diverging",
        lit=lit.reshape(-1, 1, 1),
        row_labels=tuple(f"filter {i}" for i in range(rows)),
        column_labels=tuple(_said(seen, i) or "start" for i in range(len(columns))),
        size=max(26, min(60, 44 if width > 1 else 26)),
        bar=True,
        unit="weight",
    )
    tiles([strip], key="filters", luts=luts(is_dark()), param="filter_cell")


def _statistics(seen: Inside, at: int) -> None:
    """BatchNorm's running mean and variance of each channel, on one scale for all moments."""
    layers = list(seen.moments[-1].running_means)
    layers = [name for name in layers if seen.moments[-1].running_means[name].size]
    if not layers:
        return
    layer = select("BatchNorm layer", {name: name for name in layers}, "bn_layer", 200)
    groups = []
    for title, scheme, of in (
        ("running mean", "diverging", "running_means"),
        ("running variance", "sequential", "running_variances"),
    ):
        every = [getattr(m, of)[layer] for m in seen.moments if layer in getattr(m, of)]
        now = getattr(seen.moments[at], of).get(layer)
        if now is None:  # the layer was put in later
            continue
        low = 0.0 if scheme == "sequential" else float(min(v.min() for v in every))
        groups.append(
            Tiles(
                name=title.replace(" ", "_"),
                title=f"{title} of {layer}",
                values=now.reshape(1, 1, -1).astype(np.float32),
                scheme=scheme,  # type: ignore[arg-type]
                limits=(low, float(max(v.max() for v in every))),
                bar=True,
            )
        )
    if groups:
        tiles(groups, key="running", luts=luts(is_dark()), param="bn_cell")


def matrix(
    evaluation: Evaluation | None, names: Sequence[str], text: Mapping[str, str]
) -> tuple[int, int] | None:
    """Draw the confusion matrix; returns the chosen cell as (right class, guess)."""
    if evaluation is None:
        st.caption(text["Not tested yet"])
        return None
    confusion = np.array(evaluation.confusion, dtype=np.float32)
    few = len(names) <= 20
    group = Tiles(
        name="confusion",
        title=f"Confusion, {percent(evaluation.accuracy)} right",
        note="right class down, guess across",
        values=(confusion.astype(np.uint8) if confusion.max() < 256 else confusion)[None],
        pick="cell",
        size=300,
        row_labels=tuple(names) if few else (),
        column_labels=tuple(names) if few else (),
        axes=("right class", "guess"),
        show_values=few,
        bar=False,
    )
    worst = _most_confused(confusion)
    cell = tiles(
        [group],
        key="confusion",
        luts=luts(is_dark()),
        param="confused",
        start=None if worst is None else (0, *worst),
    )
    if worst is not None:
        share = confusion[worst] / max(1.0, confusion[worst[0]].sum())
        right, guess = (words.plain(names[i]) for i in worst)
        st.caption(f"Worst: **{right}** read as **{guess}**, {percent(float(share))} of them")
    inside = cell and max(cell) < len(confusion)
    return (cell[1], cell[2]) if cell and inside else worst


def _most_confused(confusion: np.ndarray) -> tuple[int, int] | None:
    """The cell off the diagonal with the largest share of its row."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    if not shares.any():
        return None
    target, guess = np.unravel_index(shares.argmax(), shares.shape)
    return int(target), int(guess)


def by_class(evaluation: Evaluation, names: Sequence[str]) -> None:
    """Draw precision, recall and F1 of each class."""
    sheet(
        ("precision", "recall", "F1", "examples"),
        rows_by_class(evaluation, names),
        key="by_class",
        title="Class by class",
        note="precision: of those guessed so; recall: of those that are so",
    )


def rows_by_class(
    evaluation: Evaluation, names: Sequence[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a row for each class; "-" stands where nothing can be measured.

    Runs that were kept before say 0 for a class without example, so its examples are counted.
    """
    rows = zip(evaluation.precision, evaluation.recall, evaluation.f1, strict=True)
    counts = [sum(row) for row in evaluation.confusion]
    found = []
    for name, row, count in zip(names, rows, counts, strict=True):
        said = ["-" if v is None or not count else percent(v) for v in row]
        found.append((name, [(text, "") for text in (*said, str(count))]))
    return found


def pictures(
    data: DataSpec, evaluation: Evaluation, names: Sequence[str], cell: tuple[int, int] | None
) -> None:
    """The examples of the chosen cell, then the mistakes that the network was surest of."""
    if cell is not None:
        target, guess = cell
        count = evaluation.confusion[target][guess]
        if target == guess:
            found = inside_results.right_ones(data, evaluation, target)
            shown = dict.fromkeys(found or (), "")
        else:
            kept = inside_results.of_cell(evaluation, target, guess)
            shown = {w.index: percent(w.probability) for w in kept}
        pair = words.plain(f"{names[target]} read as {names[guess]}")
        st.markdown(f"**{pair}**: {count} of the test set, {len(shown)} shown")
        _row(data, shown, "of_cell")
    st.markdown("**Surest mistakes**: right class → guess, and how sure")
    worst = {
        w.index: f"{names[w.target]} → {names[w.guess]}, {100 * w.probability:.0f} %"
        for w in evaluation.worst[:10]
    }
    _row(data, worst, "surest")


def _row(data: DataSpec, shown: Mapping[int, str], key: str) -> None:
    if not shown:
        return
    try:
        images = inside_results.pictures(data, list(shown))
    except (ValueError, OSError) as error:
        st.caption(str(error))
        return
    groups = [
        Tiles(name=f"test_{i}", title=said, values=image, scheme="photo", size=PICTURE)
        for image, (i, said) in zip(images, shown.items(), strict=True)
    ]
    tiles(groups, key=key, luts={}, param=f"{key}_pixel")
