"""While it learned: the demo's first filters, and a step's maps, at moments of its training."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures import pixels
from viz_models.figures.flow import learned as figures
from viz_models.language import gettext as _
from viz_models.recordings import demo_moments as recordings
from viz_models.records import ModelRef
from viz_models.records.flow.learned import DemoMoment, DemoMoments, DemoStep
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame, lesson
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.flow.stage import View

HEIGHT = 390  # px at normal type size, of the panel
FILTERS, MAP, SCORES = 232, 112, 240  # px, of all filters, of a map, of one value a class
COLUMNS = 4  # maps in a row
MOMENT = "moment"  # URL parameter


def learned(view: View, text: Mapping[str, str]) -> None:
    """Draw the demo at moments of its training; nothing for other networks."""
    record = found(view.spec.model)
    if record is None:
        return
    st.subheader(_("While it learned"))
    st.markdown(
        text["While it learned"].format(
            count=len(record.moments),
            first=f"{record.moments[0].samples:,}",
            last=f"{record.moments[-1].samples:,}",
            photo=record.photo.name,
            **_sizes(record),
        )
    )
    if in_sight("learned_sight", height=HEIGHT):
        _panel(view.spec.model, view.step.name, text)


def _sizes(record: DemoMoments) -> dict[str, str]:
    """In what sizes the pictures of the training came, before they came as large as here."""
    large = record.moments[-1].size
    small = [m for m in record.moments if m.size < large]
    sizes = sorted({m.size for m in small})
    return {
        "side": f"{large}",
        "small": str(sizes[0])
        if sizes[0] == sizes[-1]
        else _("{low} to {high}").format(low=sizes[0], high=sizes[-1]),
        "small_until": f"{small[-1].samples:,}",
    }


def found(model: ModelRef) -> DemoMoments | None:
    """Return the recorded training, if it is this network's and was recorded."""
    here = model.weights == "demo" and recordings.PATH.exists()
    return recordings.load() if here else None


@st.fragment
def _panel(model: ModelRef, name: str, text: Mapping[str, str]) -> None:
    """All that follows the chosen moment."""
    record = found(model)
    if record is None:
        return
    at = _moment(record)
    filters, maps, course = st.columns([1, 1.8, 1.35], gap="xsmall")
    with filters.container(border=True, height="stretch"):
        _filters(record, at)
    with maps.container(border=True, height="stretch"):
        _maps(record, record.step(name), at, text)
    with course.container(border=True, height="stretch"):
        _course(record, at)
    made = lesson.badge(record.provenance)
    st.caption(text["While it learned, recorded"].format(tested=record.tested, made=made))


def _moment(record: DemoMoments) -> int:
    """Return the line of moments; which one is chosen."""
    labels, last = stops(record), len(record.moments) - 1
    scrubber(
        labels,
        key="learned",
        lead=_("pictures seen"),
        said=[said(record, moment) for moment in record.moments],
        label=_("Moments of the training"),
        param=MOMENT,
        default=last,
        everywhere=False,
    )
    return position(labels, MOMENT, last)


def stops(record: DemoMoments) -> tuple[str, ...]:
    """Return what the moments are called: by pictures seen, "3,125", "175 k" or "2.25 M"."""
    return tuple(_pictures(m.samples) for m in record.moments)


def _pictures(seen: int) -> str:
    if seen < 10_000:
        return f"{seen:,}"
    return f"{seen / 1000:g} k" if seen < 1_000_000 else f"{seen / 1_000_000:.3g} M"


def said(record: DemoMoments, moment: DemoMoment) -> str:
    """Return what the network then said of the photo: "guesses cat 41 %"."""
    best = int(np.argmax(moment.probabilities))
    return _("guesses {label} {share}").format(
        label=record.classes[best], share=percent(moment.probabilities[best])
    )


def _filters(record: DemoMoments, at: int) -> None:
    values = record.filters(at)
    sheet, full = figures.mosaic(values, dark=is_dark())
    group = Tiles(
        name="learned_filters",
        title=_("{count} filters of conv1").format(count=len(values)),
        note=_("gray is 0, full color ±{full}").format(full=digits(full, 2)),
        values=sheet,
        scheme="photo",
        size=FILTERS,
    )
    tiles([group], key="learned_filters", luts={}, param="learned_filter")


def _maps(record: DemoMoments, step: DemoStep | None, at: int, text: Mapping[str, str]) -> None:
    if step is None:
        st.caption(text["While it learned, no step"])
        return
    tiles([maps(record, step, at)], key="learned_maps", luts=luts(is_dark()), param="learned_map")
    section = "vector" if step.limits is None else "maps"
    st.caption(
        text[f"While it learned, {section}"].format(
            step=step.name,
            photo=record.photo.name,
            count=len(step.channels),
            maps=", ".join(str(c) for c in step.channels),
            chosen=f"{record.chosen_after:,}",
        )
    )


def maps(record: DemoMoments, step: DemoStep, at: int) -> Tiles:
    """Return a step's maps at one moment; of a vector all its values, of the scores one a class."""
    values = step.at(at)
    every = (step.at(i) for i in range(len(record.moments)))
    scheme: pixels.Scheme = "sequential" if min(v.min() for v in every) >= 0 else "diverging"
    drawn = Tiles(
        name="learned_maps",
        title=_("{name} after {samples:,} pictures").format(
            name=step.name, samples=record.moments[at].samples
        ),
        values=values if values.ndim == 3 else values.reshape(1, 1, -1),
        scheme=scheme,
        limits=pixels.limits(values, scheme),
        bar=True,
    )
    if values.shape == (len(record.classes),):
        return replace(
            drawn,
            values=values.reshape(1, -1, 1),
            row_labels=record.classes,
            row_margins=(tuple(digits(float(v), 3) for v in values),),
            size=SCORES,
        )
    if values.ndim == 1:
        return drawn
    note = (
        _("each value the mean of {pooled}×{pooled}").format(pooled=step.pooled)
        if step.pooled > 1
        else ""
    )
    return replace(drawn, note=note, indices=step.channels, columns=COLUMNS, size=MAP)


def _course(record: DemoMoments, at: int) -> None:
    st.echarts_chart(
        figures.course(record, stops(record), at, **figure_look()),
        height=frame.px(figures.HEIGHT),
        theme=None,
        key="learned_course",
        alt=_("Probability of {shows} and test accuracy at each moment of the training").format(
            shows=record.shows
        ),
    )
