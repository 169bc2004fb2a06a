"""One value, exactly: where it stands, what it was computed from, and torch's own beside it."""

import numpy as np

from viz_models.digits import digits, signed
from viz_models.figures import pixels
from viz_models.records import Calculation, Cell, Footprint, Line, Step, Window
from viz_models.ui import results, state, words
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.panels.flow_stage import View, is_dark, luts

PICTURE = 104  # px, the map and the photo beside it


def value_card(view: View, step: Step, cell: Cell) -> None:
    """The map that holds the value, what it sees of the photo, and the sum behind it."""
    sums = results.calculation(view.trace, view.chosen.prepared, step.name, cell)
    groups = [*_where(view, step, cell), *_windows(sums)]
    tiles(
        groups,
        key="value",
        luts=luts(is_dark()),
        start=cell,
        default=view.default_cell(),
        on_change=state.listen("value", "cell", "cell"),
    )
    ledger(
        _lines(view, step, sums),
        key="sum",
        title="One value, exactly",
        note=_place(cell),
        badge=f"measured now · {view.trace.provenance.device} · seed {view.spec.model.seed}",
        terms=words.glossary(),
    )


def _where(view: View, step: Step, cell: Cell) -> list[Tiles]:
    """The chosen map, and the photo with what the value can see and really reacts to."""
    value = view.trace.value(step.name)
    print_ = results.footprint(view.trace, step.name, cell)
    photo = Tiles(
        name="photo",
        values=view.chosen.prepared.cropped,
        scheme="photo",
        size=PICTURE,
        note=_field_note(print_),
        overlay=print_.gradient,
        boxes=(Box(*print_.box, role="chosen"),),
    )
    if value.ndim == 1:
        return [photo]
    chosen = Tiles(
        name="map",
        values=value[cell[0]][None],
        indices=(cell[0],),
        scheme=pixels.scheme(value),
        limits=pixels.limits(value[cell[0]]),
        size=PICTURE,
        note=f"map {cell[0]}",
        pick="cell",
    )
    return [chosen, photo]


def _field_note(footprint: Footprint) -> str:
    top, left, bottom, right = footprint.box
    return f"sees {bottom - top}×{right - left} px"


def _windows(sums: Calculation) -> list[Tiles]:
    """Patch and kernel of the input channel that counts most."""
    if not sums.windows or sums.windows[0].patch.size == 1:
        return []
    window = sums.windows[0]
    patch = _small("patch", window, window.patch, f"channel {window.channel}")
    if window.kernel is None:
        return [patch]
    kernel = _small("kernel", window, window.kernel, "kernel")
    return [_followed_by(patch, "×"), kernel]


def _small(name: str, window: Window, values: np.ndarray, note: str) -> Tiles:
    finite = np.where(np.isfinite(values), values, 0)
    return Tiles(
        name=name,
        values=finite[None].astype(np.float32),
        scheme=pixels.scheme(finite),
        limits=pixels.limits(finite),
        size=PICTURE * 3 // 4,
        note=note,
        hatched=~window.inside if name == "patch" else None,
    )


def _followed_by(group: Tiles, operator: str) -> Tiles:
    from dataclasses import replace

    return replace(group, after=operator)


def _lines(view: View, step: Step, sums: Calculation) -> list[Line]:
    lines = [_term(step, w) for w in sums.windows] if sums.op in ("conv2d", "linear") else []
    if sums.rest_count:
        rest = Line(label=f"{sums.rest_count} more", value=signed(sums.rest_total), role="muted")
        lines.append(rest)
    lines += [
        Line(label=n.symbol, note=n.meaning, value=digits(n.value), role="number")
        for n in sums.numbers
    ]
    if sums.formula:
        lines.append(Line(label=sums.formula, role="muted"))
    lines.append(
        Line(
            label="sum" if lines else "value", value=digits(sums.total, 6), role="chosen", rule=True
        )
    )
    lines.append(Line(label="torch", value=digits(sums.torch_value, 6)))
    lines.append(_verdict(sums))
    if step.op == "add":
        merge = results.merge(view.trace, step.name)
        lines.append(
            Line(
                label="‖F(x)‖ / ‖x‖ · cosine",
                value=f"{digits(merge.ratio, 3)} · {digits(merge.cosine, 2)}",
                term="cosine",
            )
        )
    return lines


def _term(step: Step, window: Window) -> Line:
    what = "Σ patch × kernel" if step.op == "conv2d" else "x × w"
    return Line(
        label=f"channel {window.channel}", note=what, value=signed(window.total), role="number"
    )


def _verdict(sums: Calculation) -> Line:
    if sums.agrees:
        how = "bit for bit" if sums.difference == 0 else f"difference {digits(sums.difference, 1)}"
        return Line(label=f"equals torch: {how}", role="checked", term="tolerance")
    return Line(label=f"differs from torch by {digits(sums.difference, 2)}", role="warning")


def _place(cell: Cell) -> str:
    if len(cell) == 1:
        return f"number {cell[0]}"
    return f"map {cell[0]}, row {cell[1]}, column {cell[2]}"
