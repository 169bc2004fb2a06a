"""The four families of networks that can be built, and the knobs of each."""

from dataclasses import dataclass, replace
from typing import Any

from viz_models.language import N_
from viz_models.records import BuildSpec, ConvSpec, MlpSpec, RnnSpec, TransformerSpec
from viz_models.ui.kit.knobs import Knob, Labels, divisors, knob, numbers
from viz_models.ui.panels.build.builder_recurrent import MORE_RNN, RNN

MAX_STAGES = 5
NORMS: Labels = {
    N_("none"): "none",
    "BN": "batch",
    "LN": "layer",
    "GN": "group",
    "IN": "instance",
    "RMS": "rms",
}
SCALES: Labels = {"1": "one", "1/√L": "depth", N_("zero-init"): "zero"}
ACTIVATIONS: Labels = {
    "ReLU": "relu",
    N_("leaky ReLU"): "leaky_relu",
    "ELU": "elu",
    "GELU": "gelu",
    "SiLU": "silu",
    N_("tanh"): "tanh",
    N_("sigmoid"): "sigmoid",
    N_("identity"): "identity",
}
INITS: Labels = {
    N_("He"): "he",
    N_("PyTorch default"): "torch",
    N_("Xavier"): "xavier",
    N_("orthogonal"): "orthogonal",
}
WIDTHS = numbers(4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


def _stage(i: int) -> Knob:
    def write(spec: ConvSpec, blocks: Any) -> ConvSpec:  # noqa: ANN401
        if i >= len(spec.depths):
            return spec
        return replace(spec, depths=(*spec.depths[:i], blocks, *spec.depths[i + 1 :]))

    return Knob(
        key="depth" if i == 0 else f"depth{i + 1}",
        label=N_("depth") if i == 0 else N_("stage {n}").format(n=i + 1),
        read=lambda spec: spec.depths[i] if i < len(spec.depths) else 1,
        write=write,
        numbers=lambda _: range(1, 65),
        shown=lambda spec: i < len(spec.depths),
        help=N_("Blocks of this stage") if i else N_("Blocks, one after the other"),
    )


def _stages(spec: ConvSpec, asked: float) -> ConvSpec:
    """More stages go on with twice the channels each, at half the height and width."""
    count = min(max(int(asked), 1), MAX_STAGES)
    depths, widths = list(spec.depths), list(spec.widths)
    while len(depths) < count:
        depths.append(depths[-1])
        widths.append(widths[-1] * 2)
    return replace(spec, depths=tuple(depths[:count]), widths=tuple(widths[:count]))


def _width(spec: ConvSpec, width: int) -> ConvSpec:
    """Return the stages keep their proportions."""
    widths = tuple(max(1, round(w * width / spec.widths[0])) for w in spec.widths)
    return replace(spec, widths=widths)


STAGES = Knob(
    key="stages",
    label=N_("stages"),
    read=lambda spec: len(spec.depths),
    write=_stages,
    numbers=lambda _: range(1, MAX_STAGES + 1),
    help=N_("Each stage after the first has twice the channels at half the height and width"),
)
CONV = (
    *(_stage(i) for i in range(MAX_STAGES)),
    Knob(
        key="width",
        label=N_("width"),
        read=lambda spec: spec.widths[0],
        write=_width,
        numbers=WIDTHS,
        help=N_("Channels of the first stage"),
    ),
    knob(
        "conv_groups",
        N_("groups"),
        "groups",
        numbers=divisors(lambda spec: spec.widths[0]),
        help=N_("Of every convolution in a block: 1 is standard, as many as channels is depthwise"),
    ),
    knob("kernel", "kernel_size", "kernel_size", numbers=numbers(1, 2, 3, 4, 5, 6, 7)),
    knob(
        "connect",
        N_("connection"),
        "connect",
        kind="chips",
        labels={
            N_("plain"): "plain",
            N_("skip"): "residual",
            N_("dense"): "dense",
            N_("split"): "split",
        },
    ),
    knob("net_norm", N_("norm"), "norm", kind="chips", labels=NORMS),
    knob(
        "scale",
        N_("branch scale"),
        "branch_scale",
        kind="chips",
        labels=SCALES,
        shown=lambda spec: spec.connect == "residual",
        help=N_("What a block's branch is multiplied by; zero-init starts its last γ at 0"),
    ),
)
MORE_CONV = (
    STAGES,
    knob(
        "block",
        N_("block"),
        "block",
        kind="chips",
        labels={
            N_("one conv"): "single",
            N_("basic"): "basic",
            N_("bottleneck"): "bottleneck",
            N_("Inception"): "inception",
        },
    ),
    knob(
        "reduction",
        N_("1×1 reductions"),
        "reduction",
        kind="toggle",
        shown=lambda spec: spec.block == "inception",
        help=N_("Fewer channels reach the 3×3 and the 5×5 of an Inception block"),
    ),
    knob(
        "stride", N_("stride"), "stride", numbers=numbers(1, 2, 3, 4), help=N_("Of the first block")
    ),
    knob("dilation", N_("dilation"), "dilation", numbers=numbers(1, 2, 3, 4)),
    knob("shuffle", N_("channel shuffle"), "shuffle", kind="toggle"),
    knob(
        "checkpoint",
        N_("checkpointing"),
        "checkpoint",
        kind="toggle",
        help=N_(
            "A block keeps only its input for the backward pass, and computes its branch once "
            "more there. Its BatchNorm then moves its running means twice in a step."
        ),
    ),
    knob("act", N_("activation"), "activation", kind="chips", labels=ACTIVATIONS),
    knob(
        "pre",
        N_("order"),
        "pre_activation",
        kind="chips",
        labels={N_("post-activation"): False, N_("pre-activation"): True},
    ),
    knob(
        "se",
        N_("squeeze and excitation"),
        "se_ratio",
        kind="chips",
        labels={N_("off"): 0, "C/2": 2, "C/4": 4, "C/8": 8, "C/16": 16},
    ),
    knob("side", N_("input side"), "size", numbers=numbers(8, 16, 28, 32, 64, 96, 128, 224)),
)
MLP = (
    knob("layers", N_("depth"), "depth", numbers=lambda _: range(1, 65), help=N_("Hidden layers")),
    knob("units", N_("width"), "width", numbers=numbers(8, 16, 32, 64, 128, 256, 512, 1024)),
    knob(
        "skip",
        N_("connection"),
        "residual",
        kind="chips",
        labels={N_("plain"): False, N_("skip"): True},
    ),
    knob(
        "net_norm",
        N_("norm"),
        "norm",
        kind="chips",
        labels={k: v for k, v in NORMS.items() if v in ("none", "batch", "layer", "rms")},
    ),
    knob(
        "scale",
        N_("branch scale"),
        "branch_scale",
        kind="chips",
        labels=SCALES,
        shown=lambda spec: spec.residual,
    ),
)
MORE_MLP = (
    knob("act", N_("activation"), "activation", kind="chips", labels=ACTIVATIONS),
    knob("drop", N_("dropout"), "dropout", numbers=numbers(0.0, 0.1, 0.2, 0.3, 0.5)),
    knob("side", N_("input side"), "size", numbers=numbers(8, 16, 28, 32)),
)
TRANSFORMER = (
    knob("layers", N_("layers"), "layers", numbers=lambda _: range(1, 49)),
    knob("d_model", "d_model", "d_model", numbers=numbers(16, 32, 48, 64, 96, 128, 192, 256)),
    knob("num_heads", "num_heads", "num_heads", numbers=divisors(lambda spec: spec.d_model)),
    knob(
        "num_kv_heads",
        "num_kv_heads",
        "num_kv_heads",
        numbers=divisors(lambda spec: spec.num_heads),
    ),
    knob(
        "skip",
        N_("connection"),
        "residual",
        kind="chips",
        labels={N_("plain"): False, N_("skip"): True},
    ),
    knob("t_norm", N_("norm"), "norm", kind="chips", labels={"LN": "layer", "RMS": "rms"}),
    knob(
        "pre_norm",
        N_("norm stands"),
        "pre_norm",
        kind="chips",
        labels={N_("before"): True, N_("after"): False},
    ),
)
MORE_TRANSFORMER = (
    knob("ffn", N_("FFN factor"), "ffn_factor", numbers=numbers(0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)),
    knob(
        "positions",
        N_("positions"),
        "positions",
        kind="chips",
        labels={n: n for n in (N_("none"), N_("sinusoidal"), N_("learned"), N_("rotary"))},
    ),
    knob(
        "input",
        N_("input"),
        "source",
        kind="chips",
        labels={N_("image patches"): "patches", N_("tokens"): "tokens"},
    ),
    knob(
        "causal",
        N_("causal"),
        "causal",
        kind="toggle",
        help=N_("A token sees none that comes later"),
    ),
    knob(
        "patch",
        N_("patch"),
        "patch",
        numbers=divisors(lambda spec: spec.size),
        shown=lambda spec: spec.source == "patches",
    ),
    knob(
        "tokens",
        N_("tokens"),
        "length",
        numbers=numbers(4, 8, 16, 32, 64, 128, 256, 512),
        shown=lambda spec: spec.source == "tokens",
    ),
    knob("act", N_("activation"), "activation", kind="chips", labels=ACTIVATIONS),
)
INIT = knob("init", N_("Weights"), "init", kind="chips", labels=INITS)


@dataclass(frozen=True, slots=True)
class Family:
    """One of the four kinds of network."""

    spec: BuildSpec  # what the page opens with
    main: tuple[Knob, ...]
    more: tuple[Knob, ...]

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """All of them; a knob comes after those that decide what it may say."""
        found = (*self.main, *self.more, INIT)
        return tuple(sorted(found, key=lambda knob: knob is not STAGES))


FAMILIES = {
    "ConvNet": Family(ConvSpec(groups=4, branch_scale="depth"), CONV, MORE_CONV),
    "MLP": Family(MlpSpec(), MLP, MORE_MLP),
    N_("Transformer"): Family(TransformerSpec(), TRANSFORMER, MORE_TRANSFORMER),
    N_("Recurrent"): Family(RnnSpec(cell="lstm", in_channels=3, size=32), RNN, MORE_RNN),
}


def family_of(spec: BuildSpec) -> str:
    """Return the name of a spec's family."""
    return next(name for name, f in FAMILIES.items() if type(f.spec) is type(spec))
