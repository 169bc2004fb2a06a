"""What the reader's browser keeps between two sessions: an own lesson, and what was answered."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from viz_models.guides import editing
from viz_models.language import gettext as _
from viz_models.ui.guides import answers, mine


def texts() -> dict[str, str | None]:
    """Return what the browser is to keep; None asks it what it has, "" lets it forget."""
    return {"mine": mine.text(), "answers": answers.text()}


def heard(said: Mapping[str, Any]) -> None:
    """Take what the bar in the header says: a view to add, or what the browser has kept."""
    if kept := said.get("kept"):
        if mine.text() is None and kept.get("mine"):
            mine.put(str(kept["mine"]))
        if kept.get("answers"):
            answers.recall(str(kept["answers"]))
    elif view := said.get("add"):
        before = mine.text() or ""
        mine.put(editing.added(before, str(view["title"])[:200], str(view["address"])[:4000]))
        st.toast(_("Added to your lesson. You find it on the page “My lesson”."))
