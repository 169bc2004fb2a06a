"""The main picture of the lesson on images: the image, where a head looks, and all heads."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import state
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.layers import help_on
from viz_models.ui.panels.attention.patches import FIRST_HEAD, View

SHOWN = 112  # px, the longest side in which a photo is sent
PICTURE = 206  # px on screen


def draw_stage(view: View, text: Mapping[str, str]) -> None:
    """Draw the image in patches, where the chosen head looks, and all heads."""
    left, right = st.columns([1.55, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        tiles(
            [_image(view), _patches(view), _overlay(view)],
            key="image",
            luts=luts(is_dark()),
            start=(0, *view.patch) if view.asks == "patch" else None,
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
            start=(view.layer, view.head, 0, 0),
            default=(*FIRST_HEAD, 0, 0),
            param="head",
            on_change=state.listen("heads", "cell", "head"),
            contrast=True,
        )
        st.caption(text["All heads"], help=help_on("layer and head"))


def _asked() -> None:
    """Let the patch that was clicked ask."""
    state.listen("image", "cell", "patch")()
    st.session_state["asks"] = "patch"


def _patches(view: View) -> Tiles:
    """Return the exact weights, a cell for each patch; a click chooses which patch asks."""
    return Tiles(
        name=_("weights"),
        values=view.looks[None],
        title=_("weights"),
        note=_("layer {layer}, head {head}").format(layer=view.layer, head=view.head),
        size=PICTURE,
        pick="cell",
        show_values=view.grid <= 8,
        boxes=_asking(view, 1),
        axes=(_("patch row"), _("patch column")),
        bar=True,
        limits=(0.0, float(view.looks.max())),
    )


def _image(view: View) -> Tiles:
    """Return the image that the network read."""
    shown = _shown(view)
    return Tiles(
        name=_("photo"),
        values=shown,
        title=_("the image"),
        note=_("{grid}×{grid} patches of {side}×{side} pixels").format(
            grid=view.grid, side=view.side
        ),
        scheme="photo",
        boxes=_asking(view, shown.shape[0] // view.grid),
        size=PICTURE,
    )


def _overlay(view: View) -> Tiles:
    """Return the image with the weights as heat over it."""
    shown = _shown(view)
    side = shown.shape[0] // view.grid
    heat = np.kron(view.looks / view.looks.max(), np.ones((side, side)))
    return Tiles(
        name=_("overlay"),
        values=shown,
        title=_("the weights over the image"),
        scheme="photo",
        overlay=heat.astype(np.float32),
        boxes=_asking(view, side),
        size=PICTURE,
    )


def _shown(view: View) -> np.ndarray:
    """Return the picture in as many pixels as are sent; a patch is a whole number of them."""
    picture = view.result.picture
    repeat = max(1, SHOWN // picture.shape[0])
    step = max(1, picture.shape[0] // SHOWN)
    return np.kron(picture, np.ones((repeat, repeat, 1), np.uint8))[::step, ::step]


def _asking(view: View, side: int) -> tuple[Box, ...]:
    """Return a frame around the patch that asks, for patches of so many pixels."""
    if view.asks == "cls":
        return ()
    y, x = view.patch
    return (Box(y * side, x * side, (y + 1) * side, (x + 1) * side, "chosen"),)


def _every_head(view: View) -> Tiles:
    """Return the weights of all heads, a row for each layer."""
    layers, heads = view.result.weights.shape[:2]
    return Tiles(
        name=_("all"),
        values=view.result.every_look(view.query),
        title=_("weights of {layers} layers with {heads} heads each").format(
            layers=layers, heads=heads
        ),
        grid=(layers, heads),
        row_labels=tuple(_("layer {n}").format(n=i) for i in range(layers)),
        column_labels=tuple(str(i) for i in range(heads)),
        exact=view.grid <= 8,
        pick="cell",
        axes=(_("patch row"), _("patch column")),
        bar=True,
    )
