"""The folder that the examples of a run are read from: asked for, and read only when confirmed."""

from dataclasses import replace

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import DataSpec
from viz_models.ui.kit import owner, words
from viz_models.ui.kit.controls import control
from viz_models.ui.results.train import data as data_results

NO_FOLDERS = N_("folders are read only where you run this yourself; choose digits")
READ_FIRST = N_("the link names a folder; read it first")
PICTURE_SIZE = 32  # pixels, unless another is chosen
_PICTURES, _IDX = "folder", "idx"  # URL parameters
_CONFIRMED = "forward_pass.folder."  # + parameter: what the reader has asked for


def draw_folder(data: DataSpec) -> tuple[DataSpec, str]:
    """Draw where the examples are read from, where that can be chosen.

    Args:
        data: What a run asks for; a folder that it names by itself is not opened.

    Returns:
        The same with the folder that the reader gave, and what stands in the way; empty if nothing
        does.
    """
    if owner.hosted() and (data.folder or data.name == "folder"):
        return data, NO_FOLDERS  # before anything looks whether it is there
    if data.name == "folder":
        return _pictures(data)
    data = replace(data, folder="")
    return _idx(data) if data_results.is_idx(data) else (data, "")


def _pictures(data: DataSpec) -> tuple[DataSpec, str]:
    folder, trouble = _asked(_("Folder of images, one subfolder a class"), _PICTURES)
    data = replace(data, folder=folder, size=data.size or PICTURE_SIZE)
    st.caption(
        _(
            "Each picture is cut to its middle square and resized to {size}×{size} pixels; "
            "“More settings” changes that."
        ).format(size=data.size)
    )
    return data, trouble


def _idx(data: DataSpec) -> tuple[DataSpec, str]:
    title = data_results.data_title(data)
    if owner.hosted():
        return data, ""
    folder, trouble = _asked(
        _("Folder with your own idx files of {title} (optional)").format(title=title), _IDX
    )
    if not folder:
        st.caption(_where(data, title))
    return replace(data, folder=folder), trouble


def _where(data: DataSpec, title: str) -> str:
    """Return what happens without a folder."""
    if data_results.is_here(data):
        return _("{title} is on this machine.").format(title=title)
    return _(
        "{title} is not on this machine. A run fetches it once, as torchvision does; without a "
        "network, give the folder with its four files (train-images-idx3-ubyte and so on, packed "
        "with gzip or not)."
    ).format(title=title)


def _asked(label: str, key: str) -> tuple[str, str]:
    """Draw the field; return the folder, and why it must not be read yet."""
    folder = control(st.text_input, label, key=key, on_change=_confirm, args=(key,)).strip()
    if folder == st.session_state.get(_CONFIRMED + key, ""):
        return folder, ""
    # a link alone opens nothing
    shown = words.plain(_("Read {folder}").format(folder=folder[:80]))
    st.button(shown, key=f"read_{key}", on_click=_confirm, args=(key,))
    return folder, READ_FIRST


def _confirm(key: str) -> None:
    """Remember that the reader typed the folder, or wants it read; for callbacks."""
    st.session_state[_CONFIRMED + key] = st.session_state.get(key, "").strip()
