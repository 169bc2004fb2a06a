"""The arithmetic of shapes: why a step's output is as large as it is."""

from collections.abc import Sequence
from math import prod

from viz_models.analysis.flow.merges import paths
from viz_models.records import Step

_SLIDING = ("conv2d", "max_pool2d", "avg_pool2d")


def formula(step: Step) -> str:
    """How the output's size follows from the input's, with the numbers in it.

    ⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1, written as ⌊(n + 2p − k) / s⌋ + 1 where d = 1; one line
    for height and width together where they agree, two where they do not.

    Args:
        step: Any step with its shapes filled in.
    """
    if step.op == "input":
        return f"{times(step.output_shape)}: color channels × rows × columns"
    if step.op in _SLIDING and step.kernel_size is not None:
        return _both_axes([_sliding_axis(step, axis) for axis in (0, 1)])
    if step.op == "adaptive_avg_pool2d":
        return _both_axes([_adaptive_axis(step, axis) for axis in (0, 1)])
    if step.op == "flatten":
        return f"{'·'.join(map(str, step.input_shapes[0]))} = {step.output_shape[0]}"
    if step.op == "linear":
        inputs, outputs = step.input_shapes[0][-1], step.output_shape[-1]
        return f"{outputs}×{inputs} · {inputs} = {outputs}"
    if step.op == "add":
        return f"same shape on both sides: {times(step.output_shape)}"
    if step.op == "cat":
        maps = " + ".join(str(shape[0]) for shape in step.input_shapes)
        return f"{maps} = {step.output_shape[0]} maps"
    return _unchanged(step)


def channels(step: Step) -> str:
    """One sentence on how many maps come out, and why.

    Args:
        step: Any step with its shapes filled in.
    """
    if step.op == "input":
        return "red, green and blue"
    inputs, outputs = step.input_shapes[0][0], step.output_shape[0]
    if step.op == "conv2d":
        return _kernels(step, inputs // step.groups, outputs)
    if step.op == "linear":
        return f"{outputs} rows of weights, one per output value"
    if step.op == "flatten":
        return "one number per value: only the shape changes"
    if step.op in (*_SLIDING, "adaptive_avg_pool2d"):
        return f"each of the {inputs} maps is pooled on its own"
    if inputs == outputs:
        return f"the number of maps stays {outputs}"
    return f"{inputs} become {outputs}"


def why_addable(step: Step, steps: Sequence[Step]) -> str:
    """Why the two sides of an add have the same shape, in one or two plain sentences.

    Args:
        step: An add.
        steps: All steps of the network, in order.

    Raises:
        ValueError: If the step does not add two steps that come from one.
    """
    ways = paths(steps, step.name)
    before = next(s for s in steps if s.name == ways.fork).output_shape
    after = times(step.output_shape)
    if not ways.stream:
        return (
            f"F(x) ends as {after}, just as x came in, so x itself is added: the identity, "
            "without a single weight."
        )
    change = next((s for s in ways.stream if s.op == "conv2d"), ways.stream[0])
    if change.kernel_size is None:
        return f"F(x) ends as {after}; {change.name} brings x from {times(before)} to that."
    return (
        f"F(x) ends as {after}, but x comes in as {times(before)}. {change.name} is a "
        f"{times(change.kernel_size)} convolution with stride {_stride(change)}: "
        f"{formula(change).replace(chr(10), '; ')}, and its {change.output_shape[0]} kernels "
        f"make {change.output_shape[0]} maps."
    )


def times(shape: Sequence[int]) -> str:
    """Return a shape as people write it: "64×112×112"."""
    return "×".join(map(str, shape))


def _sliding_axis(step: Step, axis: int) -> str:
    n, out = step.input_shapes[0][axis + 1], step.output_shape[axis + 1]
    kernel, stride = _at(step.kernel_size, axis, 1), _at(step.stride, axis, 1)
    padding, dilation = _at(step.padding, axis, 0), _at(step.dilation, axis, 1)
    spread = f"{kernel}" if dilation == 1 else f"{dilation}·({kernel} − 1) − 1"
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    inner = f"({n} + 2·{padding} − {spread}) / {stride}"
    if room // stride + 1 == out:
        return f"⌊{inner}⌋ + 1 = {out}"
    if -(-room // stride) + 1 == out:
        return f"⌈{inner}⌉ + 1 = {out}"  # ceil_mode: a window may stick out at the end
    return f"{n} → {out}"  # padding that differs at both ends, as padding="same" can


def _adaptive_axis(step: Step, axis: int) -> str:
    n, out = step.input_shapes[0][axis + 1], step.output_shape[axis + 1]
    if n % out == 0:
        return f"{n} / {n // out} = {out}"
    sizes = {-(-(i + 1) * n // out) - i * n // out for i in range(out)}
    return f"{n} → {out} by windows of {' or '.join(map(str, sorted(sizes)))}"


def _both_axes(lines: Sequence[str]) -> str:
    height, width = lines
    return height if height == width else f"H: {height}\nW: {width}"


def _unchanged(step: Step) -> str:
    before, after = times(step.input_shapes[0]), times(step.output_shape)
    return f"same shape: {after}" if before == after else f"{before} → {after}"


def _kernels(step: Step, per_kernel: int, outputs: int) -> str:
    kernel = (per_kernel, *(step.kernel_size or ()))
    plural = "kernel" if outputs == 1 else "kernels"
    text = (
        f"{outputs} {plural} of {times(kernel)}, one per output map: "
        f"{outputs}·{'·'.join(map(str, kernel))} = {outputs * prod(kernel)} weights"
    )
    if step.groups == 1:
        return text
    return f"{text}; in {step.groups} groups, each seeing {per_kernel} of the input maps"


def _stride(step: Step) -> str:
    stride = step.stride or (1, 1)
    return str(stride[0]) if stride[0] == stride[1] else times(stride)


def _at(pair: tuple[int, int] | None, axis: int, default: int) -> int:
    return default if pair is None else pair[axis]
