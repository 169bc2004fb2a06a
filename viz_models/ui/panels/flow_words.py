"""The question that a step answers, and the answer, with this photo's numbers in it."""

import numpy as np

from viz_models.digits import count, digits, percent, shape
from viz_models.records import Step, Trace
from viz_models.ui import results

# μ = 0 and σ² = 1, as torch starts them, divide by √(1 + 1e-5): a relative move of 5e-6.
_UNTRAINED = 1e-5


def kind(step: Step, steps: tuple[Step, ...]) -> str:
    """Which question a step asks: the title of a section of the page's words."""
    if step.op == "conv2d" and step.kernel_size == (1, 1) and step.stride != (1, 1):
        return "projection"
    if step.op == "add" and _projected(step, steps):
        return "add_projection"
    return step.op


def section(step: Step, trace: Trace) -> str:
    """Which section answers it: that of its kind, or a special one for what was measured."""
    if step.op == "batch_norm" and _moved(step, trace) < _UNTRAINED * _largest(step, trace):
        return "batch_norm_untrained"
    return kind(step, trace.steps)


def static_facts(step: Step) -> dict[str, str]:
    """What the sentences may name without a forward pass."""
    before = step.input_shapes[0] if step.input_shapes else step.output_shape
    return {
        "name": step.name,
        "c_in": str(before[0]),
        "c_out": str(step.output_shape[0]),
        "in_shape": shape(before),
        "out_shape": shape(step.output_shape),
        "kernel": shape(step.kernel_size or ()),
        "stride": str((step.stride or (1, 1))[0]),
        "count": count(float(np.prod(step.output_shape))),
    }


def facts(step: Step, trace: Trace) -> dict[str, str]:
    """What the sentences may name, measured on this very trace."""
    return static_facts(step) | (_MORE[step.op](step, trace) if step.op in _MORE else {})


def window(step: Step) -> str:
    """Kernel, stride and padding in one line, and what else is not as usual."""
    if not step.kernel_size:
        return ""
    parts = [shape(step.kernel_size)]
    parts += [f"stride {max(step.stride)}"] if step.stride else []
    parts += [f"padding {max(step.padding)}"] if step.padding and max(step.padding) else []
    parts += [f"dilation {max(step.dilation)}"] if step.dilation and max(step.dilation) > 1 else []
    parts += [f"groups {step.groups}"] if step.groups > 1 else []
    return " · ".join(parts)


def stream_name(step: Step, steps: tuple[Step, ...]) -> str:
    """What is added to F(x): x itself, or W·x where a projection changed its shape."""
    return "W·x" if _projected(step, steps) else "x"


def question(section: str, words: dict[str, str]) -> str:
    """The bold first line of a section, with the facts filled in."""
    return section.partition("\n")[0].format(**words).strip("* ")


def answer(section: str, words: dict[str, str]) -> str:
    """What stands below it, with the facts filled in."""
    return section.partition("\n")[2].format(**words).strip()


def _conv(step: Step, trace: Trace) -> dict[str, str]:
    c_in = step.input_shapes[0][0]
    whole = f"all {c_in} input maps"
    part = f"its {c_in // step.groups} of the {c_in} input maps"
    field = trace.steps[trace.index(step.inputs[0])].receptive_field
    return {
        "per_kernel": whole if step.groups == 1 else part,
        "field_in": str(field.size[0]) if field else "",
    }


def _batch_norm(step: Step, trace: Trace) -> dict[str, str]:
    return {"moved": digits(_moved(step, trace), 2)}


def _moved(step: Step, trace: Trace) -> float:
    return float(np.abs(trace.value(step.name) - trace.value(step.inputs[0])).max())


def _largest(step: Step, trace: Trace) -> float:
    stats = trace.stats[trace.index(step.name)]
    return max(abs(stats.min), abs(stats.max))


def _relu(step: Step, trace: Trace) -> dict[str, str]:
    return {"zeros": percent(trace.stats[trace.index(step.name)].zeros)}


def _max_pool(step: Step, _: Trace) -> dict[str, str]:
    kept = float(np.prod(step.output_shape)) / float(np.prod(step.input_shapes[0]))
    return {"kept": percent(kept)}


def _average_pool(step: Step, _: Trace) -> dict[str, str]:
    (height, width), (h, w) = step.input_shapes[0][1:], step.output_shape[1:]
    return {"window": str(height // h * (width // w))}


def _add(step: Step, trace: Trace) -> dict[str, str]:
    merge = results.merge(trace, step.name)
    total = float(np.linalg.norm(trace.value(step.name).astype(np.float64)))
    block = trace.steps[trace.index(merge.stream)]
    before = _origin(block, trace) if _projected(step, trace.steps) else block
    return {
        "ratio": digits(merge.ratio, 3),
        "direction": _direction(merge.cosine),
        "sum_ratio": digits(total / merge.stream_norm, 3) if merge.stream_norm else "∞",
        "branch_shape": shape(step.output_shape),
        "before_shape": shape(before.output_shape),
        "stride": str(_projection(block, trace)),
    }


def _direction(cosine: float) -> str:
    way = "points partly the same way" if cosine > 0 else "points partly against it"
    if abs(cosine) < 0.1:
        way = "stands almost at right angles to x"
    return f"{way} (cosine {digits(cosine, 2)})"


def _projected(step: Step, steps: tuple[Step, ...]) -> bool:
    """Whether x, too, comes from a convolution: then its shape was changed on the way."""
    ops = {s.name: s.op for s in steps}
    return all(ops[name] in ("conv2d", "batch_norm") for name in step.inputs)


def _conv_of(step: Step, trace: Trace) -> Step:
    """The convolution that a projection begins with."""
    while step.op == "batch_norm":
        step = trace.steps[trace.index(step.inputs[0])]
    return step


def _origin(step: Step, trace: Trace) -> Step:
    return trace.steps[trace.index(_conv_of(step, trace).inputs[0])]


def _projection(step: Step, trace: Trace) -> int:
    return (_conv_of(step, trace).stride or (1, 1))[0]


_MORE = {
    "conv2d": _conv,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "max_pool2d": _max_pool,
    "adaptive_avg_pool2d": _average_pool,
    "add": _add,
}
