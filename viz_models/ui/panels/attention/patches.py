"""Attention over an image: who looks at which patch, in every head of every layer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.records import DigitSpec, Line, PatchAttention
from viz_models.runs import home
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import fetching, lesson, photos, state, take_away, words
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.results.attention import patches as results

NETWORKS = {"digits": "digits", "vit_b_16": "vit_b_16"}
TEST_DIGITS = 360
FIRST_DIGIT = 0
FIRST_HEAD = (2, 3)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    network: str
    result: PatchAttention
    index: int  # of the digit; 0 for photos
    asks: str  # "cls" or "patch"

    @property
    def grid(self) -> int:
        """Patches in a row."""
        return self.result.grid

    @property
    def side(self) -> int:
        """Pixels of a patch."""
        return self.result.picture.shape[0] // self.grid

    def head(self) -> tuple[int, int]:
        """Layer and head that are looked at."""
        limits = self.result.weights.shape[:2]
        found = _numbers(state.choice("head", "", lambda t: _fits(t, limits)))
        return (found[0], found[1]) if found else FIRST_HEAD

    def patch(self) -> tuple[int, int]:
        """Row and column of the patch that was clicked last."""
        limits = (1, self.grid, self.grid)
        found = _numbers(state.choice("patch", "", lambda t: _fits(t, limits)))
        middle = self.grid // 2
        return (found[1], found[2]) if found else (middle, middle)

    @property
    def query(self) -> int:
        """Token that asks: 0 is [cls]."""
        y, x = self.patch()
        return 0 if self.asks == "cls" else 1 + y * self.grid + x

    @property
    def looks(self) -> np.ndarray:
        """(grid, grid) weights of the chosen head and query."""
        return self.result.looks(*self.head(), self.query)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _fits(text: str, limits: tuple[int, ...]) -> bool:
    """Whether the text begins with numbers below the limits: "1,3" or "1,3,0,0"."""
    if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", text):
        return False
    found = _numbers(text)
    return len(found) >= len(limits) and all(
        n < limit for n, limit in zip(found, limits, strict=False)
    )


def controls() -> View | None:
    """Network, image, and who asks; None where the network is not on this machine."""
    with control_row():
        network = chips("Network", NETWORKS, key="vision", default="digits")
        if network == "vit_b_16":
            chosen = photos.choose()
            if not results.vit_is_here():
                return None
            photos.remarks(chosen)
            result, index = results.photo(chosen), 0
        else:
            numbers = tuple(range(TEST_DIGITS))
            index = slider("Test digit", numbers, "digit", 220, value=FIRST_DIGIT)
            result = results.digit(DigitSpec(index=index))
        asks = chips(
            "Who asks",
            {"cls": "[cls] asks", "patch": "a patch asks"},
            key="asks",
            default="cls",
        )
    return View(network, result, index, asks)


def download(text: Mapping[str, str]) -> None:
    """Offer to fetch vit_b_16; no other network stands in for it."""
    with st.container(border=True):
        st.markdown(text["Not here yet"])
        if home.hosted():
            st.caption(fetching.REFUSED)
            return
        begin = st.button("Download 330 MB", icon=":material/download:", key="fetch")
        stop, bar = st.empty(), st.empty()
    if not begin:
        return
    stop.button("Stop", icon=":material/stop:", key="stop")  # any click ends this run of the page
    bar.progress(0.0, "asking download.pytorch.org …")
    try:
        for done, total in results.fetch_vit():
            share = done / total if total else 0.0
            bar.progress(share, f"{done >> 20} of {total >> 20} MiB")
    except OSError as trouble:
        stop.empty()
        bar.error(words.plain(str(trouble)), icon=":material/cloud_off:")
        return
    st.rerun()


def facts(view: View) -> dict[str, str]:
    """What the answer may name."""
    layer, head = view.head()
    y, x = np.unravel_index(view.looks.argmax(), view.looks.shape)
    return {
        "label": words.plain(view.result.labels[0]),
        "probability": percent(view.result.probabilities[0]),
        "patches": str(view.grid**2),
        "layer": str(layer + 1),
        "head": str(head + 1),
        "who": "[cls]" if view.asks == "cls" else "patch ({}, {})".format(*view.patch()),
        "most": percent(float(view.looks.max())),
        "patch": f"({y}, {x})",
    }


def cards(view: View, text: Mapping[str, str]) -> None:
    """What the network says, what the row of weights holds, and that it equals torch."""
    said, row, told = st.columns([1, 1, 1.2], gap="xsmall")
    with said.container(border=True, height="stretch"):
        ledger(_said(view), key="said", title="The network says", badge=_badge(view))
    with row.container(border=True, height="stretch"):
        ledger(_row(view), key="row", title="One row of weights", terms=words.glossary())
    with told.container(border=True, height="stretch"):
        st.markdown(text["Reading it"])


def _badge(view: View) -> str:
    return lesson.badge(view.result.provenance)


def _said(view: View) -> list[Line]:
    result = view.result
    pairs = zip(result.labels, result.probabilities, strict=True)
    lines = [Line(label=label, value=percent(p)) for label, p in pairs]
    if result.truth:
        right: Any = "checked" if result.truth == result.labels[0] else "warning"
        lines.append(Line(label="it is", value=result.truth, role=right, rule=True))
    if result.accuracy is not None:
        share = percent(result.accuracy)
        lines.append(Line(label=f"right on all {TEST_DIGITS} test digits", value=share))
    return lines


def _row(view: View) -> list[Line]:
    layer, head = view.head()
    row = view.result.weights[layer, head, view.query]
    return [
        Line(label=f"on the {view.grid**2} patches", value=f"{row[1:].sum():.3f}"),
        Line(label="on [cls]", value=f"{row[0]:.3f}"),
        Line(label="together", value=f"{row.sum():.3f}", rule=True),
        Line(
            label="patches look so far, on average",
            value=f"{view.result.distance(layer, head):.2f} patches",
        ),
        Line(
            label="equals nn.MultiheadAttention",
            value=f"to {digits(view.result.max_difference, 2)}",
            role="checked",
        ),
    ]


def code(view: View) -> str:
    """A script that prints the largest weights of every head."""
    name = "attention/patches" if view.network == "digits" else "attention/patches_vit"
    return take_away.filled(name, index=view.index, query=view.query)


def rows(view: View) -> int:
    """How many the table has."""
    return int(view.result.weights[:, :, view.query].size)


def table(view: View) -> str:
    """What the asking token gives to each patch, in every head."""
    found = view.result.weights[:, :, view.query]
    lines = (
        (layer + 1, head + 1, key, float(weight))
        for (layer, head, key), weight in np.ndenumerate(found)
    )
    return take_away.csv_text(("layer", "head", "key", "weight"), lines)
