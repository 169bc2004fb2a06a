"""The stage of the lesson on axes: x, who shares, x-hat."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.analysis.flow import cells
from viz_models.digits import digits, operand, shape
from viz_models.figures import pixels
from viz_models.figures.normalization import axes as figures
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import CellNorm, Normalized, NormSpec, Place, SourceSpec
from viz_models.records.normalization.axes import KEPT_STEPS
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, state
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control, select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.results.normalization import axes as results

NORMS = {
    "BN": NormSpec(norm="batch"),
    "LN": NormSpec(norm="layer", over="chw"),
    N_("LN over C"): NormSpec(norm="layer", over="c"),
    "IN": NormSpec(norm="instance"),
    "GN": NormSpec(norm="group"),
    "RMS": NormSpec(norm="rms", over="chw"),
}
SOURCES = {
    "ResNet18 layer1.0.conv1": SourceSpec(channels=8, side=8),
    "ResNet18 layer3.1.relu_1": SourceSpec(step="layer3.1.relu_1", channels=8, side=8),
    N_("digits net"): SourceSpec(kind="digits", channels=8),
    N_("drawn, normal"): SourceSpec(kind="normal"),
    N_("drawn, shifted"): SourceSpec(kind="shifted"),
    N_("one value a channel"): SourceSpec(kind="normal", shape=(1, 8, 1, 1)),
    N_("64×64×56×56, drawn"): SourceSpec(kind="normal", shape=(64, 64, 56, 56)),
}
FIRST_PLACE = (1, 3, 3, 4)
SHOWN = (6, 8, 8)  # examples, channels, rows and columns on screen; all of them are computed
STAGE = 326  # px
HISTOGRAM = 112  # px of it


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was computed for it."""

    source: SourceSpec
    label: str  # of the norm
    spec: NormSpec
    x: np.ndarray
    result: Normalized
    place: Place  # the value that is opened

    @property
    def shape(self) -> Place:
        """(N, C, H, W)."""
        n, c, h, w = self.x.shape
        return n, c, h, w

    def cell(self) -> CellNorm:
        """How that value came about."""
        return results.cell(self.source, self.spec, self.place)

    def examples(self) -> tuple[str, ...]:
        """Return what the examples are called."""
        if self.source.kind == "layer":
            return self.source.photos
        return tuple(f"example {i}" for i in range(self.shape[0]))


def controls() -> View:
    """Draw the choices of norm, settings and tensor; return what is chosen."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        label = chips(_("Norm"), {n: n for n in NORMS}, key="norm", default="BN")
        source = select(_("Tensor"), SOURCES, "tensor", 224)
        x = results.activation(source)
        settings: dict[str, Any] = {}
        if label == "GN":
            splits = {str(g): g for g in results.group_choices(x.shape[1])}
            default = "2" if "2" in splits else None
            settings["groups"] = select(
                _("Groups"), splits, "groups", 116, default=default, show=_groups_shown
            )
        if label == "BN":
            settings["mode"] = chips(
                _("Mode"), {"train": N_("train"), "eval": N_("eval")}, key="mode", default="train"
            )
        with st.popover("γ β ε"):
            settings |= _affine()
    spec = replace(NORMS[label], **settings)
    text = state.choice("cell", "", lambda t: cells.parse(t, x.shape) is not None)
    n, c, row, column = cells.parse(text, x.shape) or first_place(x.shape)
    return View(source, label, spec, x, results.normalized(source, spec), (n, c, row, column))


def _groups_shown(groups: str) -> str:
    return _("{groups} groups").format(groups=groups)


def first_place(shape: tuple[int, ...]) -> Place:
    """Return the value of a tensor that the lesson opens with."""
    n, c, y, x = (min(i, size - 1) for i, size in zip(FIRST_PLACE, shape, strict=True))
    return n, c, y, x


def _affine() -> dict[str, float]:
    return {
        "gamma": control(st.slider, _("γ (weight)"), -2.0, 3.0, 1.0, 0.25, key="gamma"),
        "beta": control(st.slider, _("β (bias)"), -2.0, 2.0, 0.0, 0.25, key="beta"),
        "eps": 10.0 ** control(st.slider, _("log10 of ε"), -8, 0, -5, key="eps"),
    }


def draw_answer(where: DeltaGenerator, view: View, text: dict[str, str]) -> None:
    """Write how many means there are, and on which examples the chosen value depends."""
    grouping = view.result.grouping
    n, c, *_rest = view.place
    section = "BN eval" if view.label == "BN" and view.spec.mode == "eval" else view.label
    sentence = text[section].format(
        size=_counted(N_("{n} value"), N_("{n} values"), grouping.size),
        count=_counted(N_("{n} mean"), N_("{n} means"), grouping.count),
        first=f"the {view.examples()[n]}" if view.source.kind == "layer" else f"example {n}",
        channel=c,
        others=_counted(N_("{n} other example"), N_("{n} other examples"), view.shape[0] - 1),
        steps=KEPT_STEPS,
    )
    for trouble in view.result.degenerate:
        sentence += f" {trouble.sentence}"
    lesson.say(where, sentence)


def _counted(one: str, many: str, n: int) -> str:
    return ngettext(one, many, n).format(n=f"{n:,}")


def draw_stage(view: View) -> None:
    """Draw x at the left, who shares a mean in the middle, and x̂ at the right."""
    cell = view.cell()
    left, middle, right = st.columns([5, 3.4, 4.2], gap="xsmall")
    start = cells.text(view.place)
    with left:
        tiles(
            [_grid(view, view.x, cell, "x", photos=True)],
            key="x",
            luts=luts(is_dark()),
            start=cells.parse(state.held("cell", (view.source, view.spec), start), view.shape),
            default=first_place(view.shape),
            height=STAGE,
            on_change=state.listen("x", "cell", "cell"),
        )
    with middle:
        look = {"dark": is_dark(), "height": STAGE - HISTOGRAM - 34}
        show(kept(figures.cube, cell.members, **look), "cube")
        _histogram(view, cell)
    with right:
        if view.result.output is None:
            st.warning(
                _("torch refuses: {refusal}").format(refusal=view.result.refusal),
                icon=":material/block:",
            )
        else:
            tiles(
                [_grid(view, view.result.output, cell, "x̂", photos=False)],
                key="y",
                luts=luts(is_dark()),
                start=view.place,
                default=first_place(view.shape),
                height=STAGE,
                on_change=state.listen("y", "cell", "cell"),
            )


def _histogram(view: View, cell: CellNorm) -> None:
    center = float(view.result.subtracted[cell.group])
    spread = float(view.result.divided[cell.group])
    values = view.x[cell.members].astype(np.float64)
    chosen = float(view.x[view.place])
    mean, std = view.result.mean[cell.group], view.result.variance[cell.group] ** 0.5
    own = _("mean {mean}, std {std}").format(mean=digits(mean, 3), std=digits(std, 3))
    used = _("x − {center}, then ÷ {spread}").format(
        center=operand(center, 3), spread=digits(spread, 3)
    )
    st.caption(
        _("**{counted}: {own}** · this norm: {used}").format(
            counted=_counted(N_("{n} value"), N_("{n} values"), cell.size), own=own, used=used
        )
    )
    of = (values, center, spread, chosen)
    show(kept(figures.group_histogram, *of, dark=is_dark(), height=HISTOGRAM), "group")


def _grid(view: View, tensor: np.ndarray, cell: CellNorm, name: str, *, photos: bool) -> Tiles:
    """Return the first examples and channels as a grid of tiles; the lit ones share a mean."""
    n, c, h, w = view.shape
    rows, columns = min(n, SHOWN[0]), min(c, SHOWN[1])
    stride = -(-max(h, w) // SHOWN[2])
    part = tensor[:rows, :columns, ::stride, ::stride]
    lit = cell.members[:rows, :columns, ::stride, ::stride]
    flat = part.reshape(-1, *part.shape[2:])
    names = view.examples()[:rows]
    return Tiles(
        name=name,
        values=flat,
        title=f"{name}  {shape(view.shape)}",
        note=_note(view, rows, columns, stride),
        scheme="diverging",
        limits=pixels.robust_limits(flat),
        grid=(rows, columns),
        stride=stride,
        lit=lit.reshape(flat.shape),
        row_photos=results.photos(names) if photos and view.source.kind == "layer" else None,
        row_labels=names if photos and view.source.kind != "layer" else (),
        column_labels=tuple(str(i) for i in range(columns)),
        **_margins(view, name, rows, columns),
        pick="cell",
        bar=True,
    )


def _margins(view: View, name: str, rows: int, columns: int) -> dict[str, Any]:
    """μ and σ beside the tiles that share them, where these are whole columns or rows."""
    result = view.result
    mean, variance = result.mean, result.variance
    if name != "x" and result.mean_after is not None and result.variance_after is not None:
        mean, variance = result.mean_after, result.variance_after
    both = (mean, np.sqrt(variance))
    if view.label == "BN":
        lines = tuple(tuple(_short(v) for v in values[:columns]) for values in both)
        return {"margins": lines, "margin_names": ("μ", "σ")}
    if view.label == "LN":
        lines = tuple(tuple(_short(v) for v in values[:rows]) for values in both)
        return {"row_margins": lines, "row_margin_names": ("μ", "σ")}
    return {}


def _short(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _note(view: View, rows: int, columns: int, stride: int) -> str:
    n, c, *_rest = view.shape
    ends = _("colors end at 99 % of the values")
    if (rows, columns, stride) == (n, c, 1):
        return ends
    return (
        f"{ends}; shown: {rows} of {n} examples, {columns} of {c} channels, every {stride}th pixel"
    )
