"""The question that a step answers, and the answer, with this photo's numbers in it."""

import numpy as np

from viz_models.digits import count, digits, percent, shape
from viz_models.records import Prepared, Step, Trace
from viz_models.ui import results

# μ = 0 and σ² = 1, as torch starts them, divide by √(1 + 1e-5): a relative move of 5e-6.
_UNTRAINED = 1e-5


def kind(step: Step, trace: Trace) -> str:
    """Which section of the page's words fits a step."""
    if step.op == "conv2d" and step.kernel_size == (1, 1) and step.stride != (1, 1):
        return "projection"
    if step.op == "add" and _projected(step, trace):
        return "add_projection"
    if step.op == "batch_norm" and _moved(step, trace) < _UNTRAINED * _largest(step, trace):
        return "batch_norm_untrained"
    return step.op


def facts(step: Step, trace: Trace, prepared: Prepared, photo: str) -> dict[str, str]:
    """What the sentences may name, measured on this very trace."""
    before = step.input_shapes[0] if step.input_shapes else step.output_shape
    words = {
        "name": step.name,
        "photo": photo,
        "c_in": str(before[0]),
        "c_out": str(step.output_shape[0]),
        "in_shape": shape(before),
        "out_shape": shape(step.output_shape),
        "kernel": shape(step.kernel_size or ()),
        "stride": str((step.stride or (1, 1))[0]),
        "count": count(float(np.prod(step.output_shape))),
    }
    if step.op in _MORE:
        words |= _MORE[step.op](step, trace)
    return words


def question_and_answer(section: str, words: dict[str, str]) -> tuple[str, str]:
    """Split a section into its bold question and its answer, with the facts filled in."""
    question, _, answer = section.format(**words).partition("\n")
    return question.strip("* "), answer.strip()


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
    before = _origin(block, trace) if _projected(step, trace) else block
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


def _projected(step: Step, trace: Trace) -> bool:
    stream = trace.steps[trace.index(results.merge(trace, step.name).stream)]
    return stream.op in ("conv2d", "batch_norm")


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
