"""Draw the inside of a run: how filters, statistics and gradients moved, and what it confuses."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.figures.train import moments as train_moments
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ENDED, Experiment, Run
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame
from viz_models.ui.kit.controls import select
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.train import classes as train_classes
from viz_models.ui.panels.train import links
from viz_models.ui.panels.train.progress import run_label
from viz_models.ui.results.train import inside as inside_results
from viz_models.ui.results.train.inside import Inside
from viz_models.ui.results.train.watch import Watched, watch

FILTERS = 6  # rows of the strip
REFRESH_S = 3.0
HEIGHT = 700  # px that are kept free until somebody scrolls there
KINDS: dict[str, train_moments.Inside] = {
    N_("gradient norm"): N_("gradient norm"),
    N_("activation std"): N_("activation std"),
    N_("activation mean"): N_("activation mean"),
}


def draw_inside(watched: Sequence[Watched], text: Mapping[str, str]) -> None:
    """Draw a choice of runs, and what one of them looks like inside; it follows the run.

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
    st.subheader(_("Inside a run"))
    st.markdown(text["Inside a run"])
    of_lessons = all(run.spec.lesson for _experiment, run in found.values())
    if not of_lessons and not in_sight("inside_run", height=HEIGHT):
        return  # a link to a lesson costs nothing
    told = {name: pair for name, pair in found.items() if pair[1].step}
    if not told:
        st.caption(text["Nothing told yet"])
        return
    experiment, run = select(_("Run"), told, "inside", 240)
    going = run.state not in ENDED
    draw = partial(_draw_look, experiment, run.id, text)
    st.fragment(draw, run_every=REFRESH_S if going else None)()


def _draw_look(experiment: Experiment, run_id: str, text: Mapping[str, str]) -> None:
    watched = watch(experiment.id)
    now = watched.look() or experiment
    run = next((r for r in now.runs if r.id == run_id), None)
    if run is None:
        return
    if run.spec.lesson:
        st.caption(text["Lesson run"])
        links.lesson(now)
        return
    seen = inside_results.inside(now, run)
    stage, confusion = st.columns([2.1, 1], gap="xsmall")
    with stage.container(border=True, height="stretch"):
        at = draw_moments(seen, text)
    evaluation = seen.evaluation(at)
    count = len(evaluation.confusion) if evaluation else 0
    names = inside_results.class_names(run.spec.data, count)
    with confusion.container(border=True, height="stretch"):
        cell = train_classes.draw_matrix(evaluation, names, text)
    if evaluation is not None:
        left, right = st.columns([1, 1.3], gap="xsmall")
        with left.container(border=True, height="stretch"):
            train_classes.draw_classes(evaluation, names)
        with right.container(border=True, height="stretch"):
            train_classes.draw_pictures(run.spec.data, evaluation, names, cell)


def draw_moments(seen: Inside, text: Mapping[str, str]) -> int:
    """Draw the filters at each moment, the scrubber, and numbers of each layer."""
    if not seen.moments:
        st.caption(text["No moments"])
        return 0
    last = len(seen.moments) - 1
    at = min(position([str(i) for i in range(last + 1)], "moment", last), last)
    _draw_strip(seen, at)
    scrubber(
        [f"{m.samples:,}" for m in seen.moments],
        key="moments",
        lead=_("samples"),
        said=[_said(seen, i) for i in range(last + 1)],
        label=_("Moments"),
        param="moment",
        default=last,
    )
    _draw_statistics(seen, at)
    kind = select(_("Number"), KINDS, "number", 150)
    option = train_moments.heatmap(seen.moments, kind, at, **figure_look())
    st.echarts_chart(
        option,
        height=frame.px(train_moments.height(len(seen.moments[-1].layers))),
        theme=None,
        key="layers",
        alt=_("{kind} of each layer at each moment").format(kind=_(kind)),
    )
    return at


def _said(seen: Inside, at: int) -> str:
    found = seen.evaluation(at)
    return "" if found is None else percent(found.accuracy)


def _draw_strip(seen: Inside, at: int) -> None:
    """Draw one row for each filter, one column for each moment; all but the chosen one fade."""
    columns = [inside_results.first_filters(m, FILTERS) for m in seen.moments]
    rows, _rest, width = columns[0].shape
    values = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    lit = np.zeros((rows, len(columns), 1, 1), bool)
    lit[:, at] = True
    name = seen.moments[0].layers[0]
    strip = Tiles(
        name=_("filters"),
        title=_("What {name} learned: {rows} of its filters, moment by moment").format(
            name=name, rows=rows
        ),
        values=values.astype(np.float32),
        grid=(rows, len(columns)),
        scheme="diverging",
        lit=lit.reshape(-1, 1, 1),
        row_labels=tuple(_("filter {i}").format(i=i) for i in range(rows)),
        column_labels=tuple(_said(seen, i) or _("start") for i in range(len(columns))),
        size=max(26, min(60, 44 if width > 1 else 26)),
        bar=True,
        unit=_("weight"),
    )
    tiles([strip], key="filters", luts=luts(is_dark()), param="filter_cell")


def _draw_statistics(seen: Inside, at: int) -> None:
    """Draw BatchNorm's running statistics of each channel, on one scale for all moments."""
    layers = list(seen.moments[-1].running_means)
    layers = [name for name in layers if seen.moments[-1].running_means[name].size]
    if not layers:
        return
    layer = select(_("BatchNorm layer"), {name: name for name in layers}, "bn_layer", 200)
    groups = []
    for title, scheme, of in (
        (_("running mean"), "diverging", "running_means"),
        (_("running variance"), "sequential", "running_variances"),
    ):
        every = [getattr(m, of)[layer] for m in seen.moments if layer in getattr(m, of)]
        now = getattr(seen.moments[at], of).get(layer)
        if now is None:  # the layer was put in later
            continue
        low = 0.0 if scheme == "sequential" else float(min(v.min() for v in every))
        groups.append(
            Tiles(
                name=of,
                title=_("{title} of {layer}").format(title=title, layer=layer),
                values=now.reshape(1, 1, -1).astype(np.float32),
                scheme=scheme,  # type: ignore[arg-type]
                limits=(low, float(max(v.max() for v in every))),
                bar=True,
            )
        )
    if groups:
        tiles(groups, key="running", luts=luts(is_dark()), param="bn_cell")
