"""What a reader takes home from a lesson: its table, and code that prints the same digits."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from string import Template

import streamlit as st

from viz_models.language import gettext as _
from viz_models.places import PRETRAINED

_CODE = Path(__file__).parents[1] / "code"
# What makes a text that takes longer than a page may is called at the click. Streamlit loses it if
# the page is just drawn anew, so whatever is quick is there with the button.
Text = str | Callable[[], str]
QUICK = 5000  # rows that are written while a page is drawn: some 10 ms


def row(name: str, *, code: Text, table: Text | None = None, weights: str = "") -> None:
    """Buttons in one row.

    Args:
        name: Of the lesson, and so of the files: "batch_size".
        code: A script that runs without this project.
        table: CSV.
        weights: The name in pretrained/ of what the script reads; it is offered beside the script,
            which looks for it in its own folder.
    """
    with st.container(horizontal=True):
        if table is not None:
            _download(_("Table (CSV)"), table, f"{name}.csv", "table")
        _download(_("Script (Python)"), code, f"{name}.py", "code")
        if weights:
            file = f"{weights}.safetensors"
            _download(_("Weights for the script"), partial(_weights, file), file, "neurology")
        if st.button(_("Read the script"), icon=":material/visibility:", key=f"read_{name}"):
            read = st.dialog(_("The same numbers in plain PyTorch"), width="large")(_read)
            read(code if isinstance(code, str) else code())


def _weights(file: str) -> bytes:
    """Return what a file in pretrained/ holds; up to 22 MB, so it is read at the click."""
    return (PRETRAINED / file).read_bytes()


def _download(label: str, text: Text | Callable[[], bytes], file: str, icon: str) -> None:
    st.download_button(
        label, text, file, on_click="ignore", icon=f":material/{icon}:", key=f"take_{file}"
    )


def _read(code: str) -> None:
    st.code(code, language="python")


def filled(name: str, **blanks: object) -> str:
    """Return a script of the folder code/ with its blanks filled in.

    Raises:
        KeyError: If a blank stays open.
    """
    text = (_CODE / f"{name}.py.txt").read_text(encoding="utf-8")
    return Template(text).substitute(blanks)


def when_long(rows: int, make: Callable[[], str]) -> Text:
    """Return a table that is made now, or at the click if it has many rows."""
    return make() if rows <= QUICK else make


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV; floats with six significant digits."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([f"{v:.6g}" if isinstance(v, float) else v for v in row] for row in rows)
    return out.getvalue()
