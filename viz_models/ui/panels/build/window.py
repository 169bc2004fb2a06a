"""Several small kernels beside one large kernel that sees as much."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import count, digits, memory, percent
from viz_models.figures.build import window as figures
from viz_models.language import gettext as _
from viz_models.records import Line, Sight, Windows, WindowSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.results.build import window as results

LAYERS = (2, 3, 4, 5, 6)
KERNELS = (3, 5, 7)
DILATIONS = (1, 2, 3, 4)
CHANNELS = (4, 8, 16, 32, 64, 128)
MOST = 31  # pixels of a field, so that the large window stays quick
STAGE = 270  # px


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    asked: int  # kernels
    result: Windows

    @property
    def spec(self) -> WindowSpec:
        """What was measured."""
        return self.result.spec


def controls() -> View:
    """Draw the choices of kernels, dilation and channels; return what was measured for them."""
    with control_row():
        layers = slider(_("Layers"), LAYERS, "windows", 190, value=3)
        kernel = slider("kernel_size", KERNELS, "window", 110, value=3)
        dilation = slider(_("dilation"), DILATIONS, "window_dilation", 130, value=1)
        channels = slider(_("Channels, C"), CHANNELS, "channels", 200, value=64)
    fitting = max(1, min(layers, (MOST - 1) // ((kernel - 1) * dilation)))
    spec = WindowSpec(layers=fitting, kernel_size=kernel, dilation=dilation, channels=channels)
    return View(layers, results.windows(spec))


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    stack, single, c = view.result.stack, view.result.single, view.spec.channels
    return {
        "stack": figures.name_of(stack),
        "single": figures.name_of(single),
        "reach": f"{stack.reach}×{stack.reach}",
        "seen": _seen(stack),
        "coefficient": f"{stack.parameters // c**2}C²",
        "single_coefficient": f"{single.parameters // c**2}C²",
        "ratio": percent(stack.parameters / single.parameters),
        "middle": percent(stack.middle),
        "single_middle": percent(single.middle),
    }


def _seen(sight: Sight) -> str:
    if sight.seen == sight.reach**2:
        return _("all of them")
    return _("only {seen} of these {reach}").format(seen=sight.seen, reach=sight.reach**2)


def draw_remark(view: View) -> None:
    """Say that fewer layers are shown than were asked for, where that is so."""
    if view.asked > view.spec.layers:
        st.caption(
            _(
                ":material/info: {asked} kernels would see more than {most} pixels. "
                "The page shows {layers}."
            ).format(asked=view.asked, most=MOST, layers=view.spec.layers)
        )


def draw_footprints(view: View) -> None:
    """Draw where on the input the gradient of one output pixel falls, for both."""
    result = view.result
    most = float(max(s.share.max() for s in _both(result))) * 100
    with st.container(border=True):
        tiles(
            [_heat(s, most) for s in _both(result)],
            key="footprints",
            luts=luts(is_dark()),
            height=STAGE,
        )
        show(kept(figures.profile, result, **figure_look()), "profile")


def _heat(sight: Sight, most: float) -> Tiles:
    side, middle = len(sight.share), len(sight.share) // 2
    name = figures.name_of(sight)
    return Tiles(
        name=name,
        title=name,
        note=_("{middle} on the middle 3×3").format(middle=percent(sight.middle)),
        values=sight.share[None] * 100,
        limits=(0.0, most),
        size=STAGE - 60,
        offset=(-middle, -middle),
        axes=(_("row"), _("column")),
        boxes=(Box(-1, -1, 2, 2, "chosen"),) if side > 1 else (),
        bar=True,
        unit="%",
    )


def draw_costs(view: View, text: Mapping[str, str]) -> None:
    """Draw what both cost, as torch counts it, and how to read the picture."""
    result = view.result
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(result),
            key="costs",
            title=_("The cost of the same view"),
            note=" → ".join(figures.name_of(s) for s in _both(result)),
            badge=lesson.badge(result.provenance),
            terms=words.glossary(),
        )
        st.markdown(text["How to read the maps"])


def _both(result: Windows) -> tuple[Sight, Sight]:
    return result.stack, result.single


def _lines(result: Windows) -> list[Line]:
    return [*_lines_of_field(result), *_lines_of_cost(result)]


def _pair(*texts: str) -> str:
    return " → ".join(texts)


def _lines_of_field(result: Windows) -> list[Line]:
    stack, single = _both(result)
    expected = result.spec.field
    found = f"{stack.reach}×{stack.reach}", f"{single.reach}×{single.reach}"
    right = stack.reach == single.reach == expected
    return [
        Line(
            label=_("receptive field, by gradient"),
            value=_pair(*found),
            role="checked" if right else "warning",
            term="receptive field",
        ),
        Line(
            label=_("1 + layers · (kernel_size − 1) · dilation = {expected}").format(
                expected=expected
            ),
            role="muted",
        ),
        Line(label=_("pixels with a gradient"), value=_pair(str(stack.seen), str(single.seen))),
    ]


def _lines_of_cost(result: Windows) -> list[Line]:
    stack, single = _both(result)
    c = result.spec.channels
    return [
        Line(
            label=_("weights"),
            value=_pair(f"{stack.parameters:,}", f"{single.parameters:,}"),
            role="chosen",
            rule=True,
        ),
        Line(
            label=f"÷ C² = {c**2:,}",
            value=_pair(*(str(s.parameters // c**2) for s in (stack, single))),
            role="muted",
        ),
        Line(
            label=_("multiply-adds"),
            term="multiply-adds",
            value=_pair(count(stack.macs), count(single.macs)),
            note=_("{side}×{side} maps").format(side=result.side),
        ),
        Line(
            label=_("kept for the backward pass"),
            value=_pair(memory(stack.kept_bytes), memory(single.kept_bytes)),
        ),
        Line(
            label=_("one forward pass"),
            value=_pair(*(f"{digits(s.milliseconds, 2)} ms" for s in (stack, single))),
        ),
        Line(label=_("ReLUs in between"), value=_pair(str(stack.layers - 1), "0")),
    ]


def code(view: View) -> str:
    """Return a script that prints the weights and the share in the middle of both."""
    spec = view.spec
    return take_away.filled(
        "build/window",
        layers=spec.layers,
        kernel=spec.kernel_size,
        dilation=spec.dilation,
        channels=spec.channels,
    )


def table(view: View) -> str:
    """Return the share of the squared gradient on every pixel, for both."""
    side, result = view.spec.field, view.result
    rows = (
        [y - side // 2, x - side // 2, *(float(s.share[y, x]) for s in _both(result))]
        for y in range(side)
        for x in range(side)
    )
    return take_away.csv_text(("row", "column", "stack", "single"), rows)
