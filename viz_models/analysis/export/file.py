"""What all exported files have in common: docstring, imports, initialization, make_model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template

from viz_models.analysis.export.layout import STEP, Expression, lines
from viz_models.analysis.pricing.price import price
from viz_models.models.builder.parts import EPS
from viz_models.records import BuildSpec, ConvSpec, Init

DRAW = {
    "he": (
        "Normal weights of variance 2 / fan in, biases 0; He et al. 2015.",
        'nn.init.kaiming_normal_(weight, nonlinearity="relu")',
    ),
    "xavier": (
        "Uniform weights of variance 2 / (fan in + fan out), biases 0; Glorot & Bengio 2010.",
        "nn.init.xavier_uniform_(weight)",
    ),
    "orthogonal": (
        "Orthogonal weights with He's gain, biases 0; Saxe et al. 2014.",
        "nn.init.orthogonal_(weight, gain=math.sqrt(2))",
    ),
}
IMPORTS = (
    ("math.", "import math"),
    ("OrderedDict(", "from collections import OrderedDict"),
    ("torch.", "import torch"),
    ("Tensor", "from torch import Tensor, nn"),
    ("functional.", "from torch.nn import functional"),
    ("checkpoint(", "from torch.utils.checkpoint import checkpoint"),
)
STANDARD = 2  # of the imports are Python's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a family puts into its file."""

    takes: str  # "(N, 3, 32, 32) float32 pixels"
    gives: str  # "(N, 10) logits"
    example: str  # an expression that makes an input
    classes: list[str]  # source of each class, the network's last
    constants: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # of make_model, on `net`
    initialize: str = "initialize"  # snippet that draws the weights


def assembled(spec: BuildSpec, title: str, content: Content) -> str:
    """Return the whole file."""
    parts = [
        *content.classes,
        *_initialize(spec.init, content.initialize),
        _make_model(spec.init, content.after),
    ]
    parts.append(snippet("main", example=content.example))
    code = "\n\n\n".join(parts)
    if content.constants:
        code = "\n".join(content.constants) + "\n\n\n" + code
    head = _docstring(spec, title, content)
    imports = _imports(code)
    gap = "\n\n" if content.constants else "\n\n\n"
    return f"{head}\n\n{imports}{gap}{code}\n"


def snippet(name: str, **blanks: object) -> str:
    """Return a part of snippets.py.txt with its blanks filled in."""
    return Template(_snippets()[name]).substitute(blanks)


@cache
def _snippets() -> dict[str, str]:
    text = Path(__file__).with_name("snippets.py.txt").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("\n## ")[1:])
    return {title: body.strip() for title, _, body in parts}


def helpers(spec: ConvSpec, code: str) -> list[str]:
    """Return the builder's own layers that the code uses."""
    blanks = {"eps": f"{EPS:g}".replace("e-0", "e-"), "ratio": spec.se_ratio}
    names = ("RmsNorm2d", "SqueezeExcite", "PadShortcut", "Half", "SideBySide")
    return [snippet(name, **blanks) for name in names if f"{name}(" in code]


def attribute(name: str, value: Expression, comment: str = "") -> list[str]:
    """`self.name = value` in a constructor."""
    after = f"  # {comment}" if comment else ""
    return lines(value, indent=2, before=f"self.{name} = ", after=after)


def network(docstring: str, body: Sequence[str], forward: Sequence[str]) -> str:
    """Return the class of the network."""
    text = [
        "class Net(nn.Module):",
        f'{STEP}"""{docstring}"""',
        "",
        f"{STEP}def __init__(self) -> None:",
        f"{STEP * 2}super().__init__()",
        *body,
        "",
        f"{STEP}def forward(self, x: Tensor) -> Tensor:",
        *(STEP * 2 + line for line in forward),
    ]
    return "\n".join(text)


def _docstring(spec: BuildSpec, title: str, content: Content) -> str:
    cost = price(spec)
    return "\n".join(
        [
            f'"""{title} in plain PyTorch.',
            "",
            f"From {content.takes} to {content.gives}.",
            f"{cost.parameters:,} parameters; {cost.macs:,} multiply-adds for one example;",
            f"{cost.activation_bytes:,} bytes kept for its backward pass.",
            "",
            f"{STEP}net = make_model()",
            f"{STEP}logits = net({content.example})",
            '"""',
        ]
    )


def _imports(code: str) -> str:
    needed = [line if used in code else "" for used, line in IMPORTS]
    own = [line for line in needed[:STANDARD] if line]
    others = [line for line in needed[STANDARD:] if line]
    return "\n\n".join("\n".join(group) for group in (own, others) if group)


def _initialize(init: Init, name: str) -> list[str]:
    if init == "torch":
        return []
    title, draw = DRAW[init]
    return [snippet(name, title=title, draw=draw)]


def _make_model(init: Init, after: Sequence[str]) -> str:
    steps = [*(["initialize(net)"] if init != "torch" else []), *after]
    body = ["net = Net()", *steps, "return net"] if steps else ["return Net()"]
    return "\n".join(
        [
            "def make_model() -> nn.Module:",
            f'{STEP}"""The network with fresh weights, in training mode."""',
            *(STEP + line for line in body),
        ]
    )
