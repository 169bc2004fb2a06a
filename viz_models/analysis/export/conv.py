"""A convolutional network as a file."""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import nn

from viz_models.analysis.export import file
from viz_models.analysis.export.block_class import BlockClass, Known, block_classes
from viz_models.analysis.export.blocks import Arguments, Values, repeated, sequential
from viz_models.analysis.export.layout import Group, Item, call, listed
from viz_models.models.builder import plan
from viz_models.models.builder.conv import ConvNet
from viz_models.records import ConvSpec

AGAIN = "checkpoint(self.branch, h, use_reentrant=False, preserve_rng_state=False)"
JOIN = {
    "plain": "{f}",
    "residual": "{h} + {f}",
    "dense": "torch.cat([h, {f}], dim=1)",
    "split": "torch.cat([{h}, {f}], dim=1)",
}


def content(spec: ConvSpec, net: ConvNet) -> file.Content:
    """Classes and words of the file.

    Args:
        spec: What was asked.
        net: The network on the meta device.
    """
    classes = block_classes(net.blocks(), _known(spec))
    shapes = _shapes(spec, net)
    body, forward = _body(net, classes, shapes)
    own = ["\n".join(c.text) for c in classes]
    own.append(file.network(f"{_sentence(spec)}, then a head.", body, forward))
    constants = []
    depth = sum(spec.depths)
    if spec.branch_scale == "depth" and depth > 1:
        constants = [f"SCALE = 1 / math.sqrt({depth})  # of every branch, one of {depth} blocks"]
    size = f"{spec.in_channels}, {spec.size}, {spec.size}"
    return file.Content(
        takes=f"(N, {size}) float32 pixels",
        gives=f"(N, {spec.classes}) logits",
        example=f"torch.randn(2, {size})",
        classes=[*file.helpers(spec, "\n".join(own)), *own],
        constants=constants,
        after=_silenced(net) if spec.branch_scale == "zero" else [],
    )


def _known(spec: ConvSpec) -> Known:
    blocks = [block for stage in plan.stages(spec) for block in stage.blocks]
    inputs, outputs = tuple(b.inputs for b in blocks), tuple(b.outputs for b in blocks)
    growth = tuple(b.outputs - b.inputs for b in blocks)
    known: dict[str, Values] = {}
    derived: dict[str, tuple[str, Values]] = {}
    if spec.connect == "dense":
        known["inputs"] = inputs
        if len(set(growth)) > 1:
            known["growth"] = growth
    elif inputs == outputs:
        known["channels"] = inputs
    else:
        known |= {"inputs": inputs, "outputs": outputs}
    known["stride"] = tuple(b.stride for b in blocks)
    outer = "channels" if "channels" in known else "outputs"
    if spec.connect == "split":
        derived["half"] = (f"{outer} // 2", tuple(b.made for b in blocks))
    if spec.connect != "dense" and spec.block == "bottleneck":
        inner = tuple(b.branch[0].outputs for b in blocks)
        cut = spec.expansion * (plan.HALVES if spec.connect == "split" else 1)
        derived["inner"] = (f"{outer} // {cut}", inner)
    if spec.block == "inception" and (spec.connect != "dense" or "growth" in known):
        whole = {"split": "half", "dense": "growth"}.get(spec.connect, outer)
        derived |= _shares(whole, tuple(b.made for b in blocks))
    if "outputs" in known and spec.shortcut == "pad":  # else nothing is padded, only cut
        derived["outputs - inputs"] = ("outputs - inputs", growth)
    join = JOIN[spec.connect]
    if spec.branch_scale == "depth" and len(blocks) > 1:
        join += " * SCALE"
    return Known(
        arguments=Arguments(known, derived),
        docstring=_words(spec),
        shapes=_forward_shapes(spec, known),
        forward=join,
        again=AGAIN if spec.checkpoint else "",
    )


def _shares(whole: str, made: tuple[int, ...]) -> dict[str, tuple[str, Values]]:
    """Return the channels of an Inception block's paths, as shares of what its branch gives."""
    formulas = {"{} // 2": (1, 2), "{} // 4": (1, 4), "3 * {} // 8": (3, 8)}
    formulas |= {"{} // 8": (1, 8), "{} // 16": (1, 16)}
    return {
        formula.format(whole): (formula.format(whole), tuple(a * m // b for m in made))
        for formula, (a, b) in formulas.items()
    }


def _words(spec: ConvSpec) -> str:
    side = f"{spec.kernel_size}x{spec.kernel_size}"
    layers = f"one {side} convolution"
    if spec.block == "inception":
        wide = spec.kernel_size + 2
        layers = f"paths of 1x1, {side}, {wide}x{wide} and a pool"
    if spec.block == "basic":
        layers = f"two {side} convolutions"
    elif spec.block == "bottleneck":
        layers = f"1x1, then {side}" if spec.connect == "dense" else f"1x1, {side}, 1x1"
    if spec.connect == "plain":
        return f"{layers.capitalize()}."
    if spec.connect == "dense":
        return f"[h, branch(h)] side by side: {layers}."
    if spec.connect == "split":
        return f"One half beside the branch of the other, shuffled: {layers}."
    joined = "h + SCALE * branch(h)" if spec.branch_scale == "depth" else "h + branch(h)"
    return f"{f'{spec.activation}({joined})' if spec.activate == 'sum' else joined}: {layers}."


def _forward_shapes(spec: ConvSpec, known: dict[str, tuple[object, ...]]) -> str:
    if spec.connect == "dense":
        return "(N, inputs, H, W) to (N, inputs + growth, H, W)"
    after = "H, W" if set(known["stride"]) == {1} else "H / stride, W / stride"
    if spec.padding == "valid":
        after = "H', W'), smaller by what the windows take"
        return f"(N, inputs, H, W) to (N, outputs, {after}"
    names = ("channels", "channels") if "channels" in known else ("inputs", "outputs")
    return f"(N, {names[0]}, H, W) to (N, {names[1]}, {after})"


def _sentence(spec: ConvSpec) -> str:
    stages, blocks = len(spec.depths), sum(spec.depths)
    counted = "one block" if blocks == 1 else f"{blocks} blocks"
    return f"{counted} in {stages} stages" if stages > 1 else counted


def _shapes(spec: ConvSpec, net: ConvNet) -> dict[nn.Module, str]:
    """Output of every module for a batch of N photos."""
    found: dict[nn.Module, str] = {}

    def note(module: nn.Module, _: object, output: torch.Tensor) -> None:
        found[module] = f"({', '.join(['N', *map(str, output.shape[1:])])})"

    handles = [m.register_forward_hook(note) for m in net.modules()]
    try:
        net(torch.empty(2, spec.in_channels, spec.size, spec.size, device="meta"))
    finally:
        for handle in handles:
            handle.remove()
    return found


def _body(
    net: ConvNet, classes: Sequence[BlockClass], shapes: dict[nn.Module, str]
) -> tuple[list[str], list[str]]:
    """Lines of the constructor, and of the forward."""
    body: list[str] = []
    forward, h = [], "x"
    for name in ("stem", "stages", "last", "head"):
        part = getattr(net, name)
        if name == "stages":
            body += _downs(net, shapes) + file.attribute("stages", _stages(net, classes, shapes))
            forward += _through(net, h)
        elif len(part):
            alone = shapes[part] if len(part) == 1 else ""
            body += file.attribute(name, sequential(part, _comments(part, shapes)), alone)
            call_ = f"self.{name}({h})"
            forward.append(f"return {call_}" if name == "head" else f"h = {call_}")
        else:
            continue
        h = "h"
    return body, forward


def _through(net: ConvNet, h: str) -> list[str]:
    if not any(len(down) for down in net.downs):  # type: ignore[arg-type]
        return [f"h = self.stages({h})"]
    first = [f"h = {h}"] if h != "h" else []
    loop = "for down, stage in zip(self.downs, self.stages, strict=True):"
    return [*first, loop, "    h = stage(down(h))"]


def _comments(part: nn.Module, shapes: dict[nn.Module, str]) -> dict[str, str]:
    """Shapes where they change."""
    found, before = {}, ""
    for name, module in part.named_children():
        if shapes[module] != before:
            before = found[name] = shapes[module]
    return found if len(part) > 1 else {}  # type: ignore[arg-type]


def _downs(net: ConvNet, shapes: dict[nn.Module, str]) -> list[str]:
    if not any(len(down) for down in net.downs):  # type: ignore[arg-type]
        return []
    items = []
    for down in net.downs:
        items.append(Item(sequential(down, {}), comment=shapes[down] if len(down) else ""))  # type: ignore[arg-type]
    return file.attribute("downs", call("nn.ModuleList", listed(items)))


def _stages(net: ConvNet, classes: Sequence[BlockClass], shapes: dict[nn.Module, str]) -> Group:
    kinds = {row: (c, i) for c in classes for i, row in enumerate(c.rows)}
    items, row = [], 0
    for stage in net.stages:
        given: list[Item] = []
        rows = [kinds[r] for r in range(row, row + len(stage))]  # type: ignore[arg-type]
        row += len(rows)
        for name, alike in groupby(rows, lambda found: found[0].name):  # in the network's order
            given += repeated(name, [kind.arguments.given(i) for kind, i in alike])
        items.append(Item(Group("nn.Sequential", given), comment=shapes[stage]))
    if any(len(down) for down in net.downs):  # type: ignore[arg-type]
        return call("nn.ModuleList", listed(items))
    return Group("nn.Sequential", items)


def _silenced(net: ConvNet) -> list[str]:
    norms = [name for name, _ in net.blocks()[0].branch.named_children() if "norm" in name]
    return [
        "for stage in net.stages:",
        "    for block in stage:",
        f"        nn.init.zeros_(block.branch.{norms[-1]}.weight)  # so that it starts silent",
    ]
