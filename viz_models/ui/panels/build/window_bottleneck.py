"""A bottleneck beside a basic block: what its 1x1 convolutions are for."""

import streamlit as st

from viz_models.digits import count, percent
from viz_models.figures.build import window as figures
from viz_models.language import gettext as _
from viz_models.records import BlockFacts, Bottleneck, BottleneckSpec, Line
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, named, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.build import window as results

BLOCKS = {f"layer{stage}.1": stage for stage in (1, 2, 3, 4)}
RATIOS = (2, 4, 8, 16)


def controls() -> Bottleneck:
    """Draw the choices of block and ratio; return what was measured for them."""
    with control_row():
        with named(_("Block of ResNet-50")):
            stage = select(_("Block of ResNet-50"), BLOCKS, "resnet_block", 120)
        reduce = slider(_("Channels ÷ middle"), RATIOS, "ratio", 150, value=4)
    return results.bottleneck(BottleneckSpec(stage=stage, reduce=reduce))


def facts(result: Bottleneck) -> dict[str, str]:
    """Return the numbers that the answer names."""
    first, middle, last = result.narrow.convs
    return {
        "inputs": str(first.inputs),
        "middle": str(middle.outputs),
        "before": f"{middle.reach}×{middle.reach}",
        "after": f"{last.reach}×{last.reach}",
        "first": f"{first.reach}×{first.reach}",
        "share": percent(result.narrow.parameters / result.basic.parameters),
        "basic_reach": "{0}×{0}".format(result.basic.convs[-1].reach),
        "thin": f"{result.thin.parameters:,}",
        "narrow": f"{result.narrow.parameters:,}",
    }


def draw_cards(result: Bottleneck) -> None:
    """Draw the channels along the way, and the cost of every convolution."""
    left, right = st.columns([1.45, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(figures.hourglass, result, **figure_look()), "hourglass", wide=True)
    with right.container(border=True, height="stretch"):
        ledger(
            [*_block("bottleneck", result.narrow), *_block("basic", result.basic)],
            key="bottleneck",
            title=_("Weights, convolution by convolution"),
            note=_("maps of {side}×{side}").format(side=result.spec.side),
            badge=lesson.badge(result.provenance),
        )


def _block(name: str, block: BlockFacts) -> list[Line]:
    lines = [
        Line(
            label=f"{c.kernel_size}×{c.kernel_size}, {c.inputs} → {c.outputs}",
            value=f"{c.parameters:,}",
            note=_("sees {reach}×{reach}").format(reach=c.reach),
        )
        for c in block.convs
    ]
    whole = Line(
        label=_("{name} block, norms included").format(name=name),
        value=f"{block.parameters:,}",
        note=_("{macs} multiply-adds").format(macs=count(block.macs)),
        role="chosen" if name == "bottleneck" else "plain",
        rule=True,
    )
    return [*lines, whole]
