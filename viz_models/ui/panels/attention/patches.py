"""The lesson on images: which patch each token looks at, in every head of every layer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import decimals_of_sum, digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import DigitSpec, Line, Pair, PatchAttention
from viz_models.runs import home
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import fetching, lesson, photos, state, take_away, words
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.results.attention import patches as results

NETWORKS = {"digits": N_("digits"), "vit_b_16": "vit_b_16"}
TEST_DIGITS = 360
FIRST_DIGIT = 0
FIRST_HEAD = (2, 3)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and the attention weights that were computed for them."""

    network: str
    result: PatchAttention
    index: int  # of the digit; 0 for photos
    asks: str  # "cls" or "patch"
    layer: int
    head: int
    patch: Pair  # row and column of the patch that was clicked last

    @property
    def grid(self) -> int:
        """Patches in a row."""
        return self.result.grid

    @property
    def side(self) -> int:
        """Pixels of a patch."""
        return self.result.picture.shape[0] // self.grid

    @property
    def query(self) -> int:
        """The token that asks: 0 is [cls]."""
        y, x = self.patch
        return 0 if self.asks == "cls" else 1 + y * self.grid + x

    @property
    def looks(self) -> np.ndarray:
        """Weights that the asking token gives to the patches in the chosen head: (grid, grid)."""
        return self.result.looks(self.layer, self.head, self.query)


def _chosen_head(result: PatchAttention) -> Pair:
    """Return the layer and the head that the link names, or those of the first view."""
    limits = result.weights.shape[:2]
    found = _numbers(state.choice("head", "", lambda t: _fits(t, limits)))
    return (found[0], found[1]) if found else FIRST_HEAD


def _chosen_patch(result: PatchAttention) -> Pair:
    """Return the patch that the link names, or the one in the middle."""
    limits = (1, result.grid, result.grid)
    found = _numbers(state.choice("patch", "", lambda t: _fits(t, limits)))
    middle = result.grid // 2
    return (found[1], found[2]) if found else (middle, middle)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _fits(text: str, limits: tuple[int, ...]) -> bool:
    """Return whether the text begins with numbers below the limits: "1,3" or "1,3,0,0"."""
    if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", text):
        return False
    found = _numbers(text)
    return len(found) >= len(limits) and all(
        n < limit for n, limit in zip(found, limits, strict=False)
    )


def controls() -> View | None:
    """Draw the controls: network, image, and which token asks.

    Returns:
        None where the network is not on this machine.
    """
    with control_row():
        network = chips(_("Network"), NETWORKS, key="vision", default="digits")
        if network == "vit_b_16":
            chosen = photos.choose()
            if not results.vit_is_here():
                return None
            photos.remarks(chosen)
            result, index = results.photo(chosen), 0
        else:
            numbers = tuple(range(TEST_DIGITS))
            index = slider(_("Test digit"), numbers, "digit", 220, value=FIRST_DIGIT)
            result = results.digit(DigitSpec(index=index))
        asks = chips(
            _("Who asks"),
            {"cls": N_("[cls] asks"), "patch": N_("a patch asks")},
            key="asks",
            default="cls",
        )
    layer, head = _chosen_head(result)
    return View(network, result, index, asks, layer, head, _chosen_patch(result))


def draw_download(text: Mapping[str, str]) -> None:
    """Draw the button that fetches vit_b_16; no other network is shown in its place."""
    with st.container(border=True):
        st.markdown(text["Not here yet"])
        if home.hosted():
            st.caption(_(fetching.REFUSED))
            return
        begin = st.button(_("Download 330 MB"), icon=":material/download:", key="fetch")
        stop, bar = st.empty(), st.empty()
    if not begin:
        return
    stop.button(
        _("Stop"), icon=":material/stop:", key="stop"
    )  # any click ends this run of the page
    bar.progress(0.0, _("Asking download.pytorch.org …"))
    try:
        for done, total in results.fetch_vit():
            share = done / total if total else 0.0
            bar.progress(
                share, _("{done} of {total} MiB").format(done=done >> 20, total=total >> 20)
            )
    except OSError as trouble:
        stop.empty()
        bar.error(words.plain(str(trouble)), icon=":material/cloud_off:")
        return
    st.rerun()


def facts(view: View) -> dict[str, str]:
    """Return what the answer may name."""
    y, x = np.unravel_index(view.looks.argmax(), view.looks.shape)
    return {
        "label": words.plain(view.result.labels[0]),
        "probability": percent(view.result.probabilities[0]),
        "patches": str(view.grid**2),
        "layer": str(view.layer),
        "head": str(view.head),
        "who": "[cls]"
        if view.asks == "cls"
        else _("patch ({row}, {column})").format(row=view.patch[0], column=view.patch[1]),
        "most": percent(float(view.looks.max())),
        "patch": f"({y}, {x})",
    }


def draw_cards(view: View, text: Mapping[str, str]) -> None:
    """Draw the network's answer, the sums of the row of weights, and how to read them."""
    said, row, told = st.columns([1, 1, 1.2], gap="xsmall")
    with said.container(border=True, height="stretch"):
        ledger(_said(view), key="said", title=_("The network says"), badge=_badge(view))
    with row.container(border=True, height="stretch"):
        ledger(_row(view), key="row", title=_("One row of weights"), terms=words.glossary())
    with told.container(border=True, height="stretch"):
        st.markdown(text["Reading it"])


def _badge(view: View) -> str:
    return lesson.badge(view.result.provenance)


def _said(view: View) -> list[Line]:
    """Return the likeliest classes, and how often the network is right."""
    result = view.result
    pairs = zip(result.labels, result.probabilities, strict=True)
    lines = [Line(label=label, value=percent(p)) for label, p in pairs]
    if result.truth:
        right: Any = "checked" if result.truth == result.labels[0] else "warning"
        lines.append(Line(label=_("it is"), value=result.truth, role=right, rule=True))
    if result.accuracy is not None:
        share = percent(result.accuracy)
        lines.append(
            Line(
                label=_("right on the {test_digits} test digits").format(test_digits=TEST_DIGITS),
                value=share,
            )
        )
    return lines


def _row(view: View) -> list[Line]:
    row = view.result.weights[view.layer, view.head, view.query].astype(np.float64)
    cls, patches = float(row[0]), float(row[1:].sum())
    n = decimals_of_sum(patches, cls, least=3)
    return [
        Line(label=_("on the {grid} patches").format(grid=view.grid**2), value=f"{patches:.{n}f}"),
        Line(label=_("on [cls]"), value=f"{cls:.{n}f}"),
        Line(label=_("together"), value=f"{patches + cls:.{n}f}", rule=True),
        Line(
            label=_("mean distance from a patch to where it looks"),
            value=_("{n:.2f} patches").format(n=view.result.distance(view.layer, view.head)),
        ),
        Line(
            label=_("equals nn.MultiheadAttention"),
            value=_("to {difference}").format(difference=digits(view.result.max_difference, 2)),
            role="checked",
        ),
    ]


def code(view: View) -> str:
    """Return a script that prints the largest weights of every head."""
    name = "attention/patches" if view.network == "digits" else "attention/patches_vit"
    return take_away.filled(name, index=view.index, query=view.query)


def weights(view: View) -> str:
    """Return the name of the shipped weights that the script reads; "" where it fetches others."""
    return "vit_digits" if view.network == "digits" else ""


def rows(view: View) -> int:
    """Return how many rows the table has."""
    return int(view.result.weights[:, :, view.query].size)


def table(view: View) -> str:
    """Return a table of what the asking token gives to each patch, in every head."""
    found = view.result.weights[:, :, view.query]
    lines = (
        (layer, head, key, float(weight)) for (layer, head, key), weight in np.ndenumerate(found)
    )
    return take_away.csv_text(("layer", "head", "key", "weight"), lines)
