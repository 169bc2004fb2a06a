"""K/V heads shared between query heads: pooled, retrained, and with the queries summed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits, memory, percent
from viz_models.figures import attend_sharing as figures
from viz_models.recordings_sharing import SharingRecording
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
from viz_models.ui import attend_sharing_results as results
from viz_models.ui import take_away, words
from viz_models.ui.charts import show
from viz_models.ui.controls import control, select
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.panels import attend_sentence
from viz_models.ui.panels import norm_common as common
from viz_models.ui.panels.flow_stage import is_dark, luts

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
ROWS: dict[SharingKind, str] = {
    "pooled": "pooled",
    "retrained": "pooled, trained on",
    "summed": "queries summed",
    "summed_retrained": "summed, trained on",
}
TABLE = 240  # px
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
    with common.row():
        text = attend_sentence.sentence("Sentence", SharingSpec().text, key="text")
        kv_heads = common.slider("K/V heads", (4, 2, 1), "kv", 220, value=2)
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
    shares = {k: percent(_share(view.accuracy(k))) for k in SHARING_KINDS}
    return shares | {
        "kv_heads": str(view.spec.kv_heads),
        "name": NAMES[view.spec.kv_heads],
        "of": f"{view.accuracy('trained').of:,}",
        "times": str(HEADS // view.spec.kv_heads),
    }


def _share(found: SharingAccuracy) -> float:
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
        f"{digits(found.max_difference, 1)} · {common.badge(found.provenance)}"
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
    good = _share(accuracy) > 0.9
    return [
        Line(
            label="unseen sentences right",
            value=percent(_share(accuracy)),
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


def savings(view: View) -> None:
    """What sharing saves: bytes over words, time over the length of a cache."""
    kv_heads = view.spec.kv_heads
    held, spent, numbers = st.columns([1, 1.25, 1.05], gap="xsmall")
    with held.container(border=True, height="stretch"):
        growth = view.recorded.growth
        show(figures.bytes_over_context(growth, kv_heads, **common.look()), "bytes")
    with spent.container(border=True, height="stretch"):
        show(figures.time_over_context(view.times, kv_heads, **common.look()), "times")
    with numbers.container(border=True, height="stretch"):
        ledger(
            _saved(view),
            key="saved",
            title=f"{kv_heads} of {HEADS} K/V heads" if kv_heads < HEADS else "A K/V head each",
            note=NAMES[kv_heads],
            badge=common.badge(view.times.provenance),
        )


def _saved(view: View) -> list[Line]:
    growth, times, spoken = view.recorded.growth, view.times, view.recorded.words
    row = growth.kv_heads.index(view.spec.kv_heads)
    before, after = (f"{view.sharing.version(k).parameters:,}" for k in ("trained", "pooled"))
    each = memory(float(growth.nbytes[row, 0]))
    last = len(spoken.lengths) - 1
    ratio = times.milliseconds[0, -1] / times.milliseconds[row, -1]
    return [
        Line(label="parameters", value=after, role="chosen"),
        Line(label="of the trained network", value=before, role="muted"),
        Line(label="cache for each word", value=each, role="chosen", term="KV cache"),
        Line(
            label=f"one more token after {times.spec.lengths[-1]:,}",
            value=f"{digits(ratio, 3)} × faster",
            role="chosen",
            term="decode time",
        ),
        Line(
            label=f"a word of the translator after {spoken.lengths[last]}",
            value=f"{digits(float(spoken.cached[row, last]), 3)} ms",
            rule=True,
        ),
        Line(
            label="without a cache",
            value=f"{digits(float(spoken.recomputed[row, last]), 3)} ms",
            term="without a cache",
        ),
    ]


def summing(view: View, text: Mapping[str, str]) -> None:
    """Every version with every number of K/V heads: how many unseen sentences stay right."""
    table, why = st.columns([1, 1.5], gap="small")
    with table.container(border=True, height="stretch"):
        tiles([_accuracies(view)], key="accuracies", luts=luts(is_dark()), height=TABLE)
        st.caption(common.badge(view.accuracy("pooled").provenance))
    why.markdown(text["Queries summed"].format(**_summed_facts(view)))


def _summed_facts(view: View) -> dict[str, str]:
    """What the text on summed queries may name."""
    recorded = view.recorded

    def share(kind: SharingKind, kv_heads: int) -> str:
        return percent(_share(recorded.accuracy(kind, kv_heads)))

    return {
        "summed": share("summed", 2),
        "pooled": share("pooled", 2),
        "summed_retrained": share("summed_retrained", 2),
        "retrained": share("retrained", 2),
        "patterns": str(view.sharing.version("summed").pattern_rank),
        "all_patterns": str(view.sharing.version("pooled").pattern_rank),
        "directions": str(view.sharing.version("summed").query_rank),
        "all_directions": str(view.sharing.version("pooled").query_rank),
    }


def _accuracies(view: View) -> Tiles:
    kinds: tuple[SharingKind, ...] = ("pooled", "retrained", "summed", "summed_retrained")
    heads = (2, 1)
    shares = [[_share(view.recorded.accuracy(k, n)) for n in heads] for k in kinds]
    return Tiles(
        name="accuracies",
        values=100 * np.array([shares], np.float32).round(3),
        title=f"unseen sentences right, of {view.accuracy('trained').of:,}",
        limits=(0.0, 100.0),
        show_values=True,
        unit="%",
        row_labels=tuple(ROWS[k] for k in kinds),
        column_labels=tuple(f"{n} K/V" for n in heads),
    )


def code(view: View) -> str:
    """A script that pools, shares and sums in plain torch."""
    return take_away.filled("attend_sharing", kv_heads=view.spec.kv_heads)


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
