"""The cards of the builder: what the network costs, two paths through a block, who sees whom."""

from collections.abc import Mapping

import streamlit as st

from viz_models.digits import count, digits, memory, operand
from viz_models.figures.build import builder_paths as build_paths
from viz_models.records import Connectivity, ConvSpec, Line, Paths
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import words
from viz_models.ui.kit.charts import show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.results.build import builder as results

PERPENDICULAR = 0.25  # a smaller cosine than this adds less than an eighth
SQUARES = 204  # px, for all matrices of a card
BATCH = 64  # examples of a training step, for the price


def price(view: View) -> None:
    """What the network costs, before anything runs; and how long it takes on this machine."""
    cost = results.price(view.asked.spec)
    training = 8 * cost.parameters + BATCH * cost.activation_bytes
    ledger(
        [
            Line(label="parameters", value=f"{cost.parameters:,}"),
            Line(label="multiply-adds", value=count(cost.macs), term="multiply-adds"),
            Line(label=f"train, batch {BATCH}", value=memory(training)),
            Line(label="inference", value=memory(4 * cost.parameters + cost.inference_bytes)),
            *_reach(view),
        ],
        key="price",
        title="Price",
        note="one example",
        terms=words.glossary(),
    )


def _reach(view: View) -> list[Line]:
    if not isinstance(view.asked.spec, ConvSpec):
        return []
    side = results.receptive_fields(view.asked.spec)[view.block + 1]
    label = f"block {view.block + 1} sees"
    return [Line(label=label, value=f"{side}×{side}", note="pixels", term="receptive field")]


def paths(view: View, text: Mapping[str, str]) -> None:
    """How the gradient splits at the chosen block and what the two parts add up to."""
    if not view.small:
        return
    specs, yours = results.entries(view.asked.spec, view.loss)
    found = results.paths(specs[yours], 0)
    at = min(view.block * len(found.factor) // len(view.blocks), len(found.factor) - 1)
    with st.container(border=True):
        ledger([], key="paths_title", title="Two paths per block", note="gradient norm")
        bare = results.paths(specs["skip"], 0) if yours == "skip + 1/√L" else None
        show(
            build_paths.two_paths(found, bare, chosen=at + 1, height=124, **figure_look()), "paths"
        )
        ledger(_sum_of_paths(found, at), key="paths_sum", terms=words.glossary())
        st.caption(text[_how_they_add(found, at)])


def _how_they_add(found: Paths, at: int) -> str:
    if not found.identity[at] > 0:
        return "One path"
    return "Perpendicular" if abs(found.cosine[at]) < PERPENDICULAR else "Two paths per block"


def _sum_of_paths(found: Paths, at: int) -> list[Line]:
    identity, branch, cosine = found.identity[at], found.branch[at], found.cosine[at]
    factor = f"×{digits(found.factor[at], 3)}"
    if not identity > 0:
        return [Line(label=f"block {at + 1}, all by the branch", value=factor, role="chosen")]
    i, b = digits(identity, 3), digits(branch, 3)
    square, by_i = ("1", "") if i == "1" else (f"{i}²", f"{i}·")
    made = f"√({square} + {b}² + 2·{by_i}{b}·{operand(round(cosine, 2))})"
    return [
        Line(label=f"block {at + 1}: identity {i}, branch", value=b),
        Line(label="cosine between them", value=digits(round(cosine, 2)), term="cosine"),
        Line(label=made, value=f"×{digits(found.by_formula[at], 3)}", role="chosen", rule=True),
        Line(label="measured", value=factor, role="checked"),
    ]


def who_sees_whom(view: View, text: Mapping[str, str]) -> None:
    """Which input channels reach which outputs, over one block and over two."""
    spec = view.asked.spec
    if not isinstance(spec, ConvSpec) or not view.small:
        return
    first = min(view.block, len(view.blocks) - 2) if len(view.blocks) > 1 else 0
    ways = [(1, spec.shuffle)]
    if len(view.blocks) > 1:
        ways += [(2, False), (2, True)] if spec.groups > 1 else [(2, spec.shuffle)]
    with st.container(border=True):
        ledger([], key="sees_title", title=_groups(spec), note=f"from block {first + 1}")
        found = [results.connectivity(spec, first, n, shuffle=shuffle) for n, shuffle in ways]
        side = SQUARES // len(found)
        tiles([_matrix(c, side) for c in found], key="sees", luts=luts(is_dark()))
        st.caption(text["Who sees whom"])


def _groups(spec: ConvSpec) -> str:
    return "Who sees whom" if spec.groups == 1 else f"{spec.groups} groups: who sees whom"


def _matrix(found: Connectivity, side: int) -> Tiles:
    inputs = found.matrix.shape[1]
    fewest, most = found.sees
    sees = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    blocks = found.blocks[1] - found.blocks[0] + 1
    title = "1 block" if blocks == 1 else "shuffled" if found.shuffle else "2 blocks"
    return Tiles(
        name=title,
        values=found.matrix[None],
        title=title,
        note=f"{sees} of {inputs}",
        scheme="sequential",
        limits=(0.0, float(found.matrix.max()) or 1.0),
        hatched=found.matrix == 0,
        size=side,
    )
