"""What a ConvSpec means, convolution by convolution; the network and its price both read it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from viz_models.records import ConvSpec

TRANSITION = 2  # a dense net's transition divides its channels by this: DenseNet, theta = 0.5
HALVES = 2  # one passes by, one goes through the branch: ShuffleNet v2
PATHS = ("one", "small", "large", "pool")  # of an Inception block


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv:
    """One convolution; kernel, stride, dilation and padding are the same for both axes."""

    inputs: int  # channels
    outputs: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    groups: int = 1

    def side(self, before: int) -> int:
        """Height or width of its output."""
        reach = self.dilation * (self.kernel - 1) + 1
        return (before + 2 * self.padding - reach) // self.stride + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: the convolutions of its branch, and what its skip joins."""

    inputs: int
    outputs: int  # of the block: a dense one adds to its inputs
    stride: int
    branch: tuple[Conv, ...]  # of an Inception block the path with the largest window
    passes: bool = False  # half of the channels go by: a split block that keeps the shape
    paths: tuple[tuple[Conv, ...], ...] = ()  # of an Inception block, in the order of PATHS

    @property
    def ways(self) -> tuple[tuple[Conv, ...], ...]:
        """Return the convolutions of each path of the branch; mostly it has one."""
        return self.paths or (self.branch,)

    @property
    def convs(self) -> tuple[Conv, ...]:
        """Return all convolutions of the branch."""
        return tuple(conv for way in self.ways for conv in way)

    @property
    def made(self) -> int:
        """Return how many channels the branch gives."""
        return sum(way[-1].outputs for way in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stands before a stage's blocks, and the blocks."""

    inputs: int  # channels before the transition, if there is one
    transition: bool  # norm, activation, 1x1 convolution and pool, between dense stages
    pool: bool  # of 2x2, before the blocks
    blocks: tuple[Block, ...]


def stem(spec: ConvSpec) -> Conv | None:
    """Return the first convolution.

    A 7x7 one is followed by norm, activation and a 3x3 max pool.
    """
    if spec.stem == "none":
        return None
    kernel, stride = (7, 2) if spec.stem == "7x7 pool" else (3, 1)
    return Conv(
        inputs=spec.in_channels,
        outputs=spec.stem_width or spec.widths[0],
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
    )


def stages(spec: ConvSpec) -> Iterator[Stage]:
    """Yield the stages in order; each but the first halves height and width."""
    first = stem(spec)
    channels = first.outputs if first else spec.in_channels
    for k, (depth, width) in enumerate(zip(spec.depths, spec.widths, strict=True)):
        before = channels
        transition = spec.connect == "dense" and k > 0
        channels = max(1, channels // TRANSITION) if transition else channels
        pool = not transition and spec.down != "stride" and k > 0
        blocks = []
        for i in range(depth):
            shrinks = i == 0 and not pool and spec.connect != "dense"  # by its own stride
            stride = (2 if k else spec.stride) if shrinks else 1
            blocks.append(_block(spec, channels, width, stride))
            channels = blocks[-1].outputs
        yield Stage(inputs=before, transition=transition, pool=pool, blocks=tuple(blocks))


def _block(spec: ConvSpec, inputs: int, width: int, stride: int) -> Block:
    outputs = inputs + width if spec.connect == "dense" else width
    passes = spec.connect == "split" and stride == 1 and inputs == outputs
    given, made = inputs, width
    if spec.connect == "split":
        given, made = (inputs // HALVES if passes else inputs), width // HALVES
    paths = _paths(spec, given, made, stride) if spec.block == "inception" else ()
    branch = paths[PATHS.index("large")] if paths else _branch(spec, given, made, stride)
    return Block(
        inputs=inputs, outputs=outputs, stride=stride, branch=branch, passes=passes, paths=paths
    )


def beside(spec: ConvSpec, block: Block) -> tuple[Conv, Conv]:
    """Return what stands beside the branch of a split block that changes the shape.

    A depthwise convolution, then a 1x1 one: Ma et al. 2018, figure 3d, arXiv:1807.11164.
    """
    depthwise = replace(spec, groups=block.inputs)
    return (
        _window(depthwise, block.inputs, block.inputs, block.stride),
        Conv(inputs=block.inputs, outputs=block.outputs // HALVES),
    )


def _branch(spec: ConvSpec, inputs: int, width: int, stride: int) -> tuple[Conv, ...]:
    if spec.block == "single":
        return (_window(spec, inputs, width, stride),)
    if spec.block == "basic":
        return _window(spec, inputs, width, stride), _window(spec, width, width, 1)
    if spec.connect == "dense":  # DenseNet-B: the 1x1 keeps the 3x3 from seeing all channels
        inner = width * spec.expansion
        return _pointwise(spec, inputs, inner), _window(spec, inner, width, stride)
    inner = width // spec.expansion
    return (
        _pointwise(spec, inputs, inner),
        _window(spec, inner, inner, stride),
        _pointwise(spec, inner, width),
    )


def _paths(spec: ConvSpec, inputs: int, made: int, stride: int) -> tuple[tuple[Conv, ...], ...]:
    """Return the paths of an Inception block, with the shares of GoogLeNet's module 3a.

    Szegedy et al. 2014, figure 2 and table 1, arXiv:1409.4842. The max pool of the last path has
    the stride.
    """
    larger = replace(spec, kernel_size=spec.kernel_size + 2)
    small, large = (3 * made // 8, made // 16) if spec.reduction else (inputs, inputs)
    before = [(Conv(inputs=inputs, outputs=n),) if spec.reduction else () for n in (small, large)]
    return (
        (Conv(inputs=inputs, outputs=made // 4, stride=stride),),
        (*before[0], _window(spec, small, made // 2, stride)),
        (*before[1], _window(larger, large, made // 8, stride)),
        (Conv(inputs=inputs, outputs=made // 8),),
    )


def _window(spec: ConvSpec, inputs: int, outputs: int, stride: int) -> Conv:
    return Conv(
        inputs=inputs,
        outputs=outputs,
        kernel=spec.kernel_size,
        stride=stride,
        dilation=spec.dilation,
        padding=spec.dilation * (spec.kernel_size // 2) if spec.padding == "same" else 0,
        groups=math.gcd(spec.groups, inputs, outputs),  # a photo's 3 channels stay together
    )


def _pointwise(spec: ConvSpec, inputs: int, outputs: int) -> Conv:
    groups = math.gcd(spec.pointwise_groups, inputs, outputs)
    return Conv(inputs=inputs, outputs=outputs, groups=groups)


def silent(spec: ConvSpec, way: tuple[Conv, ...], i: int) -> bool:
    """Whether no activation follows the i-th convolution of a branch or path, counted from 1."""
    last = i == len(way) and spec.activate == "sum"
    return last or (i == 2 and not spec.inner_activation)


def sides(spec: ConvSpec) -> list[int]:
    """Height or width of the maps: of the input, after the stem, then after every block.

    A pool that finds fewer than 2 pixels leaves 0, and whatever follows is 0 or less.
    """
    found = [spec.size]
    first = stem(spec)
    if first:
        side = first.side(spec.size)
        found.append((side - 1) // 2 + 1 if spec.stem == "7x7 pool" else side)
    for stage in stages(spec):
        side = found[-1] // 2 if stage.pool or stage.transition else found[-1]
        for block in stage.blocks:
            for conv in block.branch:
                side = conv.side(side)
            found.append(side)
    if spec.last_pool != "none":
        found.append(found[-1] // 2)
    return found


def features(spec: ConvSpec) -> int:
    """Channels of the last stage's output."""
    return list(stages(spec))[-1].blocks[-1].outputs
