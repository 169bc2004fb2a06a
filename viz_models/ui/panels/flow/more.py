"""Below the first screen: the photo's way in, all steps at once, taking it away."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, shape
from viz_models.figures import pixels
from viz_models.figures.flow import tensor_flow as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.recordings import shipped
from viz_models.records import ConvSpec, Line, Step, Trace
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import state
from viz_models.ui.kit import take_away as downloads
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow.stage import View, photo_stride
from viz_models.ui.results.build import builder as build_results
from viz_models.ui.results.flow import tensor_flow as results

CROPPED = 146  # px on the page
_FIGURE = 200_000  # bytes, about what a figure of Plotly holds
_COLUMNS = (
    "name",
    "op",
    "output",
    "parameters",
    "macs",
    "bytes",
    "receptive_field",
    "mean",
    "std",
    "min",
    "max",
    "zeros",
)


def preprocessing(view: View, text: dict[str, str]) -> None:
    """Resize, crop, scale and normalize, with the numbers of this photo."""
    prepared, photo = view.chosen.prepared, view.chosen.photo
    side, stride = view.spec.model.side, photo_stride(view)
    title = N_("The photo becomes a tensor")
    if view.spec.model.trained:
        title = N_("The test example becomes a tensor")
    st.subheader(_(title))
    st.markdown(text[title].format(side=side, resized=min(prepared.resized_size)))
    if not in_sight("preprocessing", height=240):
        return
    planes, numbers = st.columns([3, 2])
    with planes:
        cropped = Tiles(
            name=_("cropped"),
            values=prepared.cropped,
            scheme="photo",
            size=CROPPED,
            title=_("as stored") if view.spec.model.trained else _("cropped"),
            note=shape((side, side)),
            after="→",
        )
        three = Tiles(
            name=_("planes"),
            values=prepared.tensor[:, ::stride, ::stride],
            limits=pixels.limits(prepared.tensor),
            stride=stride,
            scheme="diverging",
            size=CROPPED,
            columns=3,
            title=_("{colors}, normalized").format(colors=", ".join(_colors(prepared.tensor))),
            note=shape(prepared.tensor.shape) + (_(", every 2nd row and column") * (stride == 2)),
            bar=True,
        )
        tiles([*_whole(view), cropped, three], key="planes", luts=luts(is_dark()))
    with numbers:
        credit = " · ".join(_(part) for part in photo.credit.split(" · "))
        ledger(_preparation(view), key="preparation", title=_("What was done"), note=credit)


def _whole(view: View) -> list[Tiles]:
    """Return the photo before it is cropped, as high as the crop beside it.

    None of a test example.
    """
    whole = view.chosen.prepared.whole
    if whole is None:
        return []
    height, width = whole.shape[:2]
    return [
        Tiles(
            name=_("whole"),
            values=whole,
            scheme="photo",
            size=round(CROPPED * min(2.0, max(0.5, width / height))),
            title=_("the whole photo"),
            note=shape(view.chosen.photo.original_size[::-1]) + _(", pale: cut off"),
            after="→",
        )
    ]


def _colors(tensor: np.ndarray) -> tuple[str, ...]:
    """Return what the channels of the input are called."""
    return (_("red"), _("green"), _("blue")) if len(tensor) == 3 else (_("gray"),)


def _preparation(view: View) -> list[Line]:
    prepared, photo = view.chosen.prepared, view.chosen.photo
    top, left, _rest, _rest = prepared.crop_box
    resized = prepared.resized_size
    what = _("the test example") if view.spec.model.trained else _("the photo")
    lines = [
        Line(
            label=_("{what}, width × height").format(what=what),
            value=f"{shape(photo.original_size[::-1])} px",
        ),
        Line(
            label=_("short side resized to {resized}").format(resized=min(resized)),
            value=f"{shape(resized[::-1])} px",
        ),
        Line(
            label=_("{shape} cut out from row, column").format(
                shape=shape(prepared.cropped.shape[:2])
            ),
            value=f"{top}, {left}",
        ),
    ]
    if view.spec.model.trained:  # it is used as it is stored
        lines = lines[:1]
    for i, color in enumerate(_colors(prepared.tensor)):
        mean = f"{digits(prepared.mean_before[i], 3)} → {digits(prepared.mean_after[i], 3)}"
        std = f"{digits(prepared.std_before[i], 3)} → {digits(prepared.std_after[i], 3)}"
        done = f"(v − {prepared.normalize_mean[i]}) ÷ {prepared.normalize_std[i]}"
        mean, std = _("mean {mean}").format(mean=mean), _("std {std}").format(std=std)
        lines.append(Line(label=color, note=done, value=mean, rule=True))
        lines.append(Line(label="", value=std))
    return lines


def all_steps(view: View, text: dict[str, str]) -> None:
    """Mean and spread over depth, where a click opens a step, and the chosen step's values."""
    st.subheader(_("All steps at once"))
    st.markdown(text["All steps at once"])
    if not in_sight("all_steps", height=figures.HEIGHT):
        return
    band, values = st.columns([2.4, 1], gap="small")
    step = view.step
    with band:
        show(_band(view, step), "depth", on_click=partial(_open, view.trace.steps))
    with values:
        show(_histogram(view, step), "histogram")


def _open(steps: Sequence[Step], point: Point) -> None:
    """Choose the step that was clicked."""
    state.choose("step", steps[point["index"]].name)


def _band(view: View, step: Step) -> Any:  # noqa: ANN401 (plotly stays in figures/)
    """Kept for every step, because Plotly takes 35 ms to put a figure together."""
    dark = is_dark()
    return results.of_trace(
        view.trace,
        ("band", step.name, dark),
        lambda: figures.depth_band(view.trace, step.name, dark=dark),
        lambda _: _FIGURE,
    )


def _histogram(view: View, step: Step) -> Any:  # noqa: ANN401
    dark = is_dark()

    def compute() -> Any:  # noqa: ANN401
        counts, edges = np.histogram(view.trace.value(step.name), bins=48)
        return figures.histogram(counts, edges, name=step.name, dark=dark)

    return results.of_trace(view.trace, ("histogram", step.name, dark), compute, lambda _: _FIGURE)


def take_away(view: View, text: dict[str, str]) -> None:
    """Draw the step table, and a script that prints the same digits."""
    st.subheader(_("Take it away"))
    build = view.spec.model.build
    if view.spec.model.trained:
        st.markdown(text["Take a trained network away"])
        return
    st.markdown(text["Take it away" if build is None else "Take a built network away"])
    if view.spec.off:
        st.caption(text["Take it away, off"])
    photo = "photo.png" if view.spec.image.kind == "upload" else None
    downloads.row(
        "forward_pass",
        table=table(view.trace),
        code=partial(build_results.code, build)
        if isinstance(build, ConvSpec)
        else results.script(view.trace.spec, view.step.name, view.cell, photo),
        weights=shipped.DEMO if view.spec.model.weights == "demo" and build is None else "",
    )


def table(trace: Trace) -> str:
    """Every step as a row of CSV."""
    rows = []
    for step, stats in zip(trace.steps, trace.stats, strict=True):
        seen = step.receptive_field
        field = f"{'at most ' if seen.at_most else ''}{shape(seen.size)}" if seen else ""
        amounts = (step.parameters, step.macs, step.bytes)
        numbers = (stats.mean, stats.std, stats.min, stats.max, stats.zeros)
        rows.append([step.name, step.op, shape(step.output_shape), *amounts, field, *numbers])
    return downloads.csv_text(_COLUMNS, rows)
