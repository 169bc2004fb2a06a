"""K/V heads shared between query heads: pooled, retrained, and with the queries summed."""

from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.attention import sharing as figures
from viz_models.language import N_
from viz_models.language import gettext as _
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
from viz_models.ui.kit.controls import control, control_row, slider
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.layers import help_on, select_place
from viz_models.ui.panels.attention.sentence import draw_vocabulary, sentence, token_labels
from viz_models.ui.results.attention import sharing as results

HEADS = 4
PARTS: dict[str, AttentionPart] = {
    N_("cross-attention, layer {n}"): "cross",
    N_("decoder, layer {n}"): "decoder",
    N_("encoder, layer {n}"): "encoder",
}
PLACES = {name.format(n=layer): (part, layer) for name, part in PARTS.items() for layer in (0, 1)}
TITLES: dict[SharingKind, tuple[str, str]] = {
    "trained": (N_("Trained"), N_("a K and V for each query head")),
    "pooled": (N_("Pooled"), N_("K and V averaged, no training")),
    "retrained": (N_("Retrained"), N_("pooled, then trained further")),
    "summed": (N_("Queries summed"), N_("one query for each group")),
}
LONGEST = 8  # words on a card
NAMES = {4: "MHA", 2: "GQA", 1: "MQA"}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed and recorded for them."""

    sharing: Sharing
    recorded: SharingRecording
    times: CacheTimes  # recorded, or measured here

    @property
    def spec(self) -> SharingSpec:
        """What was asked."""
        return self.sharing.spec

    def accuracy(self, kind: SharingKind) -> SharingAccuracy:
        """Return the accuracy of a version with the chosen number of K/V heads."""
        return self.recorded.accuracy(kind, self.spec.kv_heads)


def controls() -> View:
    """Draw the controls: the sentence, how many K/V heads, which attention."""
    with control_row():
        text = sentence(_("Sentence"), SharingSpec().text, key="text")
        kv_heads = slider(_("K/V heads"), (4, 2, 1), "kv", 220, value=2)
        part, layer = select_place(
            _("Attention"),
            PLACES,
            "attention",
            206,
            default="cross-attention, layer 1",
            former="at",
        )
        spec = SharingSpec(text=text, kv_heads=kv_heads, part=part, layer=layer)
        sharing = results.sharing(spec)
        draw_vocabulary(sharing.unknown)
        here: bool = control(
            st.toggle,
            _("time it here"),
            key="here",
            help=_("Measure the times again, on the machine that runs this page"),
        )
    recorded = results.recorded()
    times = results.times_here(recorded.times.spec) if here else recorded.times
    return View(sharing, recorded, times)


def section(view: View) -> str:
    """Return which sentence answers: with a K/V head for each query head nothing is shared."""
    return "answer none" if view.spec.kv_heads == HEADS else "answer"


def facts(view: View) -> dict[str, str]:
    """Return what the answer may name."""
    shares = {k: percent(share(view.accuracy(k))) for k in SHARING_KINDS}
    return shares | {
        "kv_heads": str(view.spec.kv_heads),
        "name": NAMES[view.spec.kv_heads],
        "of": f"{view.accuracy('trained').of:,}",
        "times": str(HEADS // view.spec.kv_heads),
    }


def share(found: SharingAccuracy) -> float:
    """Return the share of the translated sentences that are right: 0 to 1."""
    return found.right / found.of


def draw_stage(view: View) -> None:
    """Draw the four versions: which heads share, the weights of all heads, what came out."""
    for column, kind in zip(st.columns(4, gap="xsmall"), SHARING_KINDS, strict=True):
        version = view.sharing.version(kind)
        with column.container(border=True, height="stretch", gap="xsmall"):
            alt = _("{heads} heads of Q read {kv_heads} of K and V").format(
                heads=HEADS, kv_heads=version.kv_heads
            )
            st.image(_diagram(version), width="stretch", alt=alt)
            tiles([_heads(version)], key=f"heads_{kind}", luts=luts(is_dark()))
            ledger(_lines(view, version), key=f"version_{kind}", terms=words.glossary())
    st.caption(rows_and_columns(view), help=help_on("row", "layer and head"))


def _diagram(version: SharingVersion) -> str:
    summed = version.kind == "summed"
    return figures.who_shares(HEADS, version.kv_heads, summed, dark=is_dark())


def rows_and_columns(view: View) -> str:
    """Return what the rows and columns of the pictures are, and where the numbers come from."""
    found = view.sharing
    rows, columns = (words.plain(" ".join(token_labels(t))) for t in (found.queries, found.keys))
    return _(
        "rows, the word just read: {rows} · columns: {columns} · equal to torch's attention to "
        "{max_difference} · {badge}"
    ).format(
        rows=rows,
        columns=columns,
        max_difference=digits(found.max_difference, 1),
        badge=lesson.badge(found.provenance),
    )


def _heads(version: SharingVersion) -> Tiles:
    title, note = TITLES[version.kind]
    return Tiles(
        name=version.kind,
        values=version.weights,
        title=f"{_(title)} · {version.kv_heads} K/V",
        note=_(note),
        limits=(0.0, 1.0),
        columns=HEADS,
        axes=(_("row"), _("key")),
    )


def _lines(view: View, version: SharingVersion) -> list[Line]:
    accuracy = view.accuracy(version.kind)
    same = version.translation == view.sharing.version("trained").translation
    good = share(accuracy) > 0.9
    return [
        Line(
            label=_("unseen sentences right"),
            value=percent(share(accuracy)),
            role="checked" if good else "warning",
        ),
        Line(label=_("writes"), value=_said(version), role="plain" if same else "warning"),
        Line(label=_("p of a word"), value=f"{version.probability:.3f}", term="p of a word"),
        Line(label=_("output here changes by"), value=percent(version.output_change)),
        Line(label=_("different patterns"), value=str(version.pattern_rank), term="pattern rank"),
    ]


def _said(version: SharingVersion) -> str:
    """Return what it writes, cut after some words: a network that fails may not stop."""
    said = " ".join(version.translation[:LONGEST]) or _("nothing")
    return said + " …" * (len(version.translation) > LONGEST)


def code(view: View) -> str:
    """Return a script that averages, shares and sums in plain torch."""
    return take_away.filled("attention/sharing", kv_heads=view.spec.kv_heads)


def table(view: View) -> str:
    """Return a table with a row for each version."""
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
