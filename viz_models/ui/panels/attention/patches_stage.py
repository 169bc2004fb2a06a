"""The stage of the lesson on images: the image, where a head looks, and all heads."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import state
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.patches import FIRST_HEAD, View

SHOWN = 112  # px, the longest side in which a photo is sent
PICTURE = 206  # px on screen


def stage(view: View, text: Mapping[str, str]) -> None:
    """The image in patches, where the chosen head looks, and all heads."""
    left, right = st.columns([1.55, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        tiles(
            [_image(view), _patches(view), _overlay(view)],
            key="image",
            luts=luts(is_dark()),
            start=(0, *view.patch()) if view.asks == "patch" else None,
            default=(0, view.grid // 2, view.grid // 2),
            param="patch",
            on_change=_asked,
        )
        st.caption(text["The image"])
    with right.container(border=True, height="stretch"):
        tiles(
            [_every_head(view)],
            key="heads",
            luts=luts(is_dark()),
            start=(*view.head(), 0, 0),
            default=(*FIRST_HEAD, 0, 0),
            param="head",
            on_change=state.listen("heads", "cell", "head"),
            contrast=True,
        )
        st.caption(text["All heads"])


def _asked() -> None:
    """A click on a patch makes it the one that asks."""
    state.listen("image", "cell", "patch")()
    st.session_state["asks"] = "patch"


def _patches(view: View) -> Tiles:
    """Exact weights, a cell a patch; a click chooses who asks."""
    layer, head = view.head()
    return Tiles(
        name="weights",
        values=view.looks[None],
        title="weights",
        note=f"layer {layer + 1}, head {head + 1}",
        size=PICTURE,
        pick="cell",
        show_values=view.grid <= 8,
        boxes=_asking(view, 1),
        axes=("patch row", "patch column"),
        bar=True,
        limits=(0.0, float(view.looks.max())),
    )


def _image(view: View) -> Tiles:
    """What the network saw."""
    shown = _shown(view)
    return Tiles(
        name="photo",
        values=shown,
        title="the image",
        note=f"{view.grid}×{view.grid} patches of {view.side}×{view.side} pixels",
        scheme="photo",
        boxes=_asking(view, shown.shape[0] // view.grid),
        size=PICTURE,
    )


def _overlay(view: View) -> Tiles:
    """The same under the weights."""
    shown = _shown(view)
    side = shown.shape[0] // view.grid
    heat = np.kron(view.looks / view.looks.max(), np.ones((side, side)))
    return Tiles(
        name="overlay",
        values=shown,
        title="the image under them",
        scheme="photo",
        overlay=heat.astype(np.float32),
        boxes=_asking(view, side),
        size=PICTURE,
    )


def _shown(view: View) -> np.ndarray:
    """The picture in as many pixels as are sent; a patch is a whole number of them."""
    picture = view.result.picture
    repeat = max(1, SHOWN // picture.shape[0])
    step = max(1, picture.shape[0] // SHOWN)
    return np.kron(picture, np.ones((repeat, repeat, 1), np.uint8))[::step, ::step]


def _asking(view: View, side: int) -> tuple[Box, ...]:
    """A frame around the patch that asks, for patches of so many pixels."""
    if view.asks == "cls":
        return ()
    y, x = view.patch()
    return (Box(y * side, x * side, (y + 1) * side, (x + 1) * side, "chosen"),)


def _every_head(view: View) -> Tiles:
    layers, heads = view.result.weights.shape[:2]
    return Tiles(
        name="all",
        values=view.result.every_look(view.query),
        title=f"where it looks: {layers} layers, {heads} heads each",
        grid=(layers, heads),
        row_labels=tuple(f"layer {i + 1}" for i in range(layers)),
        column_labels=tuple(str(i + 1) for i in range(heads)),
        exact=view.grid <= 8,
        pick="cell",
        axes=("patch row", "patch column"),
        bar=True,
    )
