"""A network as its builder's controls describe it: one frozen spec a family."""

from dataclasses import dataclass
from typing import Literal

Connect = Literal["plain", "residual", "dense", "split"]  # split: ShuffleNet v2
BlockKind = Literal["single", "basic", "bottleneck", "inception"]  # 1, 2 or 3 convolutions; paths
BuildNorm = Literal["none", "batch", "layer", "group", "instance", "rms"]
Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity"]
BranchScale = Literal["one", "depth", "zero"]  # 1, 1/sqrt(L), last gamma starts at 0
Init = Literal["torch", "he", "xavier", "orthogonal"]
Stem = Literal["none", "3x3", "7x7 pool"]  # "7x7 pool": stride 2, then max pool of stride 2
Down = Literal["stride", "max pool", "avg pool"]  # how a stage after the first halves H and W
LastPool = Literal["none", "max pool", "avg pool"]  # one more halving before the head
Padding = Literal["same", "valid"]  # of the blocks' convolutions
Shortcut = Literal["projection", "pad"]  # where shapes change: a 1x1 convolution, or zeros
Activate = Literal["branch", "sum"]  # where a block's last activation stands
Positions = Literal["none", "sinusoidal", "learned", "rotary"]
TransformerNorm = Literal["layer", "rms"]
MOST_FOLLOWED = 128  # steps in time, of all layers and directions, that can be followed one by one
RnnCell = Literal["rnn", "gru", "lstm"]
Readout = Literal["last", "mean", "every"]  # what the head sees of the states; every: each alone


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvSpec:
    """A convolutional network: stem, stages of equal blocks, head.

    A block of stage k gives widths[k] channels. A dense block adds widths[k] channels to those
    it was given; between dense stages a transition halves channels, height and width.
    A split block lets half of its channels pass by, and shuffles both halves afterwards.
    An Inception block's branch has four paths side by side: 1x1, two windows, and a max pool.
    """

    depths: tuple[int, ...] = (20,)  # blocks of each stage
    widths: tuple[int, ...] = (16,)  # channels of each stage's blocks; a dense block's growth
    in_channels: int = 3
    size: int = 32  # input height and width
    classes: int = 10
    stem: Stem = "3x3"
    stem_width: int = 0  # channels of the stem; 0: as many as the first stage's
    down: Down = "stride"
    kernel_size: int = 3  # 1 to 7
    stride: int = 1  # of the very first block
    dilation: int = 1
    padding: Padding = "same"
    groups: int = 1  # of the kernel_size convolutions; C is depthwise
    pointwise_groups: int = 1  # of a bottleneck's 1x1 convolutions
    shuffle: bool = False  # of the channels, after the first grouped convolution of a block
    block: BlockKind = "single"
    reduction: bool = True  # of an Inception block: 1x1 convolutions before its windows
    expansion: int = 4  # of a bottleneck: channels out / channels of its 3x3; dense: inner / growth
    connect: Connect = "residual"
    shortcut: Shortcut = "projection"
    norm: BuildNorm = "none"
    norm_groups: int = 4  # of GroupNorm
    pre_activation: bool = False  # norm and activation before the convolution
    activation: Activation = "relu"
    activate: Activate = "branch"  # x + relu(conv(x)), or relu(x + conv(x)) as in ResNet
    inner_activation: bool = True  # after a bottleneck's kernel_size convolution; not: ShuffleNet
    se_ratio: int = 0  # squeeze and excitation: C / ratio; 0 is none
    branch_scale: BranchScale = "one"
    init: Init = "he"
    bias: bool = False  # of the convolutions
    hidden: tuple[int, ...] = ()  # linear layers before the last one
    dropout: float = 0.0  # after each of them
    last_pool: LastPool = "none"
    flatten: bool = False  # head sees all positions; False: their mean
    checkpoint: bool = False  # a block keeps its input alone, and computes its branch once more


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerSpec:
    """A Transformer over tokens or over image patches."""

    layers: int = 6
    d_model: int = 64
    num_heads: int = 4
    num_kv_heads: int = 4  # num_heads: MHA; 1: MQA; between: GQA
    ffn_factor: float = 4.0
    pre_norm: bool = True
    norm: TransformerNorm = "layer"
    residual: bool = True
    causal: bool = False
    positions: Positions = "learned"
    activation: Activation = "gelu"
    dropout: float = 0.0
    init: Init = "torch"
    source: Literal["tokens", "patches"] = "patches"
    vocabulary: int = 64  # of tokens
    length: int = 64  # of a token sequence
    size: int = 32  # of the image, for patches
    in_channels: int = 3
    patch: int = 8  # side of a patch
    classes: int = 10  # outputs of a classifier; a causal token model predicts the vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class MlpSpec:
    """A multilayer perceptron over flattened pixels."""

    depth: int = 20  # hidden layers after the first, which brings the pixels to `width`
    width: int = 64
    in_channels: int = 3
    size: int = 8  # input height and width
    classes: int = 10
    norm: BuildNorm = "none"  # none, batch, layer or rms
    residual: bool = False
    branch_scale: BranchScale = "one"
    activation: Activation = "relu"
    dropout: float = 0.0
    init: Init = "torch"


@dataclass(frozen=True, slots=True, kw_only=True)
class RnnSpec:
    """A recurrent network over the rows of an image, from the top, or over tokens."""

    cell: RnnCell = "gru"
    layers: int = 1
    hidden: int = 64  # values of a state, in each direction
    bidirectional: bool = False
    readout: Readout = "last"
    forget_bias: float = 0.0  # added to torch's own, of an LSTM's forget gate
    dropout: float = 0.0  # between two layers
    init: Init = "torch"
    source: Literal["rows", "tokens"] = "rows"
    in_channels: int = 1
    size: int = 8  # rows of the image, and values in a row of one channel
    vocabulary: int = 64  # of tokens
    length: int = 32  # of a token sequence
    embed: int = 64  # features of a token
    classes: int = 10  # outputs of a classifier; one that reads on names the next token

    @property
    def over_time(self) -> int:
        """Return how many steps it takes in time, over all layers and directions."""
        length = self.size if self.source == "rows" else self.length
        return length * self.layers * (1 + self.bidirectional)


BuildSpec = ConvSpec | TransformerSpec | MlpSpec | RnnSpec


def reads_tokens(spec: BuildSpec) -> bool:
    """Whether a network reads tokens, not an image."""
    return isinstance(spec, TransformerSpec | RnnSpec) and spec.source == "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a spec costs, known before anything is built."""

    parameters: int
    macs: int  # multiply-adds of one example's forward
    activation_bytes: int  # kept for the backward of one example, float32, parameters excluded
    inference_bytes: int  # largest input and output alive at once, one example
    layers: int  # convolutions and linear layers
    convolutions: int = 0


@dataclass(frozen=True, slots=True)
class Repair:
    """A choice that could not stay, and where it went."""

    field: str
    asked: object
    became: object
    why: str  # one plain sentence: "6 groups do not divide 16 channels; 4 do"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit that a spec breaks."""

    limit: str  # "multiply-adds"
    allowed: int
    asked: int
    nearest: BuildSpec  # the closest spec that fits
    sentence: str  # what the page says
