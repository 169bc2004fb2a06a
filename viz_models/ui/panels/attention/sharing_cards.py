"""What sharing K/V heads saves, and what summing the queries of a group costs."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits, memory, percent
from viz_models.figures.attention import sharing as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, SharingKind
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.attention.sharing import HEADS, NAMES, View, share

ROWS: dict[SharingKind, str] = {
    "pooled": N_("pooled"),
    "retrained": N_("pooled, retrained"),
    "summed": N_("queries summed"),
    "summed_retrained": N_("summed, retrained"),
}
TABLE = 240  # px


def draw_savings(view: View) -> None:
    """Draw what sharing saves: bytes over words, time over the length of a cache."""
    kv_heads, look = view.spec.kv_heads, figure_look()
    held, spent, numbers = st.columns([1, 1.25, 1.05], gap="xsmall")
    with held.container(border=True, height="stretch"):
        show(kept(figures.bytes_over_context, view.recorded.growth, kv_heads, **look), "bytes")
    with spent.container(border=True, height="stretch"):
        show(kept(figures.time_over_context, view.times, kv_heads, **look), "times")
    with numbers.container(border=True, height="stretch"):
        ledger(
            _saved(view),
            key="saved",
            title=_("{kv_heads} of {heads} K/V heads").format(kv_heads=kv_heads, heads=HEADS)
            if kv_heads < HEADS
            else _("Nothing is shared"),
            note=NAMES[kv_heads],
            badge=lesson.badge(view.times.provenance),
            terms=words.glossary(),
        )


def _saved(view: View) -> list[Line]:
    growth, times, spoken = view.recorded.growth, view.times, view.recorded.words
    row = growth.kv_heads.index(view.spec.kv_heads)
    before, after = (f"{view.sharing.version(k).parameters:,}" for k in ("trained", "pooled"))
    each = memory(float(growth.nbytes[row, 0]))
    last = len(spoken.lengths) - 1
    spent = digits(float(times.milliseconds[row, -1]), 3)
    ratio = digits(float(times.milliseconds[0, -1] / times.milliseconds[row, -1]), 2)
    return [
        Line(label=_("parameters"), value=after, role="chosen"),
        Line(label=_("of the trained network"), value=before, role="muted"),
        Line(label=_("cache for each word"), value=each, role="chosen", term="KV cache"),
        Line(
            label=_("one more token after {lengths:,}").format(lengths=times.spec.lengths[-1]),
            value=f"{spent} ms" + _(", {ratio} × faster").format(ratio=ratio) * (row > 0),
            role="chosen",
            term="decode time",
        ),
        Line(
            label=_("the translator's word {lengths}").format(lengths=spoken.lengths[last]),
            value=f"{digits(float(spoken.cached[row, last]), 3)} ms",
            note=_(spoken.provenance.kind),
            rule=True,
        ),
        Line(
            label=_("without a cache"),
            value=f"{digits(float(spoken.recomputed[row, last]), 3)} ms",
            note=_(spoken.provenance.kind),
            term="without a cache",
        ),
    ]


def draw_summing(view: View, text: Mapping[str, str]) -> None:
    """Draw which share of the unseen sentences every version translates right."""
    table, why = st.columns([1, 1.5], gap="small")
    with table.container(border=True, height="stretch"):
        tiles([_accuracies(view)], key="accuracies", luts=luts(is_dark()), height=TABLE)
        st.caption(lesson.badge(view.accuracy("pooled").provenance))
    with why.container(key="summing"):  # a guided lesson may hide it
        st.markdown(text["Queries summed"].format(**_summed_facts(view)))


def _summed_facts(view: View) -> dict[str, str]:
    """Return what the text on summed queries may name."""
    recorded = view.recorded

    def part(kind: SharingKind, kv_heads: int) -> str:
        return percent(share(recorded.accuracy(kind, kv_heads)))

    return {
        "summed": part("summed", 2),
        "pooled": part("pooled", 2),
        "summed_retrained": part("summed_retrained", 2),
        "retrained": part("retrained", 2),
        "patterns": str(view.sharing.version("summed").pattern_rank),
        "all_patterns": str(view.sharing.version("pooled").pattern_rank),
        "directions": str(view.sharing.version("summed").query_rank),
        "all_directions": str(view.sharing.version("pooled").query_rank),
    }


def _accuracies(view: View) -> Tiles:
    kinds: tuple[SharingKind, ...] = ("pooled", "retrained", "summed", "summed_retrained")
    heads = (2, 1)
    shares = [[share(view.recorded.accuracy(k, n)) for n in heads] for k in kinds]
    return Tiles(
        name=_("accuracies"),
        values=100 * np.array([shares], np.float32).round(3),
        title=_("unseen sentences right, in % of {of:,}").format(of=view.accuracy("trained").of),
        limits=(0.0, 100.0),
        show_values=True,
        unit="%",
        row_labels=tuple(_(ROWS[k]) for k in kinds),
        column_labels=tuple(f"{n} K/V" for n in heads),
    )
