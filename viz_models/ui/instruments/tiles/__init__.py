"""The `tiles` instrument: any tensor as crisp tiles, several of them with operators between.

The browser owns the choice: it paints it, writes it to the address bar and then tells Python.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import streamlit as st

from viz_models.records import Cell, Pair
from viz_models.ui.instruments.mounting import mounted, pack
from viz_models.ui.instruments.tiles.group import BUDGET, Box, Tiles, extent, fit, limits_of

__all__ = ["BUDGET", "Box", "Tiles", "fit", "flips", "limits_of", "painted", "picture", "tiles"]


def tiles(
    groups: Sequence[Tiles],
    *,
    key: str,
    luts: Mapping[str, np.ndarray],
    start: Cell | None = None,
    default: Cell | None = None,
    param: str = "cell",
    height: int | None = None,
    on_change: Callable[[], None] | None = None,
    contrast: bool = False,
    flipped: Sequence[Pair] = (),
    box_param: str = "box",
    box_default: Box | None = None,
) -> Cell | None:
    """Show tensors side by side.

    Args:
        groups: What to show, from left to right.
        key: Streamlit key; also the name of the saved picture.
        luts: (256, 3) uint8 per scheme that is used ("sequential" for an overlay too).
        start: The chosen cell. The browser follows it only when it changes.
        default: The choice that the address bar leaves out.
        param: Query parameter that holds the choice, as "c,y,x" ("c" in a vector, "n,c,y,x"
            in a grid), or as the parts that the groups follow.
        height: Of the whole instrument, in px at normal type size; None is as tall as needed.
        on_change: Called when a cell is chosen or cells were painted.
        contrast: Offer "same scale | each its own".
        flipped: Cells of a group with pick="mask" that were flipped by hand. A stroke flips
            more, or some of them back; the browser writes them to the parameter "painted".
        box_param: Query parameter of the group's draggable box: "left,top,right,bottom". The
            field "box" reports it when it is released.
        box_default: The box that the address bar leaves out.

    Returns:
        The chosen cell in true indices.

    Raises:
        ValueError: If a lookup table is missing.
    """
    header, arrays = picture(groups, luts)
    header |= {"start": start, "default": default, "param": param}
    header |= {"height": height, "contrast": contrast, "key": key, "flipped": list(flipped)}
    header |= {"boxParam": box_param, "boxDefault": _edges(box_default)}
    changed = on_change or (lambda: None)
    result = mounted("tiles")(
        key=key,
        data=pack(header, arrays),
        params=(param, box_param),
        on_cell_change=changed,
        on_painted_change=changed,
        on_flipped_change=changed,
        on_box_change=changed,
    )
    return _settled(key, result.get("cell"), start)


def painted(key: str) -> list[tuple[int, int, bool]]:
    """Cells of the last stroke in a group with pick="paint": (y, x, whether it is on now)."""
    strokes = dict(st.session_state.get(key) or {}).get("painted") or []
    return [(int(y), int(x), bool(on)) for (y, x), on in strokes]


def flips(text: str) -> tuple[Pair, ...] | None:
    """Return the cells that a parameter such as "4.0_4.3" names; None if it names none."""
    parts = [cell.split(".") for cell in text.split("_") if cell]
    if not all(len(p) == 2 and all(i.isascii() and i.isdigit() for i in p) for p in parts):
        return None
    return tuple((int(y), int(x)) for y, x in parts)


def picture(
    groups: Sequence[Tiles], luts: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Header and arrays of a picture; the header refers to arrays by their position.

    Raises:
        ValueError: If a lookup table is missing.
    """
    arrays: list[np.ndarray] = []
    needed = {g.scheme for g in groups} - {"photo"}
    needed |= {"sequential" for g in groups if g.overlay is not None}
    if missing := sorted(needed - luts.keys()):
        raise ValueError(f"no lookup table for {', '.join(missing)}")

    def place(array: np.ndarray | None) -> int | None:
        if array is None:
            return None
        arrays.append(array)
        return len(arrays) - 1

    tables = {scheme: place(luts[scheme].astype(np.uint8)) for scheme in sorted(needed)}
    return {"luts": tables, "groups": [_group(g, place) for g in groups]}, arrays


_AS_THEY_ARE = (
    *("name", "title", "note", "scheme", "indices", "stride", "offset", "columns", "size"),
    *("exact", "pick", "after", "bar", "unit", "grid", "corner", "margins"),
    *("follows", "above", "stretch", "axes"),
)


def _group(group: Tiles, place: Callable[[np.ndarray | None], int | None]) -> dict[str, Any]:
    values, scale = _sent(group.values, group.exact)
    overlay, overlay_scale = _sent(group.overlay, group.exact)
    return {name: getattr(group, name) for name in _AS_THEY_ARE} | {
        "shape": group.shape,
        "vector": group.is_vector,
        "bands": group.bands,
        "limits": limits_of(group),
        "showValues": group.show_values,
        "rowIndices": group.row_indices,
        "rowLabels": group.row_labels,
        "columnLabels": group.column_labels,
        "marginNames": group.margin_names,
        "rowMargins": group.row_margins,
        "rowMarginNames": group.row_margin_names,
        "rowMarginRole": group.row_margin_role,
        "rowNames": group.row_names or group.row_labels,
        "columnNames": group.column_names or group.column_labels,
        "hatchedText": group.hatched_text,
        "over": asdict(group.over) if group.over else None,
        "boxes": [[b.top, b.left, b.bottom, b.right, b.role, b.name] for b in group.boxes],
        "draggable": _edges(group.draggable),
        "values": place(values),
        "scale": scale,
        "hatched": place(_bits(group.hatched)),
        "lit": place(_bits(group.lit)),
        "overlay": place(overlay),
        "overlayScale": overlay_scale,
        "rowPhotos": place(group.row_photos),
        "columnPhotos": place(group.column_photos),
    }


def _edges(box: Box | None) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom, as links and torchvision have it."""
    return None if box is None else (box.left, box.top, box.right, box.bottom)


def _bits(mask: np.ndarray | None) -> np.ndarray | None:
    return None if mask is None else mask.astype(np.uint8)


def _sent(values: np.ndarray | None, exact: bool) -> tuple[np.ndarray | None, float]:
    """Return the values as they travel, and what one unit of them is worth."""
    if values is None or values.dtype == np.uint8:
        return values, 1.0
    if exact:
        return values.astype(np.float32), 1.0
    largest = max(map(abs, extent(values))) or 1.0
    return (values / largest).astype(np.float16), largest


def _settled(key: str, told: Sequence[int] | None, start: Cell | None) -> Cell | None:
    """Return the browser's choice or `start`, whichever is news; `told` lives for one run only."""
    memory = f"{key}.seen"
    started, cell = st.session_state.get(memory, (None, None))
    if told is not None:
        cell = tuple(int(i) for i in told)
    elif start != started:
        cell = start
    st.session_state[memory] = (start, cell)
    return cell
