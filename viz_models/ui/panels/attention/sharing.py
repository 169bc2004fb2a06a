"""K/V heads shared between query heads: pooled, retrained, and with the queries summed."""

from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.attention import sharing as figures
from viz_models.recordings.sharing import SharingRecording
from viz_models.records import (
    SHARING_KINDS,
    AttentionPart,
    CacheTimes,
    Line,
    Sharing,
    SharingAccuracy,
    SharingKind,
    SharingSpec,
    SharingVersion,
)
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.controls import control, control_row, select, slider
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention import sentence as attend_sentence
from viz_models.ui.results.attention import sharing as results

HEADS = 4
PARTS: dict[str, AttentionPart] = {
    "cross-attention": "cross",
    "decoder": "decoder",
    "encoder": "encoder",
}
PLACES = {
    f"{name}, layer {layer}": (part, layer - 1) for name, part in PARTS.items() for layer in (1, 2)
}
TITLES: dict[SharingKind, tuple[str, str]] = {
    "trained": ("Trained", "a K and V for each query head"),
    "pooled": ("Pooled", "K and V averaged, not trained on"),
    "retrained": ("Retrained", "the pooled one, trained on"),
    "summed": ("Queries summed", "one query a group"),
}
LONGEST = 8  # words on a card
NAMES = {4: "MHA", 2: "GQA", 1: "MQA"}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    sharing: Sharing
    recorded: SharingRecording
    times: CacheTimes  # recorded, or measured here

    @property
    def spec(self) -> SharingSpec:
        """What was asked."""
        return self.sharing.spec

    def accuracy(self, kind: SharingKind) -> SharingAccuracy:
        """Of that version with the chosen number of K/V heads."""
        return self.recorded.accuracy(kind, self.spec.kv_heads)


def controls() -> View:
    """Which sentence, how many K/V heads, which attention."""
    with control_row():
        text = attend_sentence.sentence("Sentence", SharingSpec().text, key="text")
        kv_heads = slider("K/V heads", (4, 2, 1), "kv", 220, value=2)
        part, layer = select("Attention", PLACES, "at", 206, default="cross-attention, layer 2")
        spec = SharingSpec(text=text, kv_heads=kv_heads, part=part, layer=layer)
        sharing = results.sharing(spec)
        attend_sentence.unknown(sharing.unknown)
        here: bool = control(
            st.toggle, "time it here", key="here", help="Times again, on the machine of this page"
        )
    recorded = results.recorded()
    times = results.times_here(recorded.times.spec) if here else recorded.times
    return View(sharing, recorded, times)


def section(view: View) -> str:
    """Which sentence answers: with as many K/V heads as query heads nothing is shared."""
    return "answer none" if view.spec.kv_heads == HEADS else "answer"


def facts(view: View) -> dict[str, str]:
    """What the answer may name."""
    shares = {k: percent(share(view.accuracy(k))) for k in SHARING_KINDS}
    return shares | {
        "kv_heads": str(view.spec.kv_heads),
        "name": NAMES[view.spec.kv_heads],
        "of": f"{view.accuracy('trained').of:,}",
        "times": str(HEADS // view.spec.kv_heads),
    }


def share(found: SharingAccuracy) -> float:
    """Of the sentences that were translated, those that are right: 0..1."""
    return found.right / found.of


def stage(view: View) -> None:
    """The four versions beside each other: who shares, all heads' weights, what came of it."""
    for column, kind in zip(st.columns(4, gap="xsmall"), SHARING_KINDS, strict=True):
        version = view.sharing.version(kind)
        with column.container(border=True, height="stretch", gap="xsmall"):
            st.image(_diagram(version), width="stretch")
            tiles([_heads(version)], key=f"heads_{kind}", luts=luts(is_dark()))
            ledger(_lines(view, version), key=f"version_{kind}", terms=words.glossary())
    _caption(view)


def _diagram(version: SharingVersion) -> str:
    summed = version.kind == "summed"
    return figures.who_shares(HEADS, version.kv_heads, summed, dark=is_dark())


def _caption(view: View) -> None:
    """What rows and columns are, and where the numbers come from."""
    found = view.sharing
    rows, columns = (words.plain(" ".join(t)) for t in (found.queries, found.keys))
    st.caption(
        f"rows: {rows} · columns: {columns} · equals torch's attention to "
        f"{digits(found.max_difference, 1)} · {lesson.badge(found.provenance)}"
    )


def _heads(version: SharingVersion) -> Tiles:
    title, note = TITLES[version.kind]
    return Tiles(
        name=version.kind,
        values=version.weights,
        title=f"{title} · {version.kv_heads} K/V",
        note=note,
        limits=(0.0, 1.0),
        columns=HEADS,
    )


def _lines(view: View, version: SharingVersion) -> list[Line]:
    accuracy = view.accuracy(version.kind)
    same = version.translation == view.sharing.version("trained").translation
    good = share(accuracy) > 0.9
    return [
        Line(
            label="unseen sentences right",
            value=percent(share(accuracy)),
            role="checked" if good else "warning",
        ),
        Line(label="writes", value=_said(version), role="plain" if same else "warning"),
        Line(label="p of a word", value=f"{version.probability:.3f}", term="p of a word"),
        Line(label="output here moves by", value=percent(version.output_change)),
        Line(label="different patterns", value=str(version.pattern_rank), term="pattern rank"),
    ]


def _said(version: SharingVersion) -> str:
    """What it writes; a network that has lost its way may not stop."""
    said = " ".join(version.translation[:LONGEST]) or "nothing"
    return said + " …" * (len(version.translation) > LONGEST)


def code(view: View) -> str:
    """A script that pools, shares and sums in plain torch."""
    return take_away.filled("attention/sharing", kv_heads=view.spec.kv_heads)


def table(view: View) -> str:
    """A version a row."""
    columns = (
        *("version", "kv_heads", "right", "of", "translation", "probability"),
        *("output_change", "patterns", "query_directions", "parameters"),
    )
    rows = []
    for v in view.sharing.versions:
        found = view.accuracy(v.kind)
        numbers = (v.probability, v.output_change, v.pattern_rank, v.query_rank, v.parameters)
        said = " ".join(v.translation)
        rows.append((v.kind, v.kv_heads, found.right, found.of, said, *numbers))
    return take_away.csv_text(columns, rows)
