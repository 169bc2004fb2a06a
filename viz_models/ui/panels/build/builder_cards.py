"""The cards of the builder: the price, two paths through a block, and which channels see which."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import count, digits, enough, memory, operand
from viz_models.figures.build import builder_paths
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Connectivity, ConvSpec, Line, Paths, RnnSpec, TransformerSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.results.build import builder as results

PERPENDICULAR = 0.25  # a smaller cosine than this adds less than an eighth
SQUARES = 204  # px, for all matrices of a card
SHOWN = 3  # digits of a factor
BATCH = 64  # examples of a training step, for the price


def draw_price(view: View) -> None:
    """Draw what the network costs; all of it is known before anything is built."""
    cost = results.price(view.asked.spec)
    training = 8 * cost.parameters + BATCH * cost.activation_bytes
    ledger(
        [
            Line(label=_("parameters"), value=f"{cost.parameters:,}", term="parameters"),
            Line(label=_("multiply-adds"), value=count(cost.macs), term="multiply-adds"),
            Line(
                label=_("train, batch {batch}").format(batch=BATCH),
                value=memory(training),
                term="training memory",
            ),
            Line(
                label=_("inference"),
                value=memory(4 * cost.parameters + cost.inference_bytes),
                term="inference memory",
            ),
            *_reach(view),
        ],
        key="price",
        title=_("Price"),
        note=_("one example"),
        terms=words.glossary(),
    )


def _reach(view: View) -> list[Line]:
    if not isinstance(view.asked.spec, ConvSpec):
        return []
    side = results.receptive_fields(view.asked.spec)[view.block + 1]
    label = _("block {block} sees").format(block=view.block + 1)
    return [Line(label=label, value=f"{side}×{side}", note=_("pixels"), term="receptive field")]


def draw_paths(view: View, text: Mapping[str, str]) -> None:
    """Draw how the gradient splits at the chosen block, and what the two parts add up to."""
    if not view.small or isinstance(view.asked.spec, RnnSpec):
        return
    specs, yours = results.entries(view.asked.spec, view.loss)
    found = results.paths(specs[yours], 0)
    parts = branches(view)
    at = [len(parts) * view.block + i for i in range(len(parts))]
    with st.container(border=True):
        ledger([], key="paths_title", title=_("Two paths per block"), note=_("gradient norm"))
        bare = results.paths(specs["skip"], 0) if yours == "skip + 1/√L" else None
        figure = kept(
            builder_paths.two_paths,
            found,
            bare,
            parts=parts,
            chosen=view.block + 1,
            height=140 if bare is None else 172,
            **figure_look(),
        )
        show(figure, "paths")
        sums = [Branch(view.block + 1, name, found, i) for name, i in zip(parts, at, strict=True)]
        lines = [line for branch in sums for line in branch.lines()]
        ledger(lines, key="paths_sum", terms=words.glossary())
        st.caption(text[_how_they_add(found, at)])


def branches(view: View) -> tuple[str, ...]:
    """Return the names of the branches that one block has; a single branch needs no name."""
    return (N_("attention"), "FFN") if isinstance(view.asked.spec, TransformerSpec) else ("",)


def _how_they_add(found: Paths, at: Sequence[int]) -> str:
    """Return the section of the prose that fits these branches."""
    if not any(found.identity[i] > 0 for i in at):
        return "One path"
    aligned = any(abs(found.cosine[i]) >= PERPENDICULAR for i in at)
    return "Two paths per block" if aligned else "Perpendicular"


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One branch of the chosen block, and how its gradient and that of the skip add up."""

    block: int  # 1 is the first
    name: str
    found: Paths
    at: int  # its place in `found`

    @property
    def where(self) -> str:
        """The block, numbered as on the diagram, and the branch if there are several."""
        if not self.name:
            return _("block {n}").format(n=self.block)
        return _("block {n}, {branch}").format(n=self.block, branch=_(self.name))

    def lines(self) -> list[Line]:
        """Return the lengths of both parts, the law of cosines, and what was measured."""
        i, b = float(self.found.identity[self.at]), float(self.found.branch[self.at])
        cosine = round(float(self.found.cosine[self.at]), 6)  # 1e-17 is a rounding error
        measured = f"×{digits(self.found.factor[self.at], SHOWN)}"
        if not i > 0:
            return [
                Line(
                    label=_("{where}, all by the branch").format(where=self.where),
                    value=measured,
                    role="chosen",
                )
            ]
        total = float(self.found.by_formula[self.at])
        n = enough(_sum, i, b, cosine, result=SHOWN)
        skip = digits(i, n)
        square, by_i = ("1", "") if skip == "1" else (f"{skip}²", f"{skip}·")
        law = f"√({square} + {digits(b, n)}² + 2·{by_i}{digits(b, n)}·{operand(cosine, n)})"
        return [
            Line(label=self.where, role="muted", rule=bool(self.at)),
            Line(label=_("by the skip"), value=skip),
            Line(label=_("by the branch"), value=digits(b, n)),
            Line(label=_("cosine between them"), value=digits(cosine, n), term="cosine"),
            Line(label=law, value=f"×{digits(total, SHOWN)}", role="chosen", rule=True),
            Line(label=_("measured"), value=measured, role="checked"),
        ]


def _sum(skip: float, branch: float, cosine: float) -> float:
    """Return the length of the sum of two vectors, by the law of cosines."""
    return math.sqrt(skip**2 + branch**2 + 2 * skip * branch * cosine)


def draw_connections(view: View, text: Mapping[str, str]) -> None:
    """Draw which input channels reach which outputs, over one block and over two."""
    spec = view.asked.spec
    if not isinstance(spec, ConvSpec) or not view.small:
        return
    first = min(view.block, len(view.blocks) - 2) if len(view.blocks) > 1 else 0
    ways = [(1, spec.shuffle)]
    if len(view.blocks) > 1:
        ways += [(2, False), (2, True)] if spec.groups > 1 else [(2, spec.shuffle)]
    with st.container(border=True):
        title = N_("Which channels see which")
        note = ngettext(
            "from block {first}, {groups} group", "from block {first}, {groups} groups", spec.groups
        ).format(first=first + 1, groups=spec.groups)
        ledger([], key="sees_title", title=title, note=note)
        found = [results.connectivity(spec, first, n, shuffle=shuffle) for n, shuffle in ways]
        side = SQUARES // len(found)
        tiles([_matrix(c, side) for c in found], key="sees", luts=luts(is_dark()))
        st.caption(text[title])


def _matrix(found: Connectivity, side: int) -> Tiles:
    inputs = found.matrix.shape[1]
    fewest, most = found.sees
    sees = str(most) if fewest == most else _("{low} to {high}").format(low=fewest, high=most)
    blocks = found.blocks[1] - found.blocks[0] + 1
    title = _("1 block") if blocks == 1 else _("shuffled") if found.shuffle else _("2 blocks")
    return Tiles(
        name=title,
        values=found.matrix[None],
        title=title,
        note=_("{sees} of {inputs}").format(sees=sees, inputs=inputs),
        scheme="sequential",
        limits=(0.0, float(found.matrix.max()) or 1.0),
        hatched=found.matrix == 0,
        size=side,
    )
