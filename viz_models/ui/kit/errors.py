"""An error that nobody has foreseen: in full on one's own machine, a number to strangers."""

import secrets
import sys
import traceback

import streamlit as st
from streamlit import config

from viz_models.language import gettext as _
from viz_models.language import numbered
from viz_models.runs import home
from viz_models.runs.client import StoreError
from viz_models.ui.kit import words


def hide_from_strangers() -> None:
    """Tell Streamlit to show no traceback where strangers share the server."""
    if home.hosted():
        config.set_option("client.showErrorDetails", "none")


def told(error: Exception) -> bool:
    """Say in one line what went wrong, or the number under which the log has it.

    A data folder that is read-only, removed or full is nobody's mistake in the code: its line says
    what to do, here and on one's own machine.

    Args:
        error: What ended a page's run.

    Returns:
        Whether it was said: not on one's own machine, where Streamlit shows all of it.
    """
    if line := _of_data_folder(error):
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        st.error(words.plain(line), icon=":material/hard_drive:")
        return True
    if not home.hosted():
        return False
    number = secrets.token_hex(4)
    lines = "".join(traceback.format_exception(error))
    sys.stderr.write(_("error {number}\n{lines}").format(number=number, lines=lines))
    st.error(
        _(
            "Something went wrong here. Reset the page or reload it; if it happens again, "
            "tell whoever runs this server the number {number}."
        ).format(number=number),
        icon=":material/error:",
    )
    return True


def _of_data_folder(error: Exception) -> str:
    """Return what to say where runs cannot be read or kept; "" for any other error."""
    if isinstance(error, StoreError):
        return _("Runs cannot be read or kept just now: {error}.").format(
            error=numbered(str(error))
        )
    named = str(getattr(error, "filename", None) or "")
    if not isinstance(error, OSError) or not named.startswith(_data_folder()):
        return ""
    return _(
        "The folder of runs cannot be used: {error}. Whoever runs this server must see "
        "to it; FORWARD_PASS_HOME names another folder."
    ).format(error=error.strerror)


def _data_folder() -> str:
    try:
        return str(home.home())
    except OSError as error:  # it cannot even be made
        return str(error.filename)
