"""An error that nobody has foreseen: in full on one's own machine, a number to strangers."""

import secrets
import sys
import traceback

import streamlit as st
from streamlit import config

from viz_models.runs import home


def hide_from_strangers() -> None:
    """Tell Streamlit to show no traceback where strangers share the server."""
    if home.hosted():
        config.set_option("client.showErrorDetails", "none")


def told(error: Exception) -> bool:
    """Say in one line that something went wrong, with the number under which the log has it.

    Args:
        error: What ended a page's run.

    Returns:
        Whether it was said: not on one's own machine, where Streamlit shows all of it.
    """
    if not home.hosted():
        return False
    number = secrets.token_hex(4)
    lines = "".join(traceback.format_exception(error))
    sys.stderr.write(f"error {number}\n{lines}")
    st.error(
        f"Something went wrong here. Reset the page or reload it; if it happens again, "
        f"tell whoever runs this server the number {number}.",
        icon=":material/error:",
    )
    return True
