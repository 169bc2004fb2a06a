"""A multilayer perceptron as a file."""

from viz_models.analysis.export import file
from viz_models.analysis.export.block_class import Known, block_classes
from viz_models.analysis.export.blocks import Arguments, repeated, sequential
from viz_models.analysis.export.layout import Group, call
from viz_models.models.builder.mlp import Mlp
from viz_models.records import MlpSpec


def content(spec: MlpSpec, net: Mlp) -> file.Content:
    """Classes and words of the file.

    Args:
        spec: What was asked.
        net: The network on the meta device.
    """
    scaled = spec.residual and spec.branch_scale == "depth" and spec.depth > 1
    formula = "branch(h)" if not scaled else "SCALE * branch(h)"
    known = Known(
        arguments=Arguments({"width": (spec.width,) * spec.depth}),
        docstring=f"{'h + ' if spec.residual else ''}{formula}: one hidden layer.",
        shapes="(N, width) to the same",
        forward=("{h} + {f}" if spec.residual else "{f}") + (" * SCALE" if scaled else ""),
    )
    (block,) = block_classes(net.blocks(), known)
    given = [block.arguments.given(i) for i in range(spec.depth)]
    pixels, width = f"(N, {spec.in_channels * spec.size**2})", f"(N, {spec.width})"
    body = [
        *file.attribute("stem", sequential(net.stem, {"linear": width})),
        *file.attribute("hidden", Group("nn.Sequential", repeated(block.name, given))),
        *file.attribute("head", call("nn.Linear", str(spec.width), str(spec.classes))),
    ]
    forward = [f"h = self.stem(x.flatten(1))  # {pixels} to {width}", *FORWARD]
    docstring = f"Pixels, {spec.depth} hidden layers after the first, classes."
    size = f"{spec.in_channels}, {spec.size}, {spec.size}"
    constants = []
    if scaled:
        constants = [f"SCALE = 1 / math.sqrt({spec.depth})  # of every branch, one of {spec.depth}"]
    return file.Content(
        takes=f"(N, {size}) float32 pixels",
        gives=f"(N, {spec.classes}) logits",
        example=f"torch.randn(2, {size})",
        classes=["\n".join(block.text), file.network(docstring, body, forward)],
        constants=constants,
        after=SILENCED if spec.branch_scale == "zero" else [],
    )


FORWARD = ["h = self.hidden(h)", "return self.head(h)"]
SILENCED = [
    "for block in net.hidden:",
    "    nn.init.zeros_(block.branch.norm.weight)  # so that it starts silent",
]
