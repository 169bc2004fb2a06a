"""The photo chips, and the way to one's own photo: a file or the camera."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from viz_models.images import samples
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ModelRef, Photo, Prepared
from viz_models.ui.kit import words
from viz_models.ui.kit.controls import chips, control
from viz_models.ui.results.flow import tensor_flow as results
from viz_models.web import uploads

_OWN = "forward_pass.own_photo"
_TROUBLE = "forward_pass.photo_trouble"
_LINKED = "forward_pass.linked_to_own"
OWN = "yours"
DEFAULT = "cat"
SIDE = 224  # px, what ResNet18 takes
_CHIPS = 6  # as many as fit in one row beside the other controls


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A photo and what preprocessing made of it."""

    photo: Photo
    prepared: Prepared
    parts: np.ndarray | None = None  # (5, 224, 224, 3) uint8, of a reader's own: see `ten_parts`


def choose(side: int = SIDE, model: ModelRef | None = None) -> Chosen:
    """Chips for the sample photos and for the reader's own; returns what is chosen.

    Args:
        side: Height and width that the network takes.
        model: One of torchvision's that prepares photos in its own way.
    """
    own: Chosen | None = st.session_state.get(_OWN)
    if own is None and st.query_params.get("photo") == OWN:
        st.session_state[_LINKED] = True  # the chip itself falls back to the default
    choices = {name: name for name in samples.NAMES[:_CHIPS]} | ({OWN: N_("yours")} if own else {})
    name = chips(_("Photo"), choices, key="photo", default=DEFAULT)
    with st.popover("", icon=":material/add_a_photo:", help=_("Your own photo, or the camera")):
        _own_photo()
    if own is None or name != OWN:
        return Chosen(*results.sample(name, side, model))
    return own if side == SIDE and model is None else _another(own, side, model)


def _another(own: Chosen, side: int, model: ModelRef | None) -> Chosen:
    """Return an own photo for another network; of it only what ResNet18 sees was kept."""
    note = _(
        "Of your photo {side}×{side} pixels are kept; this network gets the middle of them."
    ).format(side=SIDE)
    photo = replace(own.photo, notes=(*own.photo.notes, note))
    return Chosen(photo, results.prepared(photo, side, model))


def remarks(chosen: Chosen) -> None:
    """Draw what should be said about the photo: whose it was, what had to be converted."""
    if st.session_state.pop(_LINKED, False):
        st.info(
            _(
                "An own photo stays in its session and is gone after a reload. "
                "You see the {default} instead."
            ).format(default=_(DEFAULT)),
            icon=":material/lock:",
        )
    if chosen.photo.notes:
        st.caption(" · ".join(chosen.photo.notes))


def _own_photo() -> None:
    source = control(
        st.segmented_control,
        _("From"),
        [N_("file"), N_("camera")],
        key="own_from",
        bound=False,
        default="file",
        required=True,
        label_visibility="collapsed",
    )
    key = f"own_{source}"
    given: dict[str, Any] = {"key": key, "bound": False, "on_change": _take, "args": (key,)}
    if source == "file":
        most = uploads.file_bytes() >> 20
        label = _("PNG, JPEG, WebP, GIF or BMP, up to {most} MB").format(most=most)
        control(st.file_uploader, label, max_upload_size=most, **given)
    else:
        control(st.camera_input, _("Take a picture"), **given)
    st.caption(_("It stays in this session and is forgotten when you close the tab."))
    if trouble := st.session_state.get(_TROUBLE):
        st.error(words.plain(trouble), icon=":material/broken_image:")


def _take(key: str) -> None:
    """Make the file just given the chosen photo, or say in one line why not."""
    file = st.session_state.get(key)
    st.session_state.pop(_TROUBLE, None)
    if file is None:
        return
    try:
        photo, prepared, parts = results.own_photo(file.getvalue(), file.name)
    except ValueError as trouble:
        st.session_state[_TROUBLE] = str(trouble)
        return
    # The full picture is not needed again, and a session should stay small.
    st.session_state[_OWN] = Chosen(replace(photo, pixels=prepared.cropped), prepared, parts)
    st.session_state["photo"] = OWN
